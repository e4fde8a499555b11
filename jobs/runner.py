"""Runs leased work: enqueues it, makes attempts, retries after a pause, and finds work that was lost.

Apps register their kinds of work at start-up in their registrations.py. A message in the queue is only a hint; the rows know what
there is to do. A message may arrive twice, late or never: the lease lets one worker in, and the sweep enqueues abandoned work."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import Generic

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from jobs import draining, tracing
from jobs.leases import Lease, LeaseLost, take_lease
from jobs.models import LeasedWorkQuerySet, Row

logger = logging.getLogger("jobs.runner")

MAX_DEATHS = 5  # workers that may die at one step before the work fails
SWEPT_AT_ONCE = 200  # rows of one kind
URGENT_SHARE = 1 / 3  # of the time that a task has may go into more urgent work
LOOKED_AT = 20  # rows to check for one in this worker's queue
LONGEST_WAIT = 2**7  # in leases; after that time at the latest, a message is considered lost
WORK_KINDS: dict[str, "WorkKind"] = {}


@dataclass(frozen=True)
class WorkKind(Generic[Row]):
    """One kind of leased work. The functions `give_up` and `on_pause` are called in the transaction that ends the attempt."""

    name: str
    model: type[Row]
    work: Callable[[Lease[Row]], None]  # makes one attempt; releases the lease in the transaction that saves the result
    pauses: tuple[float, ...]  # seconds after the first failed attempt, the second, …; after these, the next failure is final
    sentence: str  # the reason shown for an unexpected error
    give_up: Callable[[Row, str, bool], None]  # takes the row, the reason, and whether the error was permanent
    on_pause: Callable[[Row, str], None] = lambda row, reason: None
    errors: tuple[type[Exception], ...] = ()  # expected errors, with a message for people and `permanent`
    begin_again: Callable[[Row], object] = lambda row: None  # starts work that was given up from its first attempt
    queue: Callable[[str], str] = lambda step: settings.QUEUES[""]
    rank: int = 0  # workers do work of a lower rank first: what people are waiting for
    first: Callable[[str], Row | None] = lambda step: None  # another row to work on before a message for that step
    next_row: Callable[[str], Row | None] = lambda step: None  # another row to work on instead, so that people take turns
    discover: Callable[[], None] = lambda: None  # called by the sweep, to create rows for work that nobody enqueues


def register_kind(kind: WorkKind):
    WORK_KINDS[kind.name] = kind


# ── Enqueueing ──────────────────────────────────────────────────────────────────────────────────────────────────────
def enqueue_work(kind: WorkKind, pk: int, step: str = ""):
    """Enqueues the work on commit. If the queue is not available, the sweep tries again."""
    kind.model.objects.filter(pk=pk).update(due=_message_lost_at(1), enqueued=1)
    transaction.on_commit(partial(_send, kind, pk, step), robust=True)


def enqueue_due(kind: WorkKind, rows: LeasedWorkQuerySet | None = None) -> int:
    """Enqueues rows that are due and returns their number. Several sweeps at once do not enqueue a row twice."""
    waiting = kind.model.objects.due() if rows is None else rows.due()
    found = 0
    for row in waiting.order_by("due")[:SWEPT_AT_ONCE]:
        times = row.enqueued + 1
        if kind.model.objects.filter(pk=row.pk, due=row.due).update(due=_message_lost_at(times), enqueued=times):
            if not _send(kind, row.pk, row.step):
                break  # the next sweep tries again, instead of waiting for a time-out per row
            found += 1
    return found


def sweep_work() -> int:
    """Enqueues work whose worker died, whose message was lost, or whose pause is over. Returns the number of rows."""
    found = 0
    for kind in WORK_KINDS.values():
        kind.discover()
        found += enqueue_due(kind)
    return found


def _message_lost_at(times: int) -> datetime:
    """When to consider a message lost. The time doubles with every repeat, so that a long queue does not fill up with repeats."""
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS * min(2 ** (times - 1), LONGEST_WAIT))


def _send(kind: WorkKind, pk: int, step: str) -> bool:
    try:
        async_task("jobs.runner.run_work", kind.name, pk, *filter(None, [step]), cluster=kind.queue(step))
    except Exception:  # from the broker, its connection or the database
        logger.warning("%s %s did not get into the queue", kind.name, pk, exc_info=True)
        kind.model.objects.filter(pk=pk).update(due=_message_lost_at(1), enqueued=1)
        return False
    return True


# ── Working ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def run_work(name: str, pk: int, step: str = ""):
    """The task that workers run. One that cannot begin goes back into the queue."""
    kind = WORK_KINDS[name]
    if _do_urgent_work(partial(next_urgent, kind, step)):
        row = kind.next_row(step)
        attempt_work(kind, row.pk if row else pk, step)
    else:
        _send(kind, pk, step)


def next_urgent(kind: WorkKind, step: str = "") -> tuple[WorkKind, int, str] | None:
    """The kind, primary key and step of more urgent work than `kind`. Long work is interrupted between its parts for it."""
    row = kind.first(step)
    return _below_rank(kind.rank, kind.queue(step)) or ((kind, row.pk, row.step) if row else None)


def run_urgent_work(rank: int = 1) -> bool:
    """Does all work below `rank` first, for tasks that are not leased work, such as the download of a cover. False if the task
    must go back into the queue, as in `_do_urgent_work`."""
    return _do_urgent_work(partial(_below_rank, rank, settings.QUEUES[""]))


def _do_urgent_work(find: Callable[[], tuple[WorkKind, int, str] | None]) -> bool:
    """Attempts what `find` returns until that is None. False if that takes too long, because a task is killed at its time-out
    whoever it works for, or if the worker is shutting down."""
    until = time.monotonic() + settings.TASK_TIMEOUT * URGENT_SHARE
    while not draining.is_draining() and time.monotonic() < until:
        if (urgent := find()) is None:
            return True
        attempt_work(*urgent)
    return False


def _below_rank(rank: int, queue: str) -> tuple[WorkKind, int, str] | None:
    for kind in sorted(WORK_KINDS.values(), key=attrgetter("rank")):
        if kind.rank >= rank:
            break
        for row in kind.model.objects.unfinished().free().order_by("due")[:LOOKED_AT]:
            if kind.queue(row.step) == queue:
                return kind, row.pk, row.step
    return None


def attempt_work(kind: WorkKind, pk: int, step: str = "") -> str:
    """Makes one attempt, unless there is nothing to do or another worker is doing it. Returns how it ended."""
    lease = take_lease(kind.model.objects.unfinished().at_step(step).filter(pk=pk))
    if lease is None:
        return ""
    with tracing.span(f"{kind.name} {step}".strip(), lease.row.trace):
        started = time.monotonic()
        counted = lease.row.log_fields()  # before the attempt, which may reset them or begin the next stage
        state = _attempt(kind, lease)
        duration = round((time.monotonic() - started) * 1000)
        fields = {"work": kind.name, "key": pk, "state": state, "duration_ms": duration, **counted}
        logger.info("%s %s %s: %s in %d ms", kind.name, lease.row.work_label, step, state, duration, extra=fields)
        return state


def _attempt(kind: WorkKind, lease: Lease) -> str:
    try:
        if lease.row.deaths >= MAX_DEATHS:
            return _fail(kind, lease, kind.sentence)
        with lease.heartbeat():
            kind.work(lease)
        return "done"
    except LeaseLost:
        return "dropped"
    except kind.errors as error:
        return _fail(kind, lease, str(error), getattr(error, "permanent", False))
    except Exception:  # a bug or an outage: logged and retried
        logger.exception("%s %s went wrong", kind.name, lease.row.work_label, extra=lease.row.log_fields())
        return _fail(kind, lease, kind.sentence)


def _fail(kind: WorkKind, lease: Lease, reason: str, permanent: bool = False) -> str:
    """Pauses before the next attempt, or gives up with the reason."""
    try:
        with transaction.atomic():
            row = lease.locked_row()
            logger.info("%s %s: %s", kind.name, row.work_label, reason, extra=row.log_fields())
            if permanent or row.deaths >= MAX_DEATHS or (pause := pause_after(kind.pauses, row.attempts)) is None:
                lease.release()
                kind.give_up(row, reason, permanent)
                return "failed"
            lease.pause(pause)
            kind.on_pause(row, reason)
            return "to be repeated"
    except LeaseLost:
        return "dropped"


def pause_after(pauses: tuple[float, ...], attempts: int) -> float | None:
    """Seconds until the next attempt after this many failed ones; None if there is no next one."""
    return pauses[attempts - 1] if attempts <= len(pauses) else None
