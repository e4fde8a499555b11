"""Searching the catalogues by title, author or ISBN, and adding books from the results."""

from typing import Annotated

from django.core import signing
from django.http import HttpRequest, HttpResponse
from ninja import Query, Schema, Status
from pydantic import Field

from api.authentication import EVERYBODY
from api.book_schemas import BookOut, StatusName, TagNames
from api.books import LOCATION, own_book
from api.editions import EditionOut, FoundEditions, edition
from api.errors import Problem
from api.idempotent_calls import creates
from api.isbn_entry import ShelfReference, shelf_of
from api.schemas import In, Text, router
from library import serializers
from library.copies import editions, isbn_entry
from library.models import Entry

calls = router("Books", auth=EVERYBODY)


class _CatalogQuery(Schema):
    q: Annotated[Text, Field(min_length=1, max_length=300, description="Title, author or ISBN.", examples=["dune herbert"])]


class ResultOut(EditionOut):
    owned: bool = Field(description="You already have it.")


class FoundResults(FoundEditions):
    items: list[ResultOut]  # pyrefly: ignore[bad-override]  # nobody writes to a form


class FromCatalogIn(In):
    key: Annotated[Text, Field(min_length=1, max_length=100_000)] = Field(description="As given by `GET /books/catalog`.")
    status: StatusName = "to-read"
    shelf: ShelfReference = Field(None, description="The `id` of a shelf, or its name; a new one is created.")
    tags: TagNames = []


@calls.get("/catalog", response=FoundResults)
def search_catalogs(request: HttpRequest, query: Query[_CatalogQuery]):
    """Lists editions that the catalogues know. Waits a few seconds for them; `problems` names those that did not respond."""
    found = editions.search_catalogs(request.user, " ".join(query.q.split()))
    items = [edition(result.record, result.key) | {"owned": result.owned} for result in found["results"]]
    return {"items": items, "count": len(items), "problems": [str(problem) for problem in found["problems"]]}


@calls.post("/catalog", response={201: BookOut, 409: None}, openapi_extra={"responses": {201: {"headers": LOCATION}}})
@creates
def add_from_catalog(request: HttpRequest, body: FromCatalogIn, response: HttpResponse):
    """Adds one of the editions found. If its `key` was not offered within the last day, the response is 409."""
    try:
        record = editions.offered_record(body.key, editions.OFFERED_FOR)
    except signing.BadSignature:
        raise Problem(409, "not-offered", "That edition is no longer on the list. Search again.") from None
    shelf = shelf_of(request.user, body.shelf)
    own = {"status": body.status, "shelf": shelf, "tags": body.tags}
    copy = isbn_entry.add_record(request.user, record, entry=Entry.API, **own).copy
    response["Location"] = f"/api/v1/books/{copy.pk}"
    return Status(201, serializers.book_json(own_book(request.user, copy.pk)))
