"""Undoes changes to many books, merges and splits. A batch is one `Undo`, whose small steps are undone in reverse order.

Undoing a step never overwrites later changes: only values that are still as the batch left them are restored."""

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
SHELF_ROWS: list[str] = []  # relations from a shelf to other rows; higher apps add theirs at start-up


class TooLate(Exception):
    """Explains to the person why this can no longer be undone."""


def in_chunks(rows: Iterable, size: int = CHUNK):
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk


def _plain(value):
    """Converts a column's value for JSON; `Field.to_python` converts it back."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


# ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def undo_columns(column: str, after, rows: Iterable[tuple[int, object]]) -> dict:
    """`column` of many copies was set to `after`; `rows` are (primary key of the copy, previous value)."""
    by_value = defaultdict(list)
    for pk, before in rows:
        by_value[_plain(before)].append(pk)
    return {"do": "columns", "column": column, "after": _plain(after), "before": [list(item) for item in by_value.items()]}


def undo_values(copy: UserBook, before: dict, after: dict) -> dict:
    """Columns of one copy were changed."""
    before, after = ({name: _plain(value) for name, value in given.items()} for given in (before, after))
    return {"do": "values", "copy": copy.pk, "before": before, "after": after}


def undo_tagged(tag_name: str, copies: list[int]) -> dict:
    """A tag was added to these copies, which did not have it."""
    return {"do": "tagged", "tag": tag_name, "copies": copies}


def undo_untagged(tag_name: str, copies: list[int]) -> dict:
    """A tag was removed from these copies."""
    return {"do": "untagged", "tag": tag_name, "copies": copies}


def undo_moved(relation: str, rows: list[int], copy: UserBook, to: UserBook) -> dict:
    """Loans, readings, … were moved from one copy to another."""
    return {"do": "moved", "relation": relation, "rows": rows, "copy": copy.pk, "to": to.pk}


def undo_made(copy: UserBook) -> dict:
    """This copy was created; undoing moves it to the trash."""
    return {"do": "made", "copy": copy.pk}


def undo_shelf_deletion(place: dict, copies: list[int], rows: dict[str, list[int]]) -> dict:
    """A shelf with these copies was deleted; `rows` are those of SHELF_ROWS."""
    return {"do": "shelf_gone", "place": place, "copies": copies, "rows": rows}


def record_undo(user, sentence: str, *steps: dict) -> Undo:
    return Undo.objects.create(user=user, sentence=sentence[:200], before={"steps": [step for step in steps if step]})


# ── Undoing ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def undo_changes(user, pk: int) -> Undo:
    """Undoes a batch. Raises Undo.DoesNotExist if it belongs to somebody else, TooLate if it has already been undone."""
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
    """The books that undoing a step updates in bulk. `_values` saves its copy, which sends a webhook by itself."""
    if step["do"] == "columns":
        return [pk for _, copies in step["before"] for pk in copies]
    return step["copies"] if "copies" in step else [step["copy"]] if step["do"] == "made" else []


def _columns(user, step: dict):
    """Uses one statement per value and chunk."""
    column, field = step["column"], UserBook._meta.get_field(step["column"].removesuffix("_id"))
    read = field.target_field.to_python if field.is_relation else field.to_python
    here = set(Shelf.objects.filter(user=user).values_list("pk", flat=True)) if column == "shelf_id" else None
    untouched = UserBook.objects.filter(user=user, **{column: read(step["after"])})
    for value, copies in step["before"]:
        if here is not None and value not in here:
            value = None  # that shelf has been deleted since
        for chunk in in_chunks(copies):
            untouched.filter(pk__in=chunk).change(**{column: read(value)})


def _values(user, step: dict):
    copy = UserBook.objects.select_for_update().filter(pk=step["copy"], user=user).first()
    if copy is None:
        return
    for name, before in step["before"].items():
        if _plain(getattr(copy, name)) == step["after"][name]:
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
    """Restores the shelf under its name, for the books that have not been put on another shelf since."""
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
    """What can still be undone, newest first. Defers the steps, which may be large."""
    return Undo.objects.filter(user=user, undone__isnull=True, created__gt=timezone.now() - KEPT).defer("before")


def delete_old_undos() -> int:
    count, _ = Undo.objects.filter(created__lt=timezone.now() - KEPT).delete()
    return count
