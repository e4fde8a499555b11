"""One log line for each request, stage and outside call; as JSON with LOG_FORMAT=json."""

import logging
import re
import time
import uuid

from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

from jobs import tracing

logger = logging.getLogger("bookimg.request")


# Secrets in paths that give access without sign-in: feeds, upload tickets, links in emails.
SECRETS = re.compile(r"(/(?:feeds|uploads|reset/key|confirm-email|invitations)/)[^/?\s]{8,}")
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {0x2028: "\\u2028", 0x2029: "\\u2029"}


class MessageFilter(logging.Filter):
    """Keeps messages on one line, whatever a caller puts into them, and removes secrets from addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = SECRETS.sub(r"\1…", record.getMessage().translate(CONTROLS)), ()
        return True


class JsonFormatter(BaseJsonFormatter):
    """`request_id`, `user_id`, `job_id`, `duration_ms` and `usd` are passed as `extra=`."""

    def __init__(self):
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )


class RequestLogMiddleware:
    """Gives every request an id (the caller's `X-Request-Id` if it is valid) and logs the request with its response."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with tracing.span("request"):
            started = self.begin(request)
            return self.end(request, self.get_response(request), started)

    def begin(self, request) -> float:
        requested = request.headers.get("X-Request-Id", "")
        plain = 8 <= len(requested) <= 64 and requested.replace("-", "").isalnum() and requested.isascii()
        request.id = requested if plain else uuid.uuid4().hex
        return time.monotonic()

    def end(self, request, response, started: float):
        response["X-Request-Id"] = request.id
        user = getattr(request, "_cached_user", None)  # reading it must not load the user
        duration = round((time.monotonic() - started) * 1000, 1)
        logger.info(
            "%s %s %s %.0f ms",
            request.method,
            request.path,
            response.status_code,
            duration,
            extra={
                "request_id": request.id,
                "user_id": getattr(user, "pk", None),
                "duration_ms": duration,
                "method": request.method,
                "route": getattr(getattr(request, "resolver_match", None), "route", "none"),
                "status": response.status_code,
            },
        )
        return response
