"""Rooms, bookcases and shelves in the order that their owner gave them."""

from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import Count

from accounts import webhooks
from library import sightings
from library.copies import undoing
from library.models import Shelf, Undo, UserBook


class PlaceError(Exception):
    """Explains to the person why a shelf cannot be moved there."""


@dataclass
class _Bookcase:
    room: str
    name: str
    shelves: list[Shelf] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(shelf.count for shelf in self.shelves)


@dataclass
class _Room:
    name: str
    bookcases: list[_Bookcase] = field(default_factory=list)

    @property
    def shelves(self) -> list[Shelf]:
        return [shelf for bookcase in self.bookcases for shelf in bookcase.shelves]

    @property
    def count(self) -> int:
        return sum(bookcase.count for bookcase in self.bookcases)


def group_shelves(shelves) -> list[_Room]:
    """Groups sorted shelves into bookcases and rooms; a group's position is that of its first shelf."""
    rooms: dict[str, dict[str, _Bookcase]] = {}
    for shelf in shelves:
        bookcases = rooms.setdefault(shelf.room, {})
        bookcases.setdefault(shelf.bookcase, _Bookcase(shelf.room, shelf.bookcase)).shelves.append(shelf)
    return [_Room(name, list(bookcases.values())) for name, bookcases in rooms.items()]


def shelves_with_counts(user) -> tuple[list[Shelf], int]:
    """This person's shelves with their number of books (`count`) and latest `photo`, and the number of books without a shelf."""
    standing = UserBook.objects.of(user).owned().order_by().values_list("shelf")  # answered by an index alone
    counts = dict(standing.annotate(n=Count("*")))
    shelves, photos = list(user.shelves.all()), sightings.latest_by_shelf(user)
    for shelf in shelves:
        shelf.count, shelf.photo = counts.get(shelf.pk, 0), photos.get(shelf.pk)
    return shelves, counts.get(None, 0)


@transaction.atomic
def find_shelf(user, values: str) -> Shelf | None:
    """Finds a shelf by its full place as lists show it (“Study · Billy · 2”), otherwise by its name alone. If several have the
    same name, the one without room and bookcase wins, otherwise the first in order."""
    values = " ".join(values.split()).casefold()
    shelves = list(user.shelves.all())
    named = [shelf for shelf in shelves if shelf.name.casefold() == values]
    whole = [shelf for shelf in shelves if str(shelf).casefold() == values]
    return next(iter([*whole, *named]), None)


def move_shelf(shelf: Shelf, what: str, step: int):
    """Moves the shelf within its bookcase, or its bookcase within the room, or its room (`what`), up (-1) or down (1)."""
    rooms = group_shelves(_locked(shelf.user_id))
    room = next(room for room in rooms if room.name == shelf.room)
    bookcase = next(entry for entry in room.bookcases if entry.name == shelf.bookcase)
    row, item = {"room": (rooms, room), "bookcase": (room.bookcases, bookcase)}.get(what, (bookcase.shelves, shelf))
    here = row.index(item)
    row.insert(min(max(here + step, 0), len(row) - 1), row.pop(here))
    _write(rooms)


@transaction.atomic
def move_beside(shelf: Shelf, beside: Shelf, after: bool):
    """Moves the shelf next to another one, into its bookcase and room. Raises PlaceError if the name is already used there."""
    order = [item for item in _locked(shelf.user_id) if item.pk != shelf.pk]
    if shelf.pk == beside.pk:
        return
    if (shelf.room, shelf.bookcase) != (beside.room, beside.bookcase):
        shelf.room, shelf.bookcase = beside.room, beside.bookcase
        try:
            with transaction.atomic():
                shelf.save(update_fields=["room", "bookcase"])
        except IntegrityError:
            raise PlaceError(f"There is already a shelf called “{shelf.name}”.") from None
    order.insert([item.pk for item in order].index(beside.pk) + after, shelf)
    _write(group_shelves(order))


@transaction.atomic
def remove_shelf(shelf: Shelf) -> Undo:
    """Deletes the shelf. Its books and photos stay, without a shelf."""
    copies = list(shelf.books.order_by("pk").values_list("pk", flat=True))
    rows = {name: list(getattr(shelf, name).order_by("pk").values_list("pk", flat=True)) for name in undoing.SHELF_ROWS}
    place = {name: getattr(shelf, name) for name in ("room", "bookcase", "name", "position")}
    for chunk in undoing.in_chunks(copies):
        UserBook.objects.filter(pk__in=chunk).change(shelf=None)
    shelf.delete()
    sentence = f"Deleted the shelf “{shelf.name}”. Its books are still in your library."
    webhooks.notify_many(shelf.user_id, copies, sentence)
    return undoing.record_undo(shelf.user, sentence, undoing.undo_shelf_deletion(place, copies, rows))


def _locked(user_id: int) -> list[Shelf]:
    return list(Shelf.objects.select_for_update().filter(user=user_id))


def _write(rooms: list[_Room]):
    """Renumbers the positions, so that they are always 1, 2, 3 …"""
    order = [shelf for room in rooms for shelf in room.shelves]
    moved = [shelf for position, shelf in enumerate(order, start=1) if shelf.position != position]
    for position, shelf in enumerate(order, start=1):
        shelf.position = position
    Shelf.objects.bulk_update(moved, ["position"], batch_size=200)
