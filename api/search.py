"""Searching the library by words, by meaning, or by both."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from api import throttling
from api.authentication import EVERYBODY
from api.book_schemas import BookOut
from api.schemas import OneOf, Out, Slice, Text, router
from chat import conversations
from chat.providers import ModelError
from library import serializers
from library.models import UserBook
from library.search.hybrid import MODES, find_books

calls = router("Search", auth=EVERYBODY)


AGENTIC = "agentic"


class _SearchQuery(Slice):
    q: Annotated[
        Text, Field(min_length=1, max_length=400, description="Words, or fields such as `author:herbert`.", examples=["dune"])
    ]
    mode: Annotated[str, OneOf(*MODES, AGENTIC)] = Field("hybrid", description="By words, by meaning, by both, or as a question.")
    answer: int = Field(0, ge=0, le=1, description="1: also return an answer in words; counts as a question to the chat.")


class FoundOut(Out):
    score: float
    book: BookOut


class FoundPage(Out):
    items: list[FoundOut]
    count: int
    exact: int = Field(description="How many of them contain all the words.")
    meant: dict[str, str] = Field(description="Words that were corrected.")
    answer: str = Field(description="Empty if none was requested.")
    citations: list[int] = Field(description="The ids of the books that the answer is based on.")
    notes: list[str] = Field(description="Explanations of anything that could not be done.")


@calls.get("/search", response=FoundPage)
def search_books(request: HttpRequest, query: Query[_SearchQuery]):
    """Searches your books, best matches first."""
    answer, answering, notes = "", [], []
    if query.answer or query.mode == AGENTIC:
        answer, answering, notes = _answer_to_question(request, query.q)
    if query.mode == AGENTIC:
        shown = [(key, 1.0) for key in answering[query.offset : query.offset + query.limit]]
        return _search_page_json(request.user, shown, len(answering), answer=answer, citations=answering, notes=notes)
    found = find_books(request.user, query.q, mode=query.mode, limit=query.limit, offset=query.offset)
    scores = dict(found.ranked)
    meant = {str(typed): str(there) for typed, there in found.meant.items()}
    shown = [(key, scores[key]) for key in found.ids]
    notes += [str(note) for note in found.notes]
    return _search_page_json(
        request.user, shown, found.total, exact=found.exact, meant=meant, answer=answer, citations=answering, notes=notes
    )


def _answer_to_question(request, question: str) -> tuple[str, list[int], list[str]]:
    """The answer, the books it is based on, and any problems."""
    if not throttling.CHAT.allow_request(request):
        raise throttling.refusal(request)
    try:
        reply, _ = conversations.answer_to(request.user, question)
    except ModelError as error:
        return "", [], [str(error)]
    return reply.text, reply.books, []


def _search_page_json(
    user, shown: list[tuple[int, float]], count: int, exact: int = 0, meant: dict | None = None, **reported
) -> dict:
    books = serializers.books_by_key(UserBook.objects.of(user), [key for key, _ in shown])
    items = [{"score": score, "book": books[key]} for key, score in shown if key in books]
    return {"items": items, "count": count, "exact": exact, "meant": meant or {}, **reported}
