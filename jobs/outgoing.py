"""Work that waits for strangers' servers: done in threads of a process of its own, so that a slow server delays nothing else.

It needs no queue, because the rows know what is due. People take turns: each has one piece of work in progress at a time."""

import logging
import os
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from django.db import DatabaseError, close_old_connections
from django.db.models import Min

from jobs import draining
from jobs.database_changes import DatabaseChanges
from jobs.runner import WorkKind, attempt_work

logger = logging.getLogger("jobs.outgoing")

LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class OutgoingKind:
    work: WorkKind
    person: str  # the look-up of the person in the rows of the work: webhook__user
    threads: int = 8  # at most, for work of this kind


OUTGOING_KINDS: list[OutgoingKind] = []


class OutgoingWork:
    """Begins work as long as there are threads for it, and each kind has its own."""

    def __init__(self, pool: ThreadPoolExecutor):
        self.pool = pool
        self.changes = DatabaseChanges()
        self.busy: dict[Future, tuple[OutgoingKind, int]] = {}  # whose work is in progress

    def begin_due(self):
        if not self.busy and not self.changes.may_have_changed():
            return
        for kind in OUTGOING_KINDS:
            people = [person for of_kind, person in self.busy.values() if of_kind == kind]
            for person, pk in _turns(kind, people)[: kind.threads - len(people)]:
                self.busy[self.pool.submit(_attempt_in_thread, kind.work, pk)] = kind, person

    def wait_for_change(self):
        if not self.busy:
            return time.sleep(LOOK_SECONDS)
        done, _ = wait(self.busy, LOOK_SECONDS, FIRST_COMPLETED)
        for future in done:
            del self.busy[future]


def run_outgoing_work():
    """Until the process is asked to stop. Work in progress is finished."""
    os.nice(5)  # a photo must never wait for this
    with ThreadPoolExecutor(sum(kind.threads for kind in OUTGOING_KINDS), "outgoing") as pool:
        outgoing = OutgoingWork(pool)
        while not draining.is_draining():
            try:
                outgoing.begin_due()
            except DatabaseError:  # unavailable for a moment
                logger.exception("could not look for outgoing work; it will be repeated soon")
            finally:
                close_old_connections()
            outgoing.wait_for_change()


def _turns(kind: OutgoingKind, busy: list[int]) -> list[tuple[int, int]]:
    """The oldest piece of work of each person who has none in progress: the person's and its primary key."""
    rows = kind.work.model.objects.unfinished().free().exclude(**{f"{kind.person}__in": busy})
    return list(rows.order_by().values_list(kind.person).annotate(oldest=Min("pk")).order_by("oldest")[: kind.threads])


def _attempt_in_thread(work: WorkKind, pk: int):
    try:
        attempt_work(work, pk)
    except DatabaseError:
        logger.exception("%s %s was interrupted; it will be repeated soon", work.name, pk)
    finally:
        close_old_connections()
