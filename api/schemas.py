"""The base of all schemas. Names are camelCase in the API and snake_case in the code."""

from typing import Annotated, Any, Generic, TypeVar

from ninja import Router, Schema
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

MOST = 2**63 - 1  # the largest key in a database
INTEGER = 2**31 - 1  # the largest number in an integer column
FURTHEST = 1_000_000_000
MOST_NAMES = 200  # in an object of a request


def _without_nul(text: str) -> str:
    """Rejects NUL and lone surrogates, which databases do not accept."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("This contains characters that are not text, such as NUL")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]
Key = Annotated[int, Field(ge=1, le=MOST)]


class OneOf:
    """In `Annotated[str, OneOf(…)]`: one of these values. A Literal of values that are known only when the program runs."""

    def __init__(self, *values: str) -> None:
        self.values = list(values)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return core_schema.literal_schema(self.values)


class Out(BaseModel):
    """A response. No ninja.Schema, which wraps every object to look up its attributes: a third of the time of a list."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class In(Schema):
    """A request. Unknown names are rejected, because they would silently have no effect."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_many_names(cls, values: Any, handler: Any, info: Any) -> Any:
        """Before each unknown name becomes an error of its own: 200,000 of them took 300 MB."""
        if isinstance(values, dict) and len(values) > MOST_NAMES:
            raise ValueError(f"This has {len(values):,} fields, and at most {MOST_NAMES} are accepted")
        return handler(values)

    def given_values(self) -> dict:
        """The fields that were sent."""
        return self.model_dump(exclude_unset=True)


class Slice(Schema):
    """A page of a list."""

    limit: int = Field(50, ge=1, le=200, description="How many to return at most.")
    offset: int = Field(0, ge=0, le=FURTHEST, description="How many to skip.")

    def of(self, rows) -> dict:
        """This page of a queryset, and the total number."""
        return {"items": list(rows[self.offset : self.offset + self.limit]), "count": rows.count()}


Row = TypeVar("Row")


class Page(BaseModel, Generic[Row]):
    items: list[Row]
    count: int = Field(description="The total number.")


class ErrorOut(Schema):
    """An error: a sentence for people and a slug for programs."""

    detail: str = Field(examples=["This does not exist, or it is not yours."])
    code: str = Field(examples=["not-found"])


def router(*tags: str, **more) -> Router:
    return Router(tags=list(tags), by_alias=True, **more)
