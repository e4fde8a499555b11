"""What a copy is: another edition, two records of one book, one record of two, and what its facts said before."""

from datetime import datetime
from typing import Annotated, Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from ninja import Query, Status
from pydantic import Field

from api.authentication import EVERYBODY
from api.book_schemas import BookOut
from api.books import LOCATION, own_copy, shown
from api.bulk import CountOut, DoneOut, done
from api.errors import Problem, not_found
from api.idempotent_calls import creates
from api.schemas import In, Key, Out, Page, Slice, Text, router
from api.shelves import page
from catalogs import Record, lookup
from library import metadata_lookup, serializers
from library.copies import editions as others
from library.copies import facts, merging, owner_edits
from library.models import FactChange, SyncStatus, UserBook
from library.views.editions import SALT, SECONDS, offered

calls = router("Books", auth=EVERYBODY)
Keys = Annotated[list[Key], Field(max_length=1000)]


class EditionOut(Out):
    """An edition that a catalogue knows, or that is known here."""

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
    """What goes to the second book."""

    readings: Keys = []
    loans: Keys = []
    sightings: Keys = []


class ChangedOut(DoneOut):
    book: BookOut


class SightingOut(Out):
    """A photo on which it was seen."""

    id: int
    job_id: str
    number: int = Field(description="Of its spine: `GET /scans/{jobId}/spines/{number}`.")
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
    said = {name: getattr(record, name) for name in names}
    return said | {"key": key, "cover_image": record.cover, "source": facts.in_words(record.source)}


def changed(user, key: int, undo) -> dict:
    return done(undo) | {"book": serializers.book(own_copy(user, key))}


# ── Editions ────────────────────────────────────────────────────────────────────────────────────────────────────────
@calls.get("/{book_id}/editions", response=FoundEditions)
def list_editions(request: HttpRequest, book_id: Key):
    """Other editions of the same work: known here first, then what the catalogues answer within some seconds."""
    copy, catalogs = own_copy(request.user, book_id), lookup.from_settings(SECONDS)
    found = [edition(record, offered(record)["key"]) for record in others.others(copy, catalogs)]
    return {"items": found, "count": len(found), "problems": [str(problem) for problem in catalogs.problems]}


@calls.post("/{book_id}/edition", response={200: ChangedOut, 409: None})
def choose_edition(request: HttpRequest, book_id: Key, body: EditionIn):
    """This is the edition you have. What you typed stays, but for the ISBN; a `key` that was not offered is 409."""
    copy = own_copy(request.user, book_id)
    try:
        record = Record.from_dict(signing.loads(body.key, salt=SALT))
    except signing.BadSignature:
        raise Problem(409, "not-offered", "That edition is no longer on the list. Request the list again.") from None
    return changed(request.user, copy.pk, others.choose(request.user, copy, record, body.over_mine))


# ── Two that are one, one that is two ───────────────────────────────────────────────────────────────────────────────
@calls.get("/{book_id}/alike", response=Page[BookOut])
def list_alike(request: HttpRequest, book_id: Key, asked: Query[Slice]):
    """Other copies of yours that may be the same book: of the same work, or of the same ISBN."""
    keys = [copy.pk for copy in merging.alike(own_copy(request.user, book_id))]
    return page(
        asked, serializers.with_all(UserBook.objects.of(request.user).filter(pk__in=keys)).order_by("pk"), serializers.book
    )


@calls.post("/{book_id}/merge/{other_id}", response={200: ChangedOut, 409: None})
def merge_books(request: HttpRequest, book_id: Key, other_id: Key, body: MergeIn):
    """`other_id` goes into `book_id` and then to the trash. What both say differently `book_id` says on. Where they cannot be
    one book (two ISBNs, both lent) nothing happens (409)."""
    keep, other = own_copy(request.user, book_id), own_copy(request.user, other_id)
    try:
        return changed(request.user, keep.pk, merging.merge(request.user, keep, other, body.two_isbns))
    except merging.MergeError as error:
        raise Problem(409, "two-books", str(error)) from None


@calls.post("/{book_id}/split", response={201: ChangedOut}, openapi_extra={"responses": {201: {"headers": LOCATION}}})
@creates
def split_book(request: HttpRequest, book_id: Key, body: SplitIn, response: HttpResponse):
    """One record that stood for two books becomes two; the second is answered, and gets these readings, loans and sightings."""
    second, undo = merging.split(request.user, own_copy(request.user, book_id), body.readings, body.loans, body.sightings)
    response["Location"] = f"/api/v1/books/{second.pk}"
    return Status(201, changed(request.user, second.pk, undo))


@calls.get("/{book_id}/sightings", response=Page[SightingOut])
def list_sightings(request: HttpRequest, book_id: Key, asked: Query[Slice]):
    """The photos on which it was seen, the latest first."""
    rows = own_copy(request.user, book_id).sightings.select_related("scan").order_by("-scan__created", "-pk")
    return page(asked, rows, seen)


def seen(row) -> dict:
    return {"id": row.pk, "jobId": row.scan.job_id, "number": row.number, "created": row.scan.created}


# ── What it said before ─────────────────────────────────────────────────────────────────────────────────────────────
@calls.get("/{book_id}/history", response=Page[FactChangeOut])
def list_fact_changes(request: HttpRequest, book_id: Key, asked: Query[Slice]):
    """What its facts said before, and who changed them; the latest first."""
    return page(asked, own_copy(request.user, book_id).fact_changes.all(), past)


def past(row: FactChange) -> dict:
    return {name: getattr(row, name) for name in ("id", "fact", "before", "after", "at")} | {"source": facts.in_words(row.source)}


@calls.post("/{book_id}/history/{change_id}/back", response=BookOut)
def put_fact_back(request: HttpRequest, book_id: Key, change_id: Key, response: HttpResponse):
    """A fact says again what it said before that change."""
    if not own_copy(request.user, book_id).fact_changes.filter(pk=change_id).exists():
        raise not_found()
    owner_edits.put_back(request.user, change_id)
    return shown(response, own_copy(request.user, book_id))


# ── What the catalogues say ─────────────────────────────────────────────────────────────────────────────────────────
@calls.post("/{book_id}/look-up", response={202: BookOut})
def look_up_book(request: HttpRequest, book_id: Key):
    """Has the catalogues asked once more about a book that none of them knew; any other stays as it is."""
    metadata_lookup.retry(UserBook.objects.filter(pk=own_copy(request.user, book_id).pk))
    return Status(202, serializers.book(own_copy(request.user, book_id)))


many_calls = router("Books", auth=EVERYBODY)


@many_calls.post("/look-up", response={202: CountOut})
def look_up_books(request: HttpRequest):
    """Has the catalogues asked once more about all that none of them knew: in `GET /books?lookup=on` their `lookUp` is failed."""
    unknown = UserBook.objects.of(request.user).filter(sync_status=SyncStatus.FAILED)
    return Status(202, {"count": metadata_lookup.retry(unknown)})
