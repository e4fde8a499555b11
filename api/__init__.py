"""The HTTP API: one file per resource, and what all calls share (authentication, throttling, idempotency, errors, schemas)."""
