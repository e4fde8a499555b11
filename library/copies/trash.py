"""The trash: removed books stay there for 30 days with everything that belongs to them, and are then deleted permanently."""

import logging
import math
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts import webhooks
from library.copies import undoing
from library.models import UserBook

KEPT = timedelta(days=30)
logger = logging.getLogger("library.copies.trash")


def removed_books(user):
    """This person's removed books, latest first."""
    return UserBook.objects.in_trash(user).order_by("-removed", "-pk")


def move_to_trash(copy: UserBook) -> UserBook:
    """Removes the copy from the library; its photos stay linked to it."""
    if copy.removed is None:
        copy.removed = timezone.now()
        copy.save(update_fields=["removed"])
    return copy


def restore_copy(copy: UserBook) -> UserBook:
    if copy.removed is not None:
        copy.removed = None
        copy.save(update_fields=["removed"])
    return copy


def restore_all_copies(user) -> int:
    waiting = list(removed_books(user).order_by().values_list("pk", flat=True))
    with transaction.atomic():
        count = sum(removed_books(user).filter(pk__in=chunk).change(removed=None) for chunk in undoing.in_chunks(waiting))
        webhooks.notify_many(user.pk, waiting, "Restored everything from the trash.")
    return count


def delete_permanently(copies) -> int:
    """Deletes copies that are in the trash, with everything that belongs to them, in chunks. Others are left alone."""
    count = 0
    for chunk in undoing.in_chunks(list(copies.filter(removed__isnull=False).values_list("pk", flat=True))):
        with transaction.atomic():  # short transactions, so that a large trash does not block others
            gone = UserBook.objects.filter(pk__in=chunk, removed__isnull=False)
            pictures = set(gone.filter(cover_key__startswith="covers/own/").values_list("cover_key", flat=True))
            gone.delete()
        _drop(pictures)
        count += len(chunk)
    return count


def _drop(pictures: set[str]):
    """Deletes uploaded covers that no other copy uses."""
    shown = set(UserBook.objects.filter(cover_key__in=pictures).values_list("cover_key", flat=True)) if pictures else set()
    for key in pictures - shown:
        default_storage.delete(key)


def days_left(copy: UserBook) -> int:
    """Days until it is deleted, rounded up; 0 if that is today."""
    return max(0, math.ceil((copy.removed + KEPT - timezone.now()) / timedelta(days=1)))


def purge_old() -> int:
    """Deletes everybody's books that have been in the trash for 30 days and returns their number. Runs once a day."""
    count = delete_permanently(UserBook.objects.filter(removed__lt=timezone.now() - KEPT))
    undoing.delete_old_undos()
    if count:
        logger.info("%s removed books were deleted permanently", count)
    return count
