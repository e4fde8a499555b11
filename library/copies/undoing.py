"""Taking back what was done to many books, or to two at once: one `Undo` a batch, made of small steps that are undone last first.

A step never overwrites what was changed after the batch: only what still is as the batch left it goes back."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

from django.db import transaction
from django.utils import timezone

from accounts import webhooks
from library.copies import tagging
from library.models import Shelf, Undo, UserBook

CHUNK = 500  # rows in one statement
KEPT = timedelta(days=30)  # as long as the trash
SHELF_ROWS: list[str] = []  # relations from a shelf to what else is of it; apps above add theirs when they start


class TooLate(Exception):
    """A sentence for the person: why this cannot be taken back any more."""


def in_chunks(rows: Iterable, size: int = CHUNK):
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk


def plain(value):
    """A value of a column as JSON can hold it; `Field.to_python` reads it back."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


# ── Steps, as they are written down ─────────────────────────────────────────────────────────────────────────────────
def undo_columns(column: str, after, rows: Iterable[tuple[int, object]]) -> dict:
    """`column` of many copies became `after`; `rows` are (key of the copy, what stood there)."""
    by_value = defaultdict(list)
    for pk, before in rows:
        by_value[plain(before)].append(pk)
    return {"do": "columns", "column": column, "after": plain(after), "before": [list(item) for item in by_value.items()]}


def values(copy: UserBook, before: dict, after: dict) -> dict:
    """These columns of one copy changed."""
    before, after = ({name: plain(value) for name, value in given.items()} for given in (before, after))
    return {"do": "values", "copy": copy.pk, "before": before, "after": after}


def tagged(tag_name: str, copies: list[int]) -> dict:
    """These copies were given a tag that they had not."""
    return {"do": "tagged", "tag": tag_name, "copies": copies}


def untagged(tag_name: str, copies: list[int]) -> dict:
    """A tag was taken from these copies."""
    return {"do": "untagged", "tag": tag_name, "copies": copies}


def moved(relation: str, rows: list[int], copy: UserBook, to: UserBook) -> dict:
    """Loans, readings, … went from one copy to another."""
    return {"do": "moved", "relation": relation, "rows": rows, "copy": copy.pk, "to": to.pk}


def made(copy: UserBook) -> dict:
    """This copy was made; taken back, it goes to the trash."""
    return {"do": "made", "copy": copy.pk}


def shelf_gone(place: dict, copies: list[int], rows: dict[str, list[int]]) -> dict:
    """A shelf was taken away, on which these copies stood; `rows` are those of SHELF_ROWS."""
    return {"do": "shelf_gone", "place": place, "copies": copies, "rows": rows}


def record(user, sentence: str, *steps: dict) -> Undo:
    return Undo.objects.create(user=user, sentence=sentence[:200], before={"steps": [step for step in steps if step]})


# ── Taking them back ────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def undo_changes(user, pk: int) -> Undo:
    """The batch is taken back, once. Raises Undo.DoesNotExist where it is a stranger's, TooLate where it was undone."""
    batch = Undo.objects.select_for_update().get(pk=pk, user=user)
    if batch.undone:
        raise TooLate("That has already been undone.")
    for step in reversed(batch.before["steps"]):
        STEPS[step["do"]](user, step)
    batch.undone = timezone.now()
    batch.save(update_fields=["undone"])
    webhooks.notify_many(user.pk, {pk for step in batch.before["steps"] for pk in _touched(step)}, f"Undone: {batch.sentence}")
    return batch


def _touched(step: dict) -> list[int]:
    """The books that a step brings back in a statement for many; what `_values` saves is told by itself."""
    if step["do"] == "columns":
        return [pk for _, copies in step["before"] for pk in copies]
    return step["copies"] if "copies" in step else [step["copy"]] if step["do"] == "made" else []


def _columns(user, step: dict):
    """One statement a chunk and value."""
    column, field = step["column"], UserBook._meta.get_field(step["column"].removesuffix("_id"))
    read = field.target_field.to_python if field.is_relation else field.to_python
    here = set(Shelf.objects.filter(user=user).values_list("pk", flat=True)) if column == "shelf_id" else None
    untouched = UserBook.objects.filter(user=user, **{column: read(step["after"])})
    for value, copies in step["before"]:
        if here is not None and value not in here:
            value = None  # that shelf is gone by now
        for chunk in in_chunks(copies):
            untouched.filter(pk__in=chunk).change(**{column: read(value)})


def _values(user, step: dict):
    copy = UserBook.objects.select_for_update().filter(pk=step["copy"], user=user).first()
    if copy is None:
        return
    for name, before in step["before"].items():
        if plain(getattr(copy, name)) == step["after"][name]:
            field = UserBook._meta.get_field(name.removesuffix("_id"))
            setattr(copy, name, before if field.is_relation else field.to_python(before))
    if copy.shelf_id and not Shelf.objects.filter(pk=copy.shelf_id).exists():
        copy.shelf_id = None
    copy.save()


def _tagged(user, step: dict):
    for chunk in in_chunks(step["copies"]):
        pairs = tagging.Through.objects.filter(userbook__user=user, userbook__in=chunk, tag__folded=tagging.Tag.fold(step["tag"]))
        pairs.delete()
        UserBook.objects.filter(user=user, pk__in=chunk).change()


def _untagged(user, step: dict):
    (tag,) = tagging.find_or_make_tags(user, [step["tag"]])
    for chunk in in_chunks(step["copies"]):
        there = UserBook.objects.filter(user=user, pk__in=chunk).values_list("pk", flat=True)
        pairs = [tagging.Through(userbook_id=pk, tag=tag) for pk in there]
        tagging.Through.objects.bulk_create(pairs, ignore_conflicts=True)
        UserBook.objects.filter(user=user, pk__in=chunk).change()


def _moved(user, step: dict):
    home = UserBook.objects.filter(pk=step["copy"], user=user).first()
    away = UserBook.objects.filter(pk=step["to"], user=user).first()
    if home and away:
        getattr(away, step["relation"]).filter(pk__in=step["rows"]).update(copy=home)


def _made(user, step: dict):
    UserBook.objects.filter(pk=step["copy"], user=user, removed__isnull=True).change(removed=timezone.now())


def _shelf_gone(user, step: dict):
    """Under its name it is there again, for those that have found no other place since."""
    place = dict(step["place"])
    position = place.pop("position")
    shelf, _ = Shelf.objects.get_or_create(user=user, **place, defaults={"position": position})
    for chunk in in_chunks(step["copies"]):
        homeless = UserBook.objects.filter(user=user, pk__in=chunk, shelf__isnull=True)
        homeless.change(shelf=shelf)
    for relation, keys in step["rows"].items():
        rows = Shelf._meta.get_field(relation).related_model.objects
        rows.filter(user=user, pk__in=keys, shelf__isnull=True).update(shelf=shelf)


STEPS = {
    "columns": _columns, "values": _values, "tagged": _tagged, "untagged": _untagged, "moved": _moved, "made": _made,
    "shelf_gone": _shelf_gone,
}  # fmt: skip


def recent(user):
    """What can still be taken back, newest first; without what is needed for it, which may be long."""
    return Undo.objects.filter(user=user, undone__isnull=True, created__gt=timezone.now() - KEPT).defer("before")


def delete_old_undos() -> int:
    count, _ = Undo.objects.filter(created__lt=timezone.now() - KEPT).delete()
    return count
