"""The trash: what was removed waits there for 30 days, with all that is known about it, and is then gone for good."""

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


def of(user):
    """What is in this person's trash, the latest first."""
    return UserBook.objects.in_trash(user).order_by("-removed", "-pk")


def move_to_trash(copy: UserBook) -> UserBook:
    """Out of the library; its photos still know which book it is."""
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
    waiting = list(of(user).order_by().values_list("pk", flat=True))
    with transaction.atomic():
        count = sum(of(user).filter(pk__in=chunk).change(removed=None) for chunk in undoing.in_chunks(waiting))
        webhooks.notify_many(user.pk, waiting, "Restored everything from the trash.")
    return count


def delete_permanently(copies) -> int:
    """Rows of the trash and what hangs on them, in chunks; what is not in the trash is left alone."""
    count = 0
    for chunk in undoing.in_chunks(list(copies.filter(removed__isnull=False).values_list("pk", flat=True))):
        with transaction.atomic():  # short ones: nobody else is to wait for a large trash
            gone = UserBook.objects.filter(pk__in=chunk, removed__isnull=False)
            pictures = set(gone.filter(cover_key__startswith="covers/own/").values_list("cover_key", flat=True))
            gone.delete()
        _drop(pictures)
        count += len(chunk)
    return count


def _drop(pictures: set[str]):
    """Covers that people uploaded and that no other copy of theirs shows."""
    shown = set(UserBook.objects.filter(cover_key__in=pictures).values_list("cover_key", flat=True)) if pictures else set()
    for key in pictures - shown:
        default_storage.delete(key)


def days_left(copy: UserBook) -> int:
    """Days until it goes, begun ones counted; 0 where that is today."""
    return max(0, math.ceil((copy.removed + KEPT - timezone.now()) / timedelta(days=1)))


def purge_old() -> int:
    """What has waited for 30 days goes, of all people; run once a day. How many books went."""
    count = delete_permanently(UserBook.objects.filter(removed__lt=timezone.now() - KEPT))
    undoing.delete_old_undos()
    if count:
        logger.info("%s removed books were deleted permanently", count)
    return count
