"""Books: list, add, change without overwriting others' changes, move to the trash and restore."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Query, Status
from pydantic import Field

from api.authentication import EVERYBODY
from api.book_schemas import FACT_NAMES, BookFilter, BookIn, BookOut, BookPatch
from api.errors import Problem, invalid, not_found
from api.idempotent_calls import creates
from api.schemas import Key, Page, router
from catalogs import Record
from library import listing, serializers
from library.copies import identity, owner_edits, readings, tagging, trash
from library.forms import LibraryFilter
from library.models import Entry, Shelf, UserBook

calls = router("Books", auth=EVERYBODY)

IF_MATCH = {
    "in": "header", "name": "If-Match", "required": False, "schema": {"type": "string", "maxLength": 40}, "example": '"3"',
    "description": "The ETag that you have. If the book has changed since then, nothing happens (412).",
}  # fmt: skip
IF_NONE_MATCH = {**IF_MATCH, "name": "If-None-Match", "description": "The ETag that you have. If it is still current: 304."}
ETAG = {"ETag": {"description": "The version of the book.", "schema": {"type": "string"}}}
LOCATION = {"Location": {"description": "Its address.", "schema": {"type": "string"}}}


MADE = {201: {"headers": {**ETAG, **LOCATION}}, 200: {"headers": ETAG}}


class _BooksQuery(BookFilter):
    removed: bool = Field(False, description="List the trash instead of the library.")


def own_book(user, key: int, removed: bool = False) -> UserBook:
    copies = UserBook.objects.in_trash(user) if removed else UserBook.objects.of(user)
    copy = copies.select_related("shelf", "book").filter(pk=key).first()
    if copy is None:
        raise not_found()
    return copy


def own_shelf(user, key: int | None) -> Shelf | None:
    if key is None:
        return None
    shelf = Shelf.objects.filter(user=user, pk=key).first()
    if shelf is None:
        raise invalid("shelf: you have no shelf with this id.")
    return shelf


def _etag(copy: UserBook) -> str:
    return f'"{copy.version}"'


def book_response(response: HttpResponse, copy: UserBook) -> dict:
    response["ETag"] = _etag(copy)
    return serializers.book_json(copy)


@calls.get("", response=Page[BookOut])
def list_books(request: HttpRequest, requested: Query[_BooksQuery]):
    """Lists your books, filtered and sorted as on the library page. Invalid filters are ignored."""
    mine = trash.removed_books(request.user) if requested.removed else UserBook.objects.of(request.user)
    found = LibraryFilter(request.GET, None if requested.removed else request.user).select(mine)
    until = requested.offset + requested.limit
    page = listing.rows_between(found, requested.offset, until, serializers.with_related(UserBook.objects))
    return {"items": serializers.books_json(page), "count": found.count()}


@calls.post("", response={201: BookOut, 200: BookOut}, openapi_extra={"responses": MADE})
@creates
def add_book(request: HttpRequest, body: BookIn, response: HttpResponse):
    """Adds a book. With `onDuplicate: skip`, a book that you already have is returned instead (200)."""
    values = body.given_values()
    record = Record(
        title=body.title, authors=tuple(body.authors), isbn=body.isbn, subtitle=body.subtitle, publisher=body.publisher,
        published_date=body.published_date, language=body.language, source="typed",
    )  # fmt: skip
    if body.on_duplicate == "skip" and (owned := identity.owned_copies(request.user, record).first()):
        return Status(200, book_response(response, own_book(request.user, owned.pk)))
    shelf = own_shelf(request.user, body.shelf)
    with transaction.atomic():
        copy = identity.add_copy(request.user, record, shelf=shelf, entry=Entry.API)
        values.pop("on_duplicate", None)
        _changed_facts(request.user, copy.pk, values)
    response["Location"] = f"/api/v1/books/{copy.pk}"
    return Status(201, book_response(response, own_book(request.user, copy.pk)))


@calls.get(
    "/{book_id}",
    response={200: BookOut, 304: None},
    openapi_extra={"parameters": [IF_NONE_MATCH], "responses": {200: {"headers": ETAG}, 304: {"headers": ETAG}}},
)
def get_book(request: HttpRequest, book_id: Key, response: HttpResponse):
    """Returns one book. Its `ETag` is its version."""
    copy = own_book(request.user, book_id)
    answer = book_response(response, copy)
    known = request.headers.get("If-None-Match", "")
    return Status(304, None) if names(known, copy) else Status(200, answer)


@calls.patch("/{book_id}", response=BookOut, openapi_extra={"parameters": [IF_MATCH], "responses": {200: {"headers": ETAG}}})
def change_book(request: HttpRequest, book_id: Key, body: BookPatch, response: HttpResponse):
    """Changes only the fields that are sent. With `If-Match`, only if nobody has changed the book in the meantime."""
    copy = own_book(request.user, book_id)
    version = _refuse_stale(request, copy)
    try:
        _changed_facts(request.user, copy.pk, body.given_values(), version)
    except owner_edits.Stale as stale:
        raise Problem(412, "stale", str(stale), {"ETag": _etag(stale.copy)}) from None
    return book_response(response, own_book(request.user, book_id))


@calls.delete("/{book_id}", response={204: None}, openapi_extra={"parameters": [IF_MATCH]})
def remove_book(request: HttpRequest, book_id: Key):
    """Moves the book to the trash, where it stays for 30 days. To restore it, call `POST /books/{id}/restore`."""
    copy = own_book(request.user, book_id)
    _refuse_stale(request, copy)
    trash.move_to_trash(copy)
    return Status(204, None)


@calls.post("/{book_id}/restore", response=BookOut)
def restore_book(request: HttpRequest, book_id: Key, response: HttpResponse):
    """Restores a book from the trash with all its data."""
    trash.restore_copy(own_book(request.user, book_id, removed=True))
    return book_response(response, own_book(request.user, book_id))


@transaction.atomic
def _changed_facts(user, key: int, values: dict, version: int | None = None):
    """Saves the facts that a program sent, under the names of `BookFacts`."""
    printed = {FACT_NAMES[name]: value for name, value in values.items() if name in FACT_NAMES}
    own = {name: value for name, value in values.items() if name not in FACT_NAMES and name != "tags"}
    if "shelf" in own:
        own["shelf"] = own_shelf(user, own["shelf"])
    if "rating" in own:
        own["rating"] = own["rating"] and round(own["rating"] * 2)
    before = UserBook.objects.values_list("status", flat=True).get(pk=key, user=user)
    copy = owner_edits.edit_copy(user, key, printed, own, version)
    readings.update_readings(copy, before)
    if "tags" in values:
        tagging.set_tags(copy, values["tags"])


def _refuse_stale(request, copy: UserBook) -> int | None:
    """The version that `If-Match` asks for, or None if it does not matter."""
    wanted = request.headers.get("If-Match", "").strip()
    if wanted in ("", "*"):
        return None
    if not names(wanted, copy):
        raise Problem(412, "stale", "This book was changed somewhere else in the meantime.", {"ETag": _etag(copy)})
    return copy.version


def names(header: str, copy: UserBook) -> bool:
    """Whether a list of ETags includes the version of `copy`."""
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or _etag(copy) in tags
