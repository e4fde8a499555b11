"""The durable log of a scan. Append here and nowhere else; open pages read it from where they left off."""

from django.db import transaction
from django.db.models import F

from scanning.models import Scan, ScanEvent


@transaction.atomic
def append(scan: Scan, type: str, **payload) -> ScanEvent:
    """One more event. `seq` is taken under the scan's row lock: a growing id alone loses rows on PostgreSQL."""
    Scan.objects.filter(pk=scan.pk).update(last_seq=F("last_seq") + 1)
    seq = Scan.objects.values_list("last_seq", flat=True).get(pk=scan.pk)
    return ScanEvent.objects.create(scan=scan, seq=seq, type=type, payload=payload)


def report_progress(scan: Scan, stage: str, done: int, total: int, message: str, **more) -> ScanEvent:
    return append(scan, "progress", stage=stage, done=done, total=total, message=message, **more)


def after(scan: Scan, seq: int) -> list[dict]:
    """The messages of this scan that come after `seq`, in order."""
    return [event.as_message(scan.job_id) for event in scan.events.filter(seq__gt=seq)]
