"""Who works on a scan right now. A lease is taken before the work, kept by a heartbeat, and runs out when its worker dies."""

import logging
import secrets
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F, Q
from django.utils import timezone

from scanning.models import Scan

logger = logging.getLogger("jobs.leases")


class Lost(Exception):
    """Somebody else works on the scan by now, or its owner has stopped it: drop the work."""


@dataclass
class Lease:
    """The right to work on one stage of one scan."""

    pk: int
    token: str
    lost: threading.Event = field(default_factory=threading.Event)

    def check(self):
        if self.lost.is_set():
            raise Lost

    def scan(self) -> Scan:
        """The scan, locked until the transaction ends. Raises Lost where it is not ours any more."""
        scan = Scan.objects.select_for_update().unfinished().filter(pk=self.pk, lease=self.token).first()
        if scan is None:
            raise Lost
        return scan

    def renew(self) -> bool:
        held = Scan.objects.unfinished().filter(pk=self.pk, lease=self.token)
        if not held.update(lease_until=end_of_lease()):
            self.lost.set()
        return not self.lost.is_set()

    @contextmanager
    def kept(self):
        """Renews the lease from a thread of its own for as long as the work takes."""
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
            while not done.wait(settings.SCAN_LEASE_SECONDS / 3) and not self.lost.is_set():
                try:
                    self.renew()
                except DatabaseError:  # two more beats fit into the lease; whoever takes it over locks the row first
                    logger.warning("could not renew the lease", extra={"scan": self.pk}, exc_info=True)
        finally:
            connection.close()


def take(pk: int, stage: str, status: str) -> Lease | None:
    """The lease on `stage` with its attempt counted, or None where that stage is past, stopped, pausing or being worked on."""
    lease = Lease(pk, secrets.token_hex(16))
    now = timezone.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    taken = (
        Scan.objects.unfinished()
        .filter(free, pk=pk, stage=stage)
        .update(status=status, attempts=F("attempts") + 1, lease=lease.token, lease_until=end_of_lease(), changed=now)
    )
    return lease if taken else None


def end_of_lease():
    return timezone.now() + timedelta(seconds=settings.SCAN_LEASE_SECONDS)
