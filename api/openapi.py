"""Completes the OpenAPI that ninja writes: the errors of a call are derived from its parameters, so that none is forgotten."""

from accounts.full_disk import SENTENCE
from api.schemas import ErrorOut

ERRORS = {
    "400": ("The request cannot be read", "bad-request", "The body is not valid JSON."),
    "401": ("Not signed in", "sign-in", "Sign in first: send `Authorization: Bearer …` with a token."),
    "403": ("Not allowed", "scope", "This token cannot do that: it needs the scope “write”."),
    "404": ("Not found, or not yours", "not-found", "This does not exist, or it is not yours."),
    "409": ("Conflict", "in-progress", "The first request with this key is still running."),
    "412": ("Changed in the meantime", "stale", "This book was changed somewhere else in the meantime."),
    "413": ("Too large", "too-large", "The photo is larger than 25 MB."),
    "422": ("Not valid", "invalid", "title: Field required."),
    "429": ("Too many requests", "too-many", "Too many requests: 100 are allowed. Try again in 12 seconds."),
    "507": ("The server's disk is full", "disk-full", SENTENCE),
}
INTEGER = {"schema": {"type": "integer", "minimum": 0}}
HEADERS = {
    "RateLimit-Limit": {"description": "How many requests a person can make in any minute (or as `RATE_LIMIT` sets).", **INTEGER},
    "RateLimit-Remaining": {"description": "How many calls are left.", **INTEGER},
    "RateLimit-Reset": {"description": "Seconds until the first used requests become available again.", **INTEGER},
    "Retry-After": {"description": "Seconds to wait.", **INTEGER},
    "X-Request-Id": {"description": "The identifier of this request in the log.", "schema": {"type": "string"}},
}
DESCRIBED = {
    "Bearer": "An access token from `POST /auth/token`, a token from the external issuer, or a personal API token.",
    "SessionCookie": "The session of a signed-in browser. Requests that change something also need `X-CSRFToken`.",
}


def completed_schema(schema: dict) -> dict:
    components = schema["components"]
    components["schemas"]["ErrorOut"] = ErrorOut.model_json_schema()
    components["headers"] = HEADERS
    components["responses"] = {f"Error{status}": _error(status) for status in ERRORS}
    for name, scheme in components.get("securitySchemes", {}).items():
        scheme["description"] = DESCRIBED[name]
    for path, calls in schema["paths"].items():
        for method, call in calls.items():
            _complete(path, method, call)
    return schema


def _error(status: str) -> dict:
    description, code, sentence = ERRORS[status]
    headers = ["X-Request-Id"] + (["Retry-After"] if status == "429" else [])
    content = {"schema": {"$ref": "#/components/schemas/ErrorOut"}, "example": {"detail": sentence, "code": code}}
    return {"description": description, "headers": _headers(headers), "content": {"application/json": content}}


def _headers(names) -> dict:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _complete(path: str, method: str, call: dict):
    for parameter in call.get("parameters", []):
        # Ninja copies the schema's list of examples; next to a parameter, OpenAPI wants one example or a dictionary.
        if isinstance(examples := parameter.get("examples"), list):
            del parameter["examples"]
            parameter["example"] = examples[0]
    answers = {str(status): answer for status, answer in call["responses"].items()}
    for answer in answers.values():
        counted = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"] if call.get("security") else []
        answer.setdefault("headers", {}).update(_headers([*counted, "X-Request-Id"]))
    for status in _possible_errors(path, method, call):
        answers.setdefault(status, {"$ref": f"#/components/responses/Error{status}"})
    for status in [status for status in answers if status in ERRORS]:  # those that a call declares itself
        answers[status] = {"$ref": f"#/components/responses/Error{status}"}
    call["responses"] = dict(sorted(answers.items()))


def _possible_errors(path: str, method: str, call: dict) -> list[str]:
    names = {parameter["name"] for parameter in call.get("parameters", [])}
    rules = {
        "400": "requestBody" in call,
        "401": bool(call.get("security")),
        "403": bool(call.get("security")),
        "404": "{" in path,
        "409": "Idempotency-Key" in names,
        "412": "If-Match" in names,
        "413": "requestBody" in call,
        "422": bool(names) or "requestBody" in call,
        "429": bool(call.get("security")),
        "507": method != "get",
    }
    return [status for status, possible in rules.items() if possible]
