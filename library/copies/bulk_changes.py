"""Changes to many books or to tags, recorded so that they can be undone as a whole (see undoing.py)."""

from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import webhooks
from library.copies import tagging, undoing
from library.models import Shelf, Status, Tag, Undo, UserBook

KEEP = object()  # leave the shelf as it is; None means "no shelf"


@dataclass(frozen=True)
class Change:
    """The change to make to all books. Everything not set stays as it is."""

    shelf: Shelf | object | None = KEEP
    status: str = ""
    favourite: bool | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    remove: bool = False

    def columns(self) -> dict:
        """Column of a copy -> what it is set to."""
        columns = {}
        if self.shelf is not KEEP:
            columns["shelf_id"] = self.shelf.pk if self.shelf else None
        if self.status:
            columns["status"] = self.status
        if self.favourite is not None:
            columns["favourite"] = self.favourite
        if self.remove:
            columns["removed"] = timezone.now()
        return columns

    @property
    def is_nothing(self) -> bool:
        return not (self.columns() or self.add_tags or self.remove_tags)


@transaction.atomic
def apply_change(user, copies: QuerySet, change: Change) -> Undo | None:
    """Applies `change` to this person's `copies`, in a constant number of queries per 500 books.

    Returns None if nothing had to change. Setting a status for many books does not touch their reading dates, because it says
    nothing about when they were read."""
    columns = change.columns()
    rows = list(copies.filter(user=user).order_by().values_list("pk", *columns))
    steps = [
        undoing.undo_columns(name, after, [(row[0], row[number]) for row in rows if row[number] != after])
        for number, (name, after) in enumerate(columns.items(), start=1)
    ]
    changed = {row[0] for row in rows if any(row[n] != after for n, after in enumerate(columns.values(), start=1))}
    _set(sorted(changed), columns)
    pks = [row[0] for row in rows]
    tag_steps = [*_tag(user, pks, change.add_tags), *_untag(user, pks, change.remove_tags)]
    retagged = {pk for step in tag_steps for pk in step["copies"]} - changed
    _set(sorted(retagged), {})
    steps = [step for step in steps if step["before"]] + tag_steps
    if not steps:
        return None
    done = undoing.record_undo(user, _change_sentence(change, len(changed | retagged)), *steps)
    webhooks.notify_many(user.pk, changed | retagged, done.sentence)
    return done


def _set(pks: list[int], columns: dict):
    """Sets the columns of these copies and records the change, with one statement per chunk."""
    for chunk in undoing.in_chunks(pks):
        UserBook.objects.filter(pk__in=chunk).change(**columns)


def _tag(user, pks: list[int], names) -> list[dict]:
    """Adds the tags to the copies that lack them. Returns the undo steps."""
    tags, fresh = tagging.find_or_make_tags(user, names), defaultdict(list)
    for chunk in undoing.in_chunks(pks) if tags else ():
        having = set(_pairs(chunk, tags))
        missing = [(pk, tag) for pk in chunk for tag in tags if (pk, tag.pk) not in having]
        rows = [tagging.Through(userbook_id=pk, tag=tag) for pk, tag in missing]
        tagging.Through.objects.bulk_create(rows, ignore_conflicts=True, batch_size=undoing.CHUNK)
        for pk, tag in missing:
            fresh[tag.name].append(pk)
    return [undoing.undo_tagged(name, copies) for name, copies in fresh.items()]


def _untag(user, pks: list[int], names) -> list[dict]:
    """Removes the tags from the copies that have them. Returns the undo steps."""
    folded = [tagging.Tag.fold(name) for name in tagging.tidy(names)]
    tags, gone = list(tagging.Tag.objects.filter(user=user, folded__in=folded)), defaultdict(list)
    by_key = {tag.pk: tag.name for tag in tags}
    for chunk in undoing.in_chunks(pks) if tags else ():
        pairs = list(_pairs(chunk, tags))
        tagging.Through.objects.filter(userbook__in=chunk, tag__in=tags).delete()
        for pk, tag in pairs:
            gone[by_key[tag]].append(pk)
    return [undoing.undo_untagged(name, copies) for name, copies in gone.items()]


def _pairs(pks: list[int], tags):
    return tagging.Through.objects.filter(userbook__in=pks, tag__in=tags).values_list("userbook_id", "tag_id")


def _change_sentence(change: Change, count: int) -> str:
    """Describes the change: `12 books are now on “Study”.`"""
    books, are = ("1 book", "is") if count == 1 else (f"{count:,} books", "are")
    if change.remove:
        return f"{books} {are} in the trash."
    parts = []
    if change.shelf is not KEEP:
        parts.append(f"on “{change.shelf}”" if change.shelf else "not on a shelf")
    if change.status:
        parts.append(f"marked “{Status(change.status).label}”")
    if change.favourite is not None:
        parts.append("among your favourites" if change.favourite else "no longer favourites")
    if change.add_tags:
        parts.append(f"tagged {_quoted(change.add_tags)}")
    if change.remove_tags:
        parts.append(f"without the tag {_quoted(change.remove_tags)}")
    return f"{books} {are} now {' and '.join(parts)}."


def _quoted(names) -> str:
    return ", ".join(f"“{name}”" for name in names)


@transaction.atomic
def rename_tag(tag: Tag, name: str) -> Undo | None:
    """Renames the tag. If another tag has that name, merges the two and returns the Undo."""
    other = tagging.tag_named(tag.user, name)
    if other and other != tag:
        return _merge_tags(tag, other)
    tag.name = name
    tag.save()
    _count_as_change(tag)
    return None


@transaction.atomic
def _merge_tags(tag: Tag, into: Tag) -> Undo:
    """Replaces `tag` with `into` on all books and deletes `tag`."""
    books = _books(tag)
    fresh = sorted(set(books) - set(_books(into)))
    _count_as_change(tag)
    rows = [tagging.Through(userbook_id=pk, tag=into) for pk in fresh]
    tagging.Through.objects.bulk_create(rows, ignore_conflicts=True, batch_size=undoing.CHUNK)
    tag.delete()
    steps = undoing.undo_untagged(tag.name, books), undoing.undo_tagged(into.name, fresh)
    return undoing.record_undo(tag.user, f"Merged the tag “{tag.name}” into “{into.name}”.", *steps)


@transaction.atomic
def delete_tag(tag: Tag) -> Undo:
    """Deletes the tag; its books stay."""
    books = _books(tag)
    _count_as_change(tag)
    tag.delete()
    return undoing.record_undo(
        tag.user, f"Deleted the tag “{tag.name}”. Its books are still in your library.", undoing.undo_untagged(tag.name, books)
    )


def _books(tag: Tag) -> list[int]:
    return list(tagging.Through.objects.filter(tag=tag).order_by("userbook_id").values_list("userbook_id", flat=True))


def _count_as_change(tag: Tag):
    books = _books(tag)
    for chunk in undoing.in_chunks(books):
        UserBook.objects.filter(pk__in=chunk).change()
    webhooks.notify_many(tag.user_id, books, f"Changed the tag “{tag.name}”.")
