"""The calls as the OpenAPI lists them, with something to send: so that no new call is forgotten by a test."""

import json
from dataclasses import dataclass

from django.core.serializers.json import DjangoJSONEncoder

from api.routes import api

METHODS = ("get", "post", "put", "patch", "delete")


def document() -> dict:
    return json.loads(json.dumps(api.get_openapi_schema(path_prefix="/"), cls=DjangoJSONEncoder))


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    details: dict

    @property
    def name(self) -> str:
        return self.details["operationId"]

    @property
    def needs_sign_in(self) -> bool:
        return bool(self.details.get("security"))

    @property
    def keys(self) -> list[str]:
        return [each["name"] for each in self.details.get("parameters", []) if each["in"] == "path"]

    @property
    def required_query(self) -> dict:
        asked = [each for each in self.details.get("parameters", []) if each["in"] == "query" and each.get("required")]
        return {each["name"]: sample(each["schema"]) for each in asked}

    @property
    def takes_a_file(self) -> list[str]:
        """The names of the files of its form, where it takes nothing else."""
        content = self.details.get("requestBody", {}).get("content", {})
        form = content.get("multipart/form-data", {}).get("schema", {}) if len(content) == 1 else {}
        return [name for name in form.get("required", []) if form["properties"][name].get("format") == "binary"]

    def body(self):
        """The least that can be sent."""
        content = self.details.get("requestBody", {}).get("content", {})
        return sample(content["application/json"]["schema"]) if "application/json" in content else None


DOCUMENT = document()
CALLS = [
    Call(method, path, details)
    for path, calls in DOCUMENT["paths"].items()
    for method, details in calls.items()
    if method in METHODS
]


def sample(schema: dict):
    """A value that fits: an example where there is one, else the least."""
    if "$ref" in schema:
        return sample(DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    for known in ("example", "const"):
        if known in schema:
            return schema[known]
    for many in ("examples", "enum"):
        if schema.get(many):
            return schema[many][0]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return sample(schema[choice][0])
    if schema.get("type") == "object" or "properties" in schema:
        return {name: sample(schema["properties"][name]) for name in schema.get("required", [])}
    return plain(schema)


def plain(schema: dict):
    if schema.get("format") == "date-time":
        return "2026-11-21T10:00:00Z"
    least = {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 0.5), "boolean": False, "null": None}
    if schema.get("type") == "array":
        return [sample(schema["items"])] * schema.get("minItems", 0)
    return least.get(schema.get("type"), "a" * max(1, schema.get("minLength", 1)))
