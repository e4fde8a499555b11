"""The library's part of /api/v1. What is not yours is 404."""
