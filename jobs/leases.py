"""The right to do one piece of work: taken before it, renewed by a heartbeat, and over by itself when its worker dies."""

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
    """Somebody else does this work by now, or its owner has stopped it: drop what you have."""


@dataclass
class Lease(Generic[Row]):
    """Held by one worker. `row` is as it was when the lease was taken, with what has been written through the lease since."""

    row: Row
    token: str
    lost: threading.Event = field(default_factory=threading.Event)

    def check(self):
        if self.lost.is_set():
            raise LeaseLost

    def locked_row(self) -> Row:
        """The row as it is now, locked until the transaction ends. Raises LeaseLost."""
        row = self._held().select_for_update(of=("self",)).first()
        if row is None:
            raise LeaseLost
        return row

    def renew(self, **columns):
        """Holds it for as long again, and writes `columns`. Raises LeaseLost, and then nothing is written."""
        until = end_of_lease()
        self._write({"lease_until": until, "due": until, **columns})

    def progress(self, **columns):
        """As `renew`, after a part of the work that will not be done again: what went wrong before it no longer counts."""
        self.renew(attempts=1, deaths=0, **columns)

    def release(self, **columns):
        """Gives it back. In the transaction that keeps what was done, the two cannot come apart."""
        self._write({**nobody_holds_it(), **columns})

    def pause(self, seconds: float):
        """Gives it back, and nobody takes it before that time has passed."""
        until = timezone.now() + timedelta(seconds=seconds)
        self._write({"lease": "", "lease_until": until, "due": until, "enqueued": 0})

    @contextmanager
    def heartbeat(self):
        """Renews it from a thread of its own for as long as the work takes."""
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
                except DatabaseError:  # two more beats fit into the lease; whoever takes it over locks the row first
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
    """The lease on the first of `rows` that is free, or None. A lease that nobody gave back was that of a worker that died."""
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
    return Lease(row, row.lease)


def end_of_lease() -> datetime:
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)


def nobody_holds_it() -> dict:
    """The columns of work that anybody may take at once; whoever holds it now loses it."""
    return {"lease": "", "lease_until": None, "due": timezone.now(), "enqueued": 0}


def nothing_counted() -> dict:
    """The columns of work that begins anew."""
    return {**nobody_holds_it(), "attempts": 0, "deaths": 0}
