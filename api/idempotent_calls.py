"""Calls that create something. With an `Idempotency-Key`, a repeated call gets the same response and creates nothing more."""

from contextlib import nullcontext
from functools import partial, wraps

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
    "description": "Chosen by you, one for each object to create. Repeated within a day, it returns the same response.",
    "example": "3f0c2a0e-scan-of-sunday",
}


def creates(view=None, *, at_once: bool = True):
    """Decorates a view that creates something, below its `@router.post`.

    What the view creates and its response are stored in one transaction: if the process dies, neither is there, and the call
    can be repeated immediately. A view that waits for others is not `at_once`: its transaction would make everybody wait."""
    if view is None:
        return partial(creates, at_once=at_once)

    @wraps(view)
    def call(request, **values):
        key = request.headers.get(HEADER)
        if key is None:
            return view(request, **values)
        fingerprint = idempotency.call_fingerprint(request)
        with transaction.atomic() if at_once else nullcontext():
            row = _begin(request, key, fingerprint)
            if row.status:
                return _as_before(row)
            request.idempotency = row
            return _respond(call.operation, view, request, values) if at_once else view(request, **values)

    contribute_operation_callback(call, partial(_describe, call))
    return call


def _respond(operation, view, request, values: dict) -> HttpResponse:
    """`Api.create_response` keeps the response, so it is built here and not after the transaction, as ninja would."""
    operation.api = request.api
    response = values.get("response") or request.api.create_temporal_response(request)
    return operation._result_to_response(request, view(request, **values), response)


def _describe(call, operation):
    call.operation = operation
    extra = operation.openapi_extra or {}
    operation.openapi_extra = {**extra, "parameters": [*extra.get("parameters", []), DESCRIBED]}


def _begin(request, key: str, fingerprint: str):
    if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable() and " " not in key):
        raise invalid(f"{HEADER} must have 1 to {LONGEST} letters, digits and symbols, without spaces.")
    try:
        return idempotency.begin_call(request.auth.user, key, fingerprint)
    except idempotency.KeyInUse:
        raise Problem(409, "in-progress", "The first request with this key is still running. Try again in a moment.") from None
    except idempotency.KeyReused:
        raise Problem(422, "key-reused", f"This {HEADER} belongs to another request. Choose a new one.") from None


def _as_before(row) -> HttpResponse:
    response = HttpResponse(row.body, status=row.status, content_type="application/json; charset=utf-8")
    for name, value in {**row.headers, "Idempotent-Replayed": "true"}.items():
        response[name] = value
    return response


def keep_response(request, response):
    """The response of a successful call."""
    if row := getattr(request, "idempotency", None):
        headers = {name: response[name] for name in idempotency.HEADERS if name in response}
        idempotency.keep_answer(row, response.status_code, headers, response.content.decode())


def release_call(request):
    if row := getattr(request, "idempotency", None):
        idempotency.release_key(row)
