"""Calls that create something. With an `Idempotency-Key`, a repeated call gets the same response and creates nothing more."""

from collections.abc import Callable
from functools import wraps

from django.db import transaction
from django.http import HttpResponse
from ninja.utils import contribute_operation_callback

from api import idempotency
from api.errors import Problem, invalid

HEADER = "Idempotency-Key"
LONGEST = 100
DESCRIBED = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    "description": "Chosen by you, one per object to create. Repeated within a day, it returns the same response.",
    "example": "3f0c2a0e-scan-of-sunday",
}


def creates(view: Callable) -> Callable:
    """Decorates a view that creates something, below its `@router.post`.

    The created object and the response are stored in one transaction: if the process dies, neither is, and the call can be
    repeated immediately."""
    operations = []

    @wraps(view)
    def call(request, **values):
        if HEADER not in request.headers:
            return view(request, **values)
        fingerprint = idempotency.call_fingerprint(request)
        with transaction.atomic():
            earlier = _begin(request, fingerprint)
            return earlier or _respond(operations[0], view, request, values)

    contribute_operation_callback(call, _describe)
    contribute_operation_callback(call, operations.append)
    return call


def creates_slowly(view: Callable) -> Callable:
    """Like `creates`, for a view that waits for other servers and must not hold a transaction open meanwhile."""

    @wraps(view)
    def call(request, **values):
        earlier = _begin(request, idempotency.call_fingerprint(request)) if HEADER in request.headers else None
        return earlier or view(request, **values)

    contribute_operation_callback(call, _describe)
    return call


def _respond(operation, view, request, values: dict) -> HttpResponse:
    """Builds the response inside the transaction, unlike ninja, because `Api.create_response` stores it."""
    operation.api = request.api
    response = values.get("response") or request.api.create_temporal_response(request)
    return operation._result_to_response(request, view(request, **values), response)


def _describe(operation):
    extra = operation.openapi_extra or {}
    operation.openapi_extra = {**extra, "parameters": [*extra.get("parameters", []), DESCRIBED]}


def _begin(request, fingerprint: str) -> HttpResponse | None:
    """The response of an earlier call with this key; None if this is the first."""
    key = request.headers[HEADER]
    if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable() and " " not in key):
        raise invalid(f"{HEADER} must have 1 to {LONGEST} letters, digits and symbols, without spaces.")
    try:
        row = idempotency.begin_call(request.auth.user, key, fingerprint)
    except idempotency.KeyInUse:
        raise Problem(409, "in-progress", "The first request with this key is still running. Try again in a moment.") from None
    except idempotency.KeyReused:
        raise Problem(422, "key-reused", f"This {HEADER} belongs to another request. Choose a new one.") from None
    if row.status:
        return _as_before(row)
    request.idempotency = row
    return None


def _as_before(row) -> HttpResponse:
    response = HttpResponse(row.body, status=row.status, content_type="application/json; charset=utf-8")
    for name, value in {**row.headers, "Idempotent-Replayed": "true"}.items():
        response[name] = value
    return response


def keep_response(request, response):
    """Stores the response of a successful call."""
    if row := getattr(request, "idempotency", None):
        headers = {name: response[name] for name in idempotency.HEADERS if name in response}
        idempotency.keep_answer(row, response.status_code, headers, response.content.decode())


def release_call(request):
    if row := getattr(request, "idempotency", None):
        idempotency.release_key(row)
