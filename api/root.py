"""The API as a whole: the form of its responses and errors. The calls are added in api/routes.py."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.deprecation import MiddlewareMixin
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from pydantic.alias_generators import to_camel

from accounts import full_disk
from api import idempotent_calls, openapi, throttling
from api.authentication import CHALLENGE
from api.errors import Problem, not_found

logger = logging.getLogger("api")
CODES = {400: "bad-request", 401: "sign-in", 403: "forbidden", 404: "not-found", 405: "no-such-method", 429: "too-many"}
SIGN_IN = "Sign in first: send `Authorization: Bearer …` with a token, or use your browser session."
UNREADABLE = "The body of this request cannot be read: it is broken or too large."
FORBIDDEN = "This is not allowed from your address."
BROKEN = "Something went wrong on our side. The error has been logged. Try again in a moment."
NOBODY = Problem(401, "sign-in", SIGN_IN, CHALLENGE)


def binary(*types: str) -> dict:
    """The OpenAPI of a call that returns a file."""
    return {"responses": {200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in types}}}}


class Api(NinjaAPI):
    def __init__(self, **options):
        super().__init__(**options)
        self._written = {}  # prefix -> the OpenAPI, which takes a while to generate

    def create_temporal_response(self, request):
        request.api = self
        return super().create_temporal_response(request)

    def create_response(self, request, data, *, status=None, temporal_response=None):
        response = super().create_response(request, data, status=status, temporal_response=temporal_response)
        if temporal_response:  # a response, not an error
            idempotent_calls.keep_response(request, response)
        return response

    def on_exception(self, request, exc):
        idempotent_calls.release_call(request)
        return super().on_exception(request, exc)

    def set_default_exception_handlers(self):
        self.handle(Exception, _broken)
        self.handle(PermissionDenied, lambda request, error: _error_response(Problem(403, "forbidden", FORBIDDEN)))
        for kind in (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError):
            self.handle(kind, lambda request, error: _error_response(Problem(400, "bad-request", UNREADABLE)))
        self.handle(Http404, lambda request, error: _error_response(not_found()))
        self.handle(HttpError, lambda request, error: _error_response(_as_problem(error)))
        self.handle(AuthenticationError, lambda request, error: _error_response(Problem(401, "sign-in", SIGN_IN, CHALLENGE)))
        self.handle(Throttled, lambda request, error: _error_response(throttling.refusal(request)))
        self.handle(
            ValidationError, lambda request, error: _error_response(Problem(422, "invalid", validation_sentence(error.errors)))
        )

    def handle(self, kind: type[Exception], respond: Callable[[Any, Any], HttpResponse]):
        self.add_exception_handler(kind, respond)

    def get_openapi_operation_id(self, operation) -> str:
        return to_camel(operation.view_func.__name__)

    def get_openapi_schema(self, *, path_prefix=None, path_params=None):
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._written:
            self._written[prefix] = openapi.completed_schema(super().get_openapi_schema(path_prefix=prefix))
        return self._written[prefix]


def _error_response(problem: Problem) -> JsonResponse:
    return JsonResponse({"detail": problem.message, "code": problem.code}, status=problem.status_code, headers=problem.headers)


def _as_problem(error: HttpError) -> Problem:
    if isinstance(error, Problem):
        return error
    return Problem(error.status_code, CODES.get(error.status_code, "error"), error.message)


def _broken(request, error: Exception) -> JsonResponse:
    if full_disk.is_full_disk(error):
        logger.error("%s %s: no space left on the server", request.method, request.path)
        return _error_response(Problem(full_disk.STATUS, "disk-full", full_disk.SENTENCE))
    logger.error("%s %s failed", request.method, request.path, exc_info=error, extra={"request_id": getattr(request, "id", "")})
    return _error_response(Problem(500, "broken", BROKEN))


def validation_sentence(errors: list[dict]) -> str:
    """`title: Field required; rating: …`: the place, as named in the call, and what is wrong there."""
    return "; ".join(f"{_place(error['loc'])}: {_reason(error['msg'])}" for error in errors[:10]) + "."


def _place(location: tuple) -> str:
    """The place without the part of the call and our own variable name around a body."""
    parts = [str(part) for part in location[1:]]
    named = parts[1:] if location and location[0] == "body" and len(parts) > 1 else parts
    return ".".join(named) or str(location[0] if location else "call")


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".")


def no_such_call(request, **_) -> JsonResponse:
    return _error_response(Problem(404, "no-such-call", "There is no such endpoint. All of them are listed at /api/v1/docs."))


class ApiMiddleware(MiddlewareMixin):
    """Sets what all responses under /api/ have in common."""

    def process_response(self, request, response):
        if not request.path_info.startswith("/api/"):
            return response
        if response.get("Location", "").startswith("/api/"):
            response["Location"] = request.META.get("SCRIPT_NAME", "") + response["Location"]
        if response.status_code == 405:
            allowed = response["Allow"]
            sentence = f"This address does not support {request.method}, only {allowed}."
            response = _error_response(Problem(405, "no-such-method", sentence, {"Allow": allowed}))
        for name, value in throttling.rate_headers(request).items():
            response[name] = value
        response.setdefault("Cache-Control", "private, no-store")
        return response
