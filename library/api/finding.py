"""Finding books by words, by meaning, or by both."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from accounts.api.auth import EVERYBODY
from accounts.api.schema import Out, Slice, Text, router
from library import outward
from library.api.forms import BookOut
from library.models import UserBook
from library.search import MODES, search

calls = router("Search", auth=EVERYBODY)


class Asked(Slice):
    q: Annotated[
        Text, Field(min_length=1, max_length=400, description="Words, or fields such as `author:herbert`.", examples=["dune"])
    ]
    mode: Literal[MODES] = Field("hybrid", description="By words, by meaning, or both.")


class FoundOut(Out):
    score: float
    book: BookOut


class FoundPage(Out):
    items: list[FoundOut]
    count: int
    exact: int = Field(description="How many of them have all the words.")
    meant: dict[str, str] = Field(description="Words that were put right.")
    notes: list[str] = Field(description="What could not be done, in sentences.")


@calls.get("/search", response=FoundPage)
def search_books(request: HttpRequest, asked: Query[Asked]):
    """Your books that are meant, the likeliest first."""
    found = search(request.user, asked.q, mode=asked.mode, limit=asked.limit, offset=asked.offset)
    scores = dict(found.ranked)
    copies = outward.with_all(UserBook.objects.of(request.user)).in_bulk(found.ids)
    items = [{"score": scores[pk], "book": outward.book(copies[pk])} for pk in found.ids if pk in copies]
    meant = {str(typed): str(there) for typed, there in found.meant.items()}
    return {"items": items, "count": found.total, "exact": found.exact, "meant": meant, "notes": [str(n) for n in found.notes]}
