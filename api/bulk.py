"""Changing many books at once, undoing such changes, and the trash."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, QueryDict
from ninja import Query, Status
from pydantic import ConfigDict, Field, model_validator

from api.authentication import EVERYBODY
from api.book_schemas import StatusName, TagNames
from api.books import own_shelf
from api.errors import Problem, not_found
from api.schemas import MOST, In, Key, Out, Page, Slice, Text, router
from api.shelves import page_of
from library.copies import bulk_changes, trash, undoing
from library.forms import LibraryFilter
from library.models import Undo, UserBook

calls = router("Bulk changes", auth=EVERYBODY)
AT_MOST = 10_000  # if listed by id; a filter has no limit


class BulkIn(In):
    """Which books to change, and how. Fields that are not sent stay unchanged."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"matching": "status=to-read", "shelf": 3, "addTags": ["attic"]}]})

    ids: list[Key] = Field([], max_length=AT_MOST, description="The ids of your books.")
    matching: Annotated[Text, Field(max_length=2000)] | None = Field(
        None, description="Instead of `ids`: a query of `GET /books`, such as `status=to-read`; empty: all books."
    )
    shelf: Annotated[int, Field(ge=1, le=MOST)] | None = Field(None, description="The `id` of a shelf; null: no shelf.")
    status: StatusName | None = None
    favourite: bool | None = None
    add_tags: TagNames = []
    remove_tags: TagNames = []
    remove: bool = Field(False, description="Move them to the trash.")

    @model_validator(mode="after")
    def meant(self):
        if bool(self.ids) == (self.matching is not None):
            raise ValueError("Send either `ids` or `matching`")
        if not ({"shelf", "status", "favourite", "add_tags", "remove_tags", "remove"} & self.model_fields_set):
            raise ValueError("Say what to change")
        return self


class DoneOut(Out):
    sentence: str = Field(examples=["12 books are now on “Study”."])
    undo: int | None = Field(description="The id for `POST /undos/{id}`; null if nothing changed.")


class UndoOut(Out):
    id: int
    sentence: str
    created: datetime


class CountOut(Out):
    count: int = Field(description="How many books were changed.")


def done(undo: Undo | None) -> dict:
    return {"sentence": undo.sentence if undo else "There was nothing to change.", "undo": undo and undo.pk}


# ── Bulk changes ────────────────────────────────────────────────────────────────────────────────────────────────────
@calls.post("/books/bulk", response=DoneOut)
def change_many_books(request: HttpRequest, body: BulkIn):
    """Makes the same change to many books, or to all that match a filter. Ids that are not your books are ignored."""
    shelf = own_shelf(request.user, body.shelf) if "shelf" in body.model_fields_set else bulk_changes.KEEP
    change = bulk_changes.Change(
        shelf=shelf, status=body.status or "", favourite=body.favourite, remove=body.remove,
        add_tags=tuple(body.add_tags), remove_tags=tuple(body.remove_tags),
    )  # fmt: skip
    return done(bulk_changes.apply_change(request.user, _chosen_books(request.user, body), change))


def _chosen_books(user, body: BulkIn):
    books = UserBook.objects.of(user)
    if body.matching is None:
        return books.filter(pk__in=body.ids)
    return books.filter(pk__in=LibraryFilter(QueryDict(body.matching), user).narrow(books).values("pk"))


# ── Undo ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@calls.get("/undos", response=Page[UndoOut])
def list_undos(request: HttpRequest, paging: Query[Slice]):
    """Lists bulk changes, merges and splits that can still be undone, latest first."""
    rows = undoing.recent(request.user)
    return page_of(paging, rows, lambda row: {name: getattr(row, name) for name in ("id", "sentence", "created")})


@calls.post("/undos/{undo_id}", response={200: UndoOut, 409: None})
def undo_change(request: HttpRequest, undo_id: Key):
    """Undoes the whole change, once. Anything changed since then stays as it is."""
    try:
        batch = undoing.undo_changes(request.user, undo_id)
    except Undo.DoesNotExist:
        raise not_found() from None
    except undoing.TooLate as error:
        raise Problem(409, "undone", str(error)) from None
    return {"id": batch.pk, "sentence": batch.sentence, "created": batch.created}


# ── The trash ───────────────────────────────────────────────────────────────────────────────────────────────────────
@calls.post("/trash/restore", response=CountOut)
def restore_all_books(request: HttpRequest):
    """Restores everything in the trash. To list the trash, call `GET /books?removed=true`."""
    return {"count": trash.restore_all_copies(request.user)}


@calls.delete("/trash", response=CountOut)
def empty_trash(request: HttpRequest):
    """Permanently deletes everything in the trash, with loans, readings and history."""
    return {"count": trash.delete_permanently(trash.removed_books(request.user))}


@calls.delete("/trash/{book_id}", response={204: None})
def delete_from_trash(request: HttpRequest, book_id: Key):
    """Permanently deletes one book from the trash. A book that is still in the library is 404 here."""
    if not trash.delete_permanently(trash.removed_books(request.user).filter(pk=book_id)):
        raise not_found()
    return Status(204, None)
