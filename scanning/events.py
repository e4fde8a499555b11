"""The durable log of a scan. Append here and nowhere else; open pages read it from where they left off."""

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from jobs import tracing
from scanning.models import Scan, ScanEvent

# Where each stage begins and ends on the one bar for the whole scan. Reading takes nine tenths of the time if the catalogues are
# local, and much less if they are not.
SPANS = {"read": (0.0, 0.8), "propose": (0.8, 0.82), "validate": (0.82, 1.0), "again": (0.0, 1.0), "finish": (1.0, 1.0)}


@transaction.atomic
def append(scan: Scan, type: str, **payload) -> ScanEvent:
    """One more event. `seq` is taken under the scan's row lock: a growing id alone loses rows on PostgreSQL."""
    reached = payload.get("progress", 0.0)
    Scan.objects.filter(pk=scan.pk).update(last_seq=F("last_seq") + 1, progress=Greatest("progress", reached))
    seq, furthest = Scan.objects.values_list("last_seq", "progress").get(pk=scan.pk)
    if "progress" in payload:
        payload["progress"] = furthest
    tracing.add_span_event(type, seq=seq)
    return ScanEvent.objects.create(scan=scan, seq=seq, type=type, payload=payload)


def report_progress(scan: Scan, stage: str, done: int, total: int, message: str, **more) -> ScanEvent:
    """`progress` in the event is the share of the whole scan that is done; it never falls, even if a stage is repeated."""
    progress = share_of_scan(stage, done, total)
    return append(scan, "progress", stage=stage, done=done, total=total, message=message, progress=progress, **more)


def share_of_scan(stage: str, done: int, total: int) -> float:
    begin, end = SPANS[stage]
    return round(begin + (end - begin) * (done / total if total else 0), 4)


def after(scan: Scan, seq: int) -> list[dict]:
    """The messages of this scan that come after `seq`, in order."""
    return [event.as_message(scan.job_id) for event in scan.events.filter(seq__gt=seq)]
