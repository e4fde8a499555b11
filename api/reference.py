"""The page at /api/v1/docs: every call as the OpenAPI describes it, written by the server in our own layout."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.shortcuts import render
from ninja.openapi.docs import DocsBase


@dataclass(frozen=True)
class _Field:
    """A parameter or a field of a body or a response."""

    name: str
    kind: str
    required: bool
    about: str
    place: str = ""  # query, path or header


@dataclass(frozen=True)
class _Call:
    name: str
    method: str
    path: str
    summary: str
    about: str
    parameters: list[_Field]
    body: list[_Field]
    answer: list[_Field]
    responses: list[tuple[str, str]]


class ReferencePage(DocsBase):
    def render_page(self, request, api, **kwargs):
        schema = api.get_openapi_schema(path_params=kwargs)
        by_tag: dict[str, list[_Call]] = {}
        for tag, call in _calls(schema):
            by_tag.setdefault(tag, []).append(call)
        context = {"groups": by_tag, "about": schema["info"]["description"], "schema_url": self.get_openapi_url(api, kwargs)}
        return render(request, "api/reference.html", context)


def _calls(schema: dict) -> Iterator[tuple[str, _Call]]:
    for path, methods in schema["paths"].items():
        for method, call in methods.items():
            yield call["tags"][0] if call.get("tags") else "Other", _call_of(schema, path, method, call)


def _call_of(schema: dict, path: str, method: str, call: dict) -> _Call:
    parameters = [
        _field(schema, p["name"], p["schema"], bool(p.get("required")), p.get("description"), p["in"])
        for p in (_resolved(schema, parameter) for parameter in call.get("parameters", []))
    ]
    responses = [(status, answer.get("description", "")) for status, answer in call["responses"].items()]
    good = next((answer for status, answer in call["responses"].items() if str(status).startswith("2")), {})
    return _Call(
        name=call["operationId"],
        method=method.upper(),
        path=path,
        summary=call["summary"],
        about=call.get("description", ""),
        parameters=parameters,
        body=_fields_of(schema, call.get("requestBody", {})),
        answer=_fields_of(schema, good),
        responses=responses,
    )


def _resolved(schema: dict, part: dict) -> dict:
    """`part`, or what its `$ref` refers to."""
    while "$ref" in part:
        target = schema
        for key in part["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        part = target
    return part


def _fields_of(schema: dict, holder: dict) -> list[_Field]:
    """The fields of the first kind of content that has any."""
    for content in _resolved(schema, holder).get("content", {}).values():
        found = _resolved(schema, content.get("schema", {}))
        found = _resolved(schema, found.get("items", found))
        needed = found.get("required", [])
        return [_field(schema, name, field, name in needed) for name, field in found.get("properties", {}).items()]
    return []


def _field(schema: dict, name: str, field: dict, required: bool, about: str | None = None, place: str = "") -> _Field:
    about = about or _resolved(schema, field).get("description", "")
    return _Field(name, _kind(field), bool(required), "" if about == field.get("title") else about, place)


def _kind(field: dict) -> str:
    """`string`, `list of integer`, `BookOut or null`."""
    if "$ref" in field:
        return field["$ref"].rpartition("/")[2]
    if options := field.get("anyOf") or field.get("oneOf") or field.get("allOf"):
        return " or ".join(dict.fromkeys(map(_kind, options)))
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {}))}"
    return " or ".join(map(repr, field["enum"])) if "enum" in field else str(field.get("format") or field.get("type", "any"))
