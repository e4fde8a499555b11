"""The shelves that a file names: found where they are there already, made where they are not."""

from django.db.models import Max

from catalogs.folding import fold_name
from library.models import Shelf
from library.shelf_order import find_shelf


def exactly(user, place: list[str], known: dict) -> Shelf | None:
    """The shelf as our own JSON names it, letter by letter: [room, bookcase, name]."""
    parts = ("exactly", *("",) * (3 - len(place)), *(part[:100] for part in place))
    if not parts[-1]:
        return None
    if parts not in known:
        there = dict(zip(("room", "bookcase", "name"), parts[1:], strict=True))
        known[parts] = Shelf.objects.filter(user=user, **there).first()
        known[parts] = known[parts] or Shelf.objects.create(user=user, **there, position=_next(user))
    return known[parts]


def find_or_make(user, place: list[str], known: dict) -> Shelf | None:
    """The shelf called so, however it is spelt: [name], or [room, bookcase, name]. `known` remembers it for the next row."""
    parts = tuple(" ".join(part.replace("\0", "").split())[:100] for part in place)
    parts = ("",) * (3 - len(parts)) + parts
    if not parts[-1]:
        return None
    if parts not in known:
        room, bookcase, name = parts
        if room or bookcase:
            wanted = [fold_name(part) for part in (room, bookcase, name)]
            mine = Shelf.objects.filter(user=user)
            there = next((s for s in mine if [fold_name(part) for part in (s.room, s.bookcase, s.name)] == wanted), None)
        else:
            there = find_shelf(user, name)  # a file that names no room means the shelf of that name wherever it stands
        known[parts] = there or Shelf.objects.create(user=user, room=room, bookcase=bookcase, name=name, position=_next(user))
    return known[parts]


def restore_shelf(user, values: dict):
    """A shelf as our own JSON has it, also where no book stands on it."""
    if not isinstance(values, dict) or not isinstance(values.get("name"), str):
        return
    parts = [str(values.get(name) or "")[:100] for name in ("room", "bookcase", "name")]
    there = dict(zip(("room", "bookcase", "name"), parts, strict=True))
    if not parts[2] or Shelf.objects.filter(user=user, **there).exists():
        return
    position = values.get("position")
    shelf = Shelf(user=user, **there, position=position if isinstance(position, int) and 0 <= position < 10**6 else _next(user))
    if isinstance(values.get("created"), str):
        shelf.created = Shelf._meta.get_field("created").to_python(values["created"])
    created = shelf.created
    shelf.save()
    if created:  # the column is set by the first save
        Shelf.objects.filter(pk=shelf.pk).update(created=created)


def _next(user) -> int:
    return (Shelf.objects.filter(user=user).aggregate(last=Max("position"))["last"] or 0) + 1
