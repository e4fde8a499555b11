"""Authors, series with their gaps, and statistics."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query
from pydantic import Field

from api.authentication import EVERYBODY
from api.schemas import In, Out, Page, Slice, Text, router
from api.shelves import page_of
from library import listing, series
from library.models import CopyAuthor
from library.statistics import Part, Statistics

calls = router("Overview", auth=EVERYBODY)


class _NameQuery(Slice):
    q: Annotated[Text, Field(max_length=100, description="Only those with words that start with this.")] = ""


class _SeriesQuery(_NameQuery):
    gaps: bool = Field(False, description="Only those with missing volumes.")


class AuthorOut(Out):
    name: str = Field(description="Use `GET /books?author=…` to list the books.")
    count: int


class SeriesOut(Out):
    name: str = Field(description="Use `GET /books?series=…` to list the volumes.")
    count: int
    numbers: list[str]
    missing: list[int] = Field(description="Volumes that are missing although a later one is there.")


class PartOut(Out):
    label: str
    count: int


class GoalIn(In):
    books: int | None = Field(ge=0, le=9999, description="How many books to read in that year. `null` or 0 removes the goal.")


class GoalOut(Out):
    year: int
    read: int = Field(description="How many were finished in that year.")
    goal: int | None


class StatisticsOut(Out):
    """Everything counts books that you own, without the wishlist, except the pages."""

    books: int
    wished: int = Field(description="On the wishlist.")
    pages: int
    by_status: list[PartOut]
    by_language: list[PartOut]
    by_author: list[PartOut]
    by_shelf: list[PartOut]
    by_tag: list[PartOut]
    by_rating: list[PartOut]
    by_year: list[PartOut] = Field(description="By year of publication.")
    by_entry: list[PartOut] = Field(description="How they were added.")
    read_by_month: list[PartOut]
    read_by_year: list[PartOut]
    pages_by_year: list[PartOut] = Field(description="Pages read.")


@calls.get("/authors", response=Page[AuthorOut])
def list_authors(request: HttpRequest, requested: Query[_NameQuery]):
    """Lists your authors by surname, with the number of their books, without the wishlist."""
    named = CopyAuthor.objects.with_counts(request.user).filter(listing.words_begin("folded", requested.q)).order_by("folded")
    return page_of(requested, named, lambda row: {"name": row["name"], "count": row["count"]})


@calls.get("/series", response=Page[SeriesOut])
def list_series(request: HttpRequest, requested: Query[_SeriesQuery]):
    """Lists your series by name, with the missing volumes."""
    found = series.keys_of(request.user, requested.q, requested.gaps)
    part = series.load_series(request.user, found[requested.offset : requested.offset + requested.limit])
    items = [{"name": one.name, "count": one.count, "numbers": one.numbers, "missing": one.missing} for one in part]
    return {"items": items, "count": len(found)}


@calls.get("/statistics", response=StatisticsOut)
def get_statistics(request: HttpRequest):
    """Returns statistics about your library and your reading."""
    numbers = Statistics(request.user)
    parts = {name: getattr(numbers, name) for name in StatisticsOut.model_fields if name.startswith("by_")}
    parts |= {"read_by_month": numbers.read_by_month(timezone.localdate()), "read_by_year": numbers.read_by_year()}
    parts["pages_by_year"] = numbers.pages_by_year()
    totals = {"books": numbers.totals["books"], "wished": numbers.wished, "pages": numbers.totals["all_pages"] or 0}
    return totals | {name: [_counted(part) for part in found] for name, found in parts.items()}


@calls.put("/statistics/goals/{year}", response=GoalOut)
def set_goal(request: HttpRequest, year: Annotated[int, Path(ge=1, le=9999)], body: GoalIn):
    """Sets how many books you want to read in a year."""
    numbers = Statistics(request.user)
    numbers.set_goal(year, body.books)
    return numbers.progress(year)


@calls.get("/statistics/goals/{year}", response=GoalOut)
def get_goal(request: HttpRequest, year: Annotated[int, Path(ge=1, le=9999)]):
    """Returns how many books you have read in a year, and how many you want to read."""
    return Statistics(request.user).progress(year)


def _counted(part: Part) -> dict:
    return {"label": part.label, "count": part.count}
