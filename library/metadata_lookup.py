"""Looks up the details of books entered by ISBN in the catalogues, in a process that delays no photo (jobs/outgoing.py), with
at most three attempts.

One worker at a time looks up a person's pending books; it holds the lease on the person's `MetadataLookup`. The attempts and the
pause before the next one are counted per book. Details that the owner has typed are never changed."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from catalogs import Record, folding, lookup
from catalogs.lookup import Answer
from jobs import draining, runner
from jobs.leases import Lease
from library.copies import facts, identity
from library.models import MetadataLookup, SyncStatus, UserBook

PAUSES = (20, 120)  # seconds after the first and the second failed attempt
SLICE_SECONDS = 20  # after this, others get their turn
SECONDS = 40  # limit for all requests of one portion
TOGETHER = 16  # books in one portion
UNKNOWN = "No catalogue has this ISBN."
GAVE_UP = "Something went wrong on our side, several times in a row."


def needs_lookup(record: Record) -> bool:
    """Whether the catalogues may know more than `record`, which is what we have."""
    if record.source in identity.PEOPLE:
        return True
    return not (record.cover and record.authors) and lookup.lookup_from_settings().asks_outside


# ── Into the background ─────────────────────────────────────────────────────────────────────────────────────────────
def begin_lookup(copies: Sequence[UserBook]):
    """Has the pending copies looked up. All copies must belong to one person."""
    waiting = [copy for copy in copies if copy.sync_status == SyncStatus.PENDING]
    if waiting:
        MetadataLookup.objects.get_or_create(user_id=waiting[0].user_id)


def retry_lookups(copies) -> int:
    """Looks up books again that were not found. Returns their number."""
    return look_up_again(copies.filter(sync_status=SyncStatus.FAILED))


@transaction.atomic
def look_up_again(copies) -> int:
    """Looks up the books with an ISBN, with a fresh set of attempts. Returns their number."""
    catalogs, waiting = lookup.lookup_from_settings(), []
    for copy in copies.select_for_update(of=("self",)).exclude(isbn13=""):
        catalogs.forget(copy.isbn13)
        copy.sync_status, copy.sync_attempts, copy.sync_after, copy.sync_error = SyncStatus.PENDING, 0, None, ""
        copy.save(update_fields=["sync_status", "sync_attempts", "sync_after", "sync_error"])
        waiting.append(copy)
    begin_lookup(waiting)
    return len(waiting)


# ── At work ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _work(lease: Lease):
    user_pk, until = lease.row.pk, time.monotonic() + SLICE_SECONDS
    while _look_up_portion(user_pk, lease.check):
        lease.progress()
        if draining.is_draining() or time.monotonic() > until:
            break
    lease.release(attempts=0, deaths=0)


def _look_up_portion(user_pk: int, check: Callable[[], None] = lambda: None) -> bool:
    """Looks up a few pending books, oldest first. Returns False if there were none. `check` raises if the lease is lost."""
    portion = _portion_of(user_pk)
    numbers: dict[str, list[int]] = {}
    for copy in portion:
        if copy.isbn13:
            numbers.setdefault(copy.isbn13, []).append(copy.pk)
        else:
            _end(copy, SyncStatus.FAILED, UNKNOWN)
    if numbers:
        for isbn13, answer in lookup.lookup_from_settings(seconds=SECONDS).by_isbns(list(numbers)):
            check()
            for pk in numbers[isbn13]:
                settle_lookup(pk, isbn13, answer)
    return bool(portion)


def _portion_of(user_pk: int) -> list[UserBook]:
    return list(UserBook.objects.to_look_up().filter(user=user_pk).order_by("added", "pk")[:TOGETHER])


def _give_up(row: MetadataLookup, reason: str, permanent: bool):
    """The worker failed repeatedly on this portion: marks its books as not found and lets the person's others continue."""
    for copy in _portion_of(row.pk):
        _end(copy, SyncStatus.FAILED, reason)


@transaction.atomic
def settle_lookup(pk: int, isbn13: str, answer: Answer):
    """Saves what the catalogues returned for one book, or the pause before the next attempt."""
    copy = UserBook.objects.select_for_update(of=("self",)).select_related("book").filter(pk=pk).first()
    if copy is None or copy.sync_status != SyncStatus.PENDING:
        return None
    if copy.isbn13 != isbn13:  # its owner has corrected the ISBN in the meantime
        copy.sync_after, copy.sync_attempts = None, 0
        return copy.save(update_fields=["sync_after", "sync_attempts"])
    copy.sync_attempts += 1
    for record in answer.records:
        _learn(copy, record)
    nameless = identity.is_placeholder(copy.title)
    pause = runner.pause_after(PAUSES, copy.sync_attempts)
    if answer.problems and (nameless or not copy.cover) and pause:
        copy.sync_error = answer.problems[0][:300]
        copy.sync_after = timezone.now() + timedelta(seconds=pause)
        copy.save()
    elif nameless:
        _end(copy, SyncStatus.FAILED, answer.problems[0] if answer.problems else UNKNOWN)
    else:
        _end(copy, SyncStatus.SYNCED)


def _learn(copy: UserBook, record: Record):
    """Fills empty details from `record`, on the copy (without saving it) and on the shared edition."""
    if copy.book.isbn13 == record.isbn:
        identity.complete_edition(copy.book, record)
    values = facts.facts_of_record(record)
    if identity.is_placeholder(copy.title) and values["title"]:
        copy.title, copy.origins["title"] = values["title"], record.source
    if copy.series and folding.fold(copy.series) != folding.fold(values["series"]):
        del values["series_number"]  # of another series
    facts.fill_facts(copy, values, record.source)


def _end(copy: UserBook, status: str, sentence: str = ""):
    copy.sync_status, copy.sync_error, copy.sync_after = status, sentence[:300], None
    copy.save()


LOOKUPS = runner.WorkKind(
    name="look-up",
    model=MetadataLookup,
    work=_work,
    pauses=PAUSES,
    sentence=GAVE_UP,
    give_up=_give_up,
)
