"""What the catalogues say about books that were entered by their number: asked for in the background, three times at most.

A book that is `pending` is asked for by whoever takes it first. Taking it puts its `sync_after` into the future, which is its
lease: a worker that dies has only made it wait. Nothing that its owner said is changed."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.tasks import async_task

from catalogs import Record, folding, lookup
from catalogs.lookup import Answer
from library.copies import facts, identity
from library.models import SyncStatus, UserBook

logger = logging.getLogger("library.metadata_lookup")

TRIES = 3
PAUSES = (timedelta(seconds=20), timedelta(minutes=2))  # after the first try and the second
LEASE = timedelta(minutes=2)
SECONDS = 40  # for the questions of one portion; well within the lease
TOGETHER = 16  # books in one portion
UNKNOWN = "No catalogue has this ISBN."
GAVE_UP = "Something went wrong on our side, three times in a row."


def is_wanting(record: Record) -> bool:
    """Whether asking the catalogues may tell more than `record`, which is what is known here."""
    if record.source in identity.PEOPLE:
        return True
    return not (record.cover and record.authors) and lookup.from_settings().asks_outside


# ── Into the background ─────────────────────────────────────────────────────────────────────────────────────────────
def begin(copies: Sequence[UserBook]):
    """Those of the copies that are pending are looked up once their rows are there; all of them are one person's."""
    waiting = [copy for copy in copies if copy.sync_status == SyncStatus.PENDING]
    if waiting:
        enqueue(waiting[0].user_id)


def enqueue(user_pk: int):
    transaction.on_commit(partial(async_task, "library.tasks.fill", user_pk))


@transaction.atomic
def retry(copies) -> int:
    """These books, which nobody knew, are asked for once more, with all tries before them; how many there were."""
    catalogs, waiting = lookup.from_settings(), []
    for copy in copies.select_for_update(of=("self",)).filter(sync_status=SyncStatus.FAILED).exclude(isbn13=""):
        catalogs.forget(copy.isbn13)
        copy.sync_status, copy.sync_attempts, copy.sync_after, copy.sync_error = SyncStatus.PENDING, 0, None, ""
        copy.save(update_fields=["sync_status", "sync_attempts", "sync_after", "sync_error"])
        waiting.append(copy)
    begin(waiting)
    return len(waiting)


def sweep() -> int:
    """Puts back to work what nobody works on, because a worker died or a pause is over; for how many people."""
    if get_broker().queue_size():
        return 0  # what they wait for may still be in the queue
    people = due().order_by("user").values_list("user", flat=True).distinct()
    for pk in people:
        enqueue(pk)
    return len(people)


def due():
    """Books that may be asked for now, of all people."""
    pending = UserBook.objects.filter(sync_status=SyncStatus.PENDING, removed__isnull=True)
    return pending.filter(Q(sync_after__isnull=True) | Q(sync_after__lte=timezone.now()))


# ── At work ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def work(user_pk: int) -> int:
    """One portion of a person's pending books, oldest first; how many there were."""
    taken = take(user_pk)
    numbers: dict[str, list[int]] = {}
    for pk, isbn13 in taken:
        numbers.setdefault(isbn13, []).append(pk)
    if numbers:
        for isbn13, answer in lookup.from_settings(seconds=SECONDS).by_isbns(list(numbers)):
            for pk in numbers[isbn13]:
                settle(pk, isbn13, answer)
    return len(taken)


@transaction.atomic
def take(user_pk: int) -> list[tuple[int, str]]:
    """(key, ISBN) of the next books, which nobody else gets while the lease lasts."""
    next_ones = due().filter(user=user_pk).order_by("added", "pk").select_for_update(of=("self",), skip_locked=True)
    taken = []
    for copy in next_ones[:TOGETHER]:
        if copy.sync_attempts >= TRIES or not copy.isbn13:
            _end(copy, SyncStatus.FAILED, GAVE_UP if copy.isbn13 else UNKNOWN)
            continue
        taken.append((copy.pk, copy.isbn13))
        UserBook.objects.filter(pk=copy.pk).update(sync_after=timezone.now() + LEASE, sync_attempts=copy.sync_attempts + 1)
    return taken


@transaction.atomic
def settle(pk: int, isbn13: str, answer: Answer):
    """One book with what the catalogues said, or the pause before the next try."""
    copy = UserBook.objects.select_for_update(of=("self",)).select_related("book").filter(pk=pk).first()
    if copy is None or copy.sync_status != SyncStatus.PENDING:
        return None
    if copy.isbn13 != isbn13:  # its owner has put the number right in the meantime
        copy.sync_after, copy.sync_attempts = None, 0
        copy.save(update_fields=["sync_after", "sync_attempts"])
        return enqueue(copy.user_id)
    for record in answer.records:
        learn(copy, record)
    nameless = identity.is_placeholder(copy.title)
    if answer.problems and (nameless or not copy.cover) and copy.sync_attempts < TRIES:
        copy.sync_error = answer.problems[0][:300]
        copy.sync_after = timezone.now() + PAUSES[copy.sync_attempts - 1]
        copy.save()
    elif nameless:
        _end(copy, SyncStatus.FAILED, answer.problems[0] if answer.problems else UNKNOWN)
    else:
        _end(copy, SyncStatus.SYNCED)


def learn(copy: UserBook, record: Record):
    """What `record` says goes where nothing stood, on the copy (not saved yet) and on the edition that all share."""
    if copy.book.isbn13 == record.isbn:
        identity.complete(copy.book, record)
    said = facts.of_record(record)
    if identity.is_placeholder(copy.title) and said["title"]:
        copy.title, copy.origins["title"] = said["title"], record.source
    if copy.series and folding.fold(copy.series) != folding.fold(said["series"]):
        del said["series_number"]  # of another series
    facts.fill(copy, said, record.source)


def _end(copy: UserBook, status: str, sentence: str = ""):
    copy.sync_status, copy.sync_error, copy.sync_after = status, sentence[:300], None
    copy.save()
