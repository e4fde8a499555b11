"""Leases: the right to do a piece of work. A heartbeat renews the lease; if its worker dies, it expires."""

import logging
import secrets
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from jobs.models import LeasedWorkQuerySet, Row

logger = logging.getLogger("jobs.leases")


class LeaseLost(Exception):
    """Another worker has taken over this work, or its owner has stopped it: discard your result."""


@dataclass
class Lease(Generic[Row]):
    """A lease held by one worker. `row` is as of when the lease was taken, plus what was written through the lease since."""

    row: Row
    token: str
    lost: threading.Event = field(default_factory=threading.Event)

    def check(self):
        if self.lost.is_set():
            raise LeaseLost

    def locked_row(self) -> Row:
        """The current row, locked until the transaction ends. Raises LeaseLost."""
        row = self._held().select_for_update(of=("self",)).first()
        if row is None:
            raise LeaseLost
        return row

    def renew(self, **columns):
        """Extends the lease and writes `columns`. Raises LeaseLost without writing anything."""
        until = end_of_lease()
        self._write({"lease_until": until, "due": until, **columns})

    def progress(self, **columns):
        """Like `renew`, after a completed part of the work: earlier failures no longer count."""
        self.renew(attempts=1, deaths=0, **columns)

    def release(self, **columns):
        """Gives the lease back. Call it in the transaction that saves the result, so that both happen or neither."""
        self._write({**nobody_holds_it(), **columns})

    def pause(self, seconds: float):
        """Gives the lease back and prevents anybody from taking it for that time."""
        until = timezone.now() + timedelta(seconds=seconds)
        self._write({"lease": "", "lease_until": until, "due": until, "enqueued": 0})

    @contextmanager
    def heartbeat(self):
        """Renews the lease from a separate thread while the work goes on."""
        done = threading.Event()
        heart = threading.Thread(target=self._beat, args=(done,), name="lease", daemon=True)
        heart.start()
        try:
            yield
        finally:
            done.set()
            heart.join()

    def _beat(self, done: threading.Event):
        try:
            while not done.wait(settings.LEASE_SECONDS / 3) and not self.lost.is_set():
                until = end_of_lease()
                try:
                    if not self._held().update(lease_until=until, due=until):
                        self.lost.set()
                except DatabaseError:  # the lease lasts for two more beats; taking it over locks the row
                    logger.warning("could not renew the lease on %s", self.row.work_label, exc_info=True)
        finally:
            connection.close()

    def _held(self) -> QuerySet[Row]:
        return QuerySet(type(self.row)).filter(pk=self.row.pk, lease=self.token)

    def _write(self, columns: dict):
        if not self._held().update(**columns):
            self.lost.set()
            raise LeaseLost
        for name, value in columns.items():
            setattr(self.row, name, value)


@transaction.atomic
def take_lease(rows: LeasedWorkQuerySet) -> Lease | None:
    """Takes the lease on the first free row, or returns None. A lease that has expired means that its worker died."""
    row = rows.free().select_for_update(of=("self",)).first()
    if row is None:
        return None
    died = bool(row.lease)
    until = end_of_lease()
    columns = {
        "attempts": max(1, row.attempts + (not died)), "deaths": row.deaths + died, "enqueued": 0,
        "lease": secrets.token_hex(16), "lease_until": until, "due": until,
    }  # fmt: skip
    rows.model.objects.filter(pk=row.pk).update(**columns)
    for name, value in columns.items():
        setattr(row, name, value)
    if died:
        kind = row._meta.verbose_name
        logger.warning("%s %s: its worker died, another takes over", kind, row.work_label, extra=row.log_fields())
    return Lease(row, row.lease)


def end_of_lease() -> datetime:
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)


def nobody_holds_it() -> dict:
    """The columns of work that any worker may take immediately; a current holder loses the lease."""
    return {"lease": "", "lease_until": None, "due": timezone.now(), "enqueued": 0}


def nothing_counted() -> dict:
    """The columns of work that starts over."""
    return {**nobody_holds_it(), "attempts": 0, "deaths": 0}
