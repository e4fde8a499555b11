"""Tags renamed, made one, deleted: with all books that have them, and so that it can be taken back."""

from django.db import transaction

from accounts import webhooks
from library.copies import tagging, undoing
from library.models import Tag, Undo, UserBook


@transaction.atomic
def rename(tag: Tag, name: str) -> Undo | None:
    """The tag under its new name. Where another one is called so the two become one, which the Undo takes apart again."""
    other = tagging.named(tag.user, name)
    if other and other != tag:
        return merge(tag, other)
    tag.name = name
    tag.save()
    _count_as_change(tag)
    return None


@transaction.atomic
def merge(tag: Tag, into: Tag) -> Undo:
    """Every book with `tag` has `into` instead, and `tag` is gone."""
    books = _books(tag)
    fresh = sorted(set(books) - set(_books(into)))
    _count_as_change(tag)
    rows = [tagging.Through(userbook_id=pk, tag=into) for pk in fresh]
    tagging.Through.objects.bulk_create(rows, ignore_conflicts=True, batch_size=undoing.CHUNK)
    tag.delete()
    steps = undoing.untagged(tag.name, books), undoing.tagged(into.name, fresh)
    return undoing.record(tag.user, f"Merged the tag “{tag.name}” into “{into.name}”.", *steps)


@transaction.atomic
def delete(tag: Tag) -> Undo:
    """No book has it any more; the books stay."""
    books = _books(tag)
    _count_as_change(tag)
    tag.delete()
    return undoing.record(
        tag.user, f"Deleted the tag “{tag.name}”. Its books are still in your library.", undoing.untagged(tag.name, books)
    )


def _books(tag: Tag) -> list[int]:
    return list(tagging.Through.objects.filter(tag=tag).order_by("userbook_id").values_list("userbook_id", flat=True))


def _count_as_change(tag: Tag):
    books = _books(tag)
    for chunk in undoing.chunks(books):
        UserBook.objects.filter(pk__in=chunk).change()
    webhooks.notify_many(tag.user_id, books, f"Changed the tag “{tag.name}”.")
