"""Shelves and tags."""

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from ninja import Query, Status

from api.authentication import EVERYBODY
from api.book_schemas import ShelfIn, ShelfMove, ShelfOut, ShelfPatch, TagIn, TagOut
from api.books import LOCATION
from api.errors import Problem, invalid, not_found
from api.idempotent_calls import creates
from api.schemas import Key, Page, Slice, router
from library import serializers, shelf_order
from library.copies import bulk_changes, tagging
from library.models import Shelf, Tag
from library.models.copy_queries import OWNED_BOOKS

shelf_calls = router("Shelves", auth=EVERYBODY)
tag_calls = router("Tags", auth=EVERYBODY)


def _shelves_of(user):
    # annotating drops the default order
    return Shelf.objects.filter(user=user).annotate(count=Count("books", filter=OWNED_BOOKS)).order_by("position", "name", "pk")


def own_row(rows, key: int):
    """One of the user's own `rows`, or 404."""
    row = rows.filter(pk=key).first()
    if row is None:
        raise not_found()
    return row


def page_of(paging: Slice, rows, form) -> dict:
    found = paging.of(rows)
    return {"items": [form(row) for row in found["items"]], "count": found["count"]}


# ── Shelves ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@shelf_calls.get("", response=Page[ShelfOut])
def list_shelves(request: HttpRequest, paging: Query[Slice]):
    """Lists your shelves in order, with their number of books, without the wishlist."""
    return page_of(paging, _shelves_of(request.user), serializers.shelf_json)


@shelf_calls.post("", response={201: ShelfOut}, openapi_extra={"responses": {201: {"headers": LOCATION}}})
@creates
def add_shelf(request: HttpRequest, body: ShelfIn, response: HttpResponse):
    """Creates a shelf after the others."""
    shelf = Shelf(user=request.user, position=Shelf.objects.filter(user=request.user).count() + 1)
    _keep_shelf(shelf, body.given_values())
    response["Location"] = f"/api/v1/shelves/{shelf.pk}"
    return Status(201, serializers.shelf_json(shelf))


@shelf_calls.get("/{shelf_id}", response=ShelfOut)
def get_shelf(request: HttpRequest, shelf_id: Key):
    """Returns one shelf."""
    return serializers.shelf_json(own_row(_shelves_of(request.user), shelf_id))


@shelf_calls.patch("/{shelf_id}", response=ShelfOut)
def change_shelf(request: HttpRequest, shelf_id: Key, body: ShelfPatch):
    """Changes only the fields that are sent."""
    _keep_shelf(own_row(_shelves_of(request.user), shelf_id), body.given_values())
    return serializers.shelf_json(own_row(_shelves_of(request.user), shelf_id))


@shelf_calls.delete("/{shelf_id}", response={204: None})
def delete_shelf(request: HttpRequest, shelf_id: Key):
    """Deletes the shelf; its books stay in the library. To undo this, find it in `GET /undos` and call `POST /undos/{id}`."""
    shelf_order.remove_shelf(own_row(Shelf.objects.filter(user=request.user).select_related("user"), shelf_id))
    return Status(204, None)


@shelf_calls.post("/{shelf_id}/move", response={200: Page[ShelfOut], 409: None})
def move_shelf(request: HttpRequest, shelf_id: Key, body: ShelfMove):
    """Moves a shelf, its bookcase or its room. Returns the first shelves in their new order."""
    shelf = own_row(Shelf.objects.filter(user=request.user), shelf_id)
    if body.beside is None:
        shelf_order.move_shelf(shelf, body.what, body.step)
        return page_of(Slice(limit=200, offset=0), _shelves_of(request.user), serializers.shelf_json)
    beside = Shelf.objects.filter(user=request.user, pk=body.beside).first()
    if beside is None:
        raise invalid("beside: you have no shelf with this id.")
    try:
        shelf_order.move_beside(shelf, beside, body.after)
    except shelf_order.PlaceError as error:
        raise Problem(409, "taken", str(error)) from None
    return page_of(Slice(limit=200, offset=0), _shelves_of(request.user), serializers.shelf_json)


def _keep_shelf(shelf: Shelf, values: dict):
    """Saves a shelf. Two shelves in one place cannot have the same name, ignoring case."""
    for name, value in values.items():
        if value is not None:
            setattr(shelf, name, value)
    place = {"room__iexact": shelf.room, "bookcase__iexact": shelf.bookcase, "name__iexact": shelf.name}
    taken = invalid(f"name: you already have a shelf called “{shelf.name}” there.")
    if Shelf.objects.filter(user=shelf.user_id, **place).exclude(pk=shelf.pk).exists():
        raise taken
    try:
        with transaction.atomic():
            shelf.save()
    except IntegrityError:
        raise taken from None


# ── Tags ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@tag_calls.get("", response=Page[TagOut])
def list_tags(request: HttpRequest, paging: Query[Slice]):
    """Lists your tags by name, with the number of books. To create a tag, add it to a book."""
    return page_of(paging, tagging.tags_with_counts(request.user).order_by("folded"), serializers.tag_json)


@tag_calls.get("/{tag_id}", response=TagOut)
def get_tag(request: HttpRequest, tag_id: Key):
    """Returns one tag."""
    return serializers.tag_json(own_row(tagging.tags_with_counts(request.user), tag_id))


@tag_calls.patch("/{tag_id}", response=TagOut)
def rename_tag(request: HttpRequest, tag_id: Key, body: TagIn):
    """Renames a tag. If another tag already has that name, the two are merged, and the merged tag is returned."""
    bulk_changes.rename_tag(own_row(Tag.objects.filter(user=request.user), tag_id), body.name)
    return serializers.tag_json(tagging.tags_with_counts(request.user).get(folded=Tag.fold(body.name)))


@tag_calls.delete("/{tag_id}", response={204: None})
def delete_tag(request: HttpRequest, tag_id: Key):
    """Deletes the tag from all books."""
    bulk_changes.delete_tag(own_row(Tag.objects.filter(user=request.user), tag_id))
    return Status(204, None)
