"""Changing the edition of a copy, merging two records, splitting one, and the history of its facts."""

from datetime import datetime
from typing import Annotated, Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from ninja import Query, Status
from pydantic import Field

from api.authentication import EVERYBODY
from api.book_schemas import BookOut
from api.books import LOCATION, book_response, own_book
from api.bulk import CountOut, DoneOut, done
from api.errors import Problem, not_found
from api.idempotent_calls import creates
from api.schemas import In, Key, Out, Page, Slice, Text, router
from api.shelves import page_of
from catalogs import Record, lookup
from library import metadata_lookup, serializers
from library.copies import editions as others
from library.copies import facts, merging, owner_edits
from library.copies.editions import WAIT_FOR_EDITIONS, offer_key, offered_record
from library.models import FactChange, SyncStatus, UserBook
from scanning.models import Candidate

calls = router("Books", auth=EVERYBODY)
Keys = Annotated[list[Key], Field(max_length=1000)]


class EditionOut(Out):
    """An edition that a catalogue or this installation knows."""

    key: str = Field(description="The key to choose it by; valid as long as this installation keeps its `SECRET_KEY`.")
    title: str
    subtitle: str
    authors: list[str]
    isbn: str
    publisher: str
    published_date: str
    language: str
    pages: int | None
    binding: str
    cover_image: str
    source: str = Field(description="The source, in words.")


class FoundEditions(Out):
    items: list[EditionOut]
    count: int
    problems: list[str] = Field(description="Catalogues that could not be searched, in sentences.")


class EditionIn(In):
    key: Annotated[Text, Field(min_length=1, max_length=100_000)] = Field(description="As given by `GET …/editions`.")
    over_mine: bool = Field(False, description="Also replace what you typed yourself.")


class MergeIn(In):
    two_isbns: bool = Field(False, description="Merge them although they have two different ISBNs.")


class SplitIn(In):
    """What moves to the second book."""

    readings: Keys = []
    loans: Keys = []
    sightings: Keys = []


class ChangedOut(DoneOut):
    book: BookOut


class SightingOut(Out):
    """A photo that shows it."""

    id: int
    job_id: str
    number: int = Field(description="The number of its spine, for `GET /scans/{jobId}/spines/{number}`.")
    created: datetime


class FactChangeOut(Out):
    id: int
    fact: str
    before: Any
    after: Any
    source: str = Field(description="The source, in words.")
    at: datetime


def edition(record: Record, key: str) -> dict:
    names = ("title", "subtitle", "authors", "isbn", "publisher", "published_date", "language", "pages", "binding")
    values = {name: getattr(record, name) for name in names}
    return values | {"key": key, "cover_image": record.cover, "source": facts.source_in_words(record.source)}


def _changed_book(user, key: int, undo) -> dict:
    return done(undo) | {"book": serializers.book_json(own_book(user, key))}


# ── Editions ────────────────────────────────────────────────────────────────────────────────────────────────────────
@calls.get("/{book_id}/editions", response=FoundEditions)
def list_editions(request: HttpRequest, book_id: Key):
    """Lists other editions of the same work: first those known here, then those from the catalogues after a few seconds."""
    copy, catalogs = own_book(request.user, book_id), lookup.lookup_from_settings(WAIT_FOR_EDITIONS)
    found = [edition(record, offer_key(record)) for record in others.other_editions(copy, catalogs)]
    return {"items": found, "count": len(found), "problems": [str(problem) for problem in catalogs.problems]}


@calls.post("/{book_id}/edition", response={200: ChangedOut, 409: None})
def choose_edition(request: HttpRequest, book_id: Key, body: EditionIn):
    """Changes the edition of your copy. What you have typed stays, except the ISBN. An unknown `key` is 409."""
    copy = own_book(request.user, book_id)
    try:
        record = offered_record(body.key)
    except signing.BadSignature:
        raise Problem(409, "not-offered", "That edition is no longer on the list. Request the list again.") from None
    return _changed_book(request.user, copy.pk, others.choose_edition(request.user, copy, record, body.over_mine))


# ── Merging and splitting ───────────────────────────────────────────────────────────────────────────────────────────
@calls.get("/{book_id}/alike", response=Page[BookOut])
def list_alike(request: HttpRequest, book_id: Key, paging: Query[Slice]):
    """Lists your other copies that may be the same book: of the same work, or with the same ISBN."""
    keys = [copy.pk for copy in merging.possible_duplicates(own_book(request.user, book_id))]
    found = paging.of(serializers.with_related(UserBook.objects.of(request.user).filter(pk__in=keys)).order_by("pk"))
    return found | {"items": serializers.books_json(found["items"])}


@calls.post("/{book_id}/merge/{other_id}", response={200: ChangedOut, 409: None})
def merge_books(request: HttpRequest, book_id: Key, other_id: Key, body: MergeIn):
    """Merges `other_id` into `book_id` and moves it to the trash. Where the two differ, `book_id` keeps its values. If they
    cannot be one book (two ISBNs, both lent), nothing happens (409)."""
    keep, other = own_book(request.user, book_id), own_book(request.user, other_id)
    try:
        return _changed_book(request.user, keep.pk, merging.merge_copies(request.user, keep, other, body.two_isbns))
    except merging.MergeError as error:
        raise Problem(409, "two-books", str(error)) from None


@calls.post("/{book_id}/split", response={201: ChangedOut}, openapi_extra={"responses": {201: {"headers": LOCATION}}})
@creates
def split_book(request: HttpRequest, book_id: Key, body: SplitIn, response: HttpResponse):
    """Splits one record into two books. Returns the second, which gets the given readings, loans and sightings."""
    second, undo = merging.split_copy(request.user, own_book(request.user, book_id), **body.model_dump())
    response["Location"] = f"/api/v1/books/{second.pk}"
    return Status(201, _changed_book(request.user, second.pk, undo))


@calls.get("/{book_id}/sightings", response=Page[SightingOut])
def list_sightings(request: HttpRequest, book_id: Key, paging: Query[Slice]):
    """Lists the photos that show it, latest first."""
    rows = Candidate.objects.filter(copy=own_book(request.user, book_id)).select_related("scan").order_by("-scan__created", "-pk")
    return page_of(paging, rows, _sighting_json)


def _sighting_json(row) -> dict:
    return {"id": row.pk, "jobId": row.scan.job_id, "number": row.number, "created": row.scan.created}


# ── History ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@calls.get("/{book_id}/history", response=Page[FactChangeOut])
def list_fact_changes(request: HttpRequest, book_id: Key, paging: Query[Slice]):
    """Lists changes to its facts with the earlier values and their sources, latest first."""
    return page_of(paging, own_book(request.user, book_id).fact_changes.all(), _fact_change_json)


def _fact_change_json(row: FactChange) -> dict:
    return {name: getattr(row, name) for name in ("id", "fact", "before", "after", "at")} | {
        "source": facts.source_in_words(row.source)
    }


@calls.post("/{book_id}/history/{change_id}/back", response=BookOut)
def restore_earlier_fact(request: HttpRequest, book_id: Key, change_id: Key, response: HttpResponse):
    """Restores the value that a fact had before that change."""
    if not own_book(request.user, book_id).fact_changes.filter(pk=change_id).exists():
        raise not_found()
    owner_edits.restore_fact(request.user, change_id)
    return book_response(response, own_book(request.user, book_id))


# ── Metadata look-up ────────────────────────────────────────────────────────────────────────────────────────────────
@calls.post("/{book_id}/look-up", response={202: BookOut})
def look_up_book(request: HttpRequest, book_id: Key):
    """Asks the catalogues again about a book that none of them knew. Has no effect on other books."""
    metadata_lookup.retry_lookups(UserBook.objects.filter(pk=own_book(request.user, book_id).pk))
    return Status(202, serializers.book_json(own_book(request.user, book_id)))


many_calls = router("Books", auth=EVERYBODY)


@many_calls.post("/look-up", response={202: CountOut})
def look_up_books(request: HttpRequest):
    """Asks the catalogues again about all books that none of them knew (`lookUp` is failed in `GET /books?lookup=on`)."""
    unknown = UserBook.objects.of(request.user).filter(sync_status=SyncStatus.FAILED)
    return Status(202, {"count": metadata_lookup.retry_lookups(unknown)})
