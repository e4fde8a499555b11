"""What waits for its owner on the first page: scans that are being read or hold proposals."""

from collections import Counter
from datetime import date

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from library.in_words import count_of
from library.page_parts import HomeStrip
from scanning.models import Band, Decision, Scan

NEWEST = 2
PROPOSING_BANDS = (Band.CHECK, Band.SURE)


def scan_strips(user) -> list[HomeStrip]:
    over = Q(status__in=[Scan.Status.COMPLETE, Scan.Status.FAILED, Scan.Status.CANCELLED])
    pending = Q(candidates__decision=Decision.PENDING, candidates__band__in=PROPOSING_BANDS)
    scans = Scan.objects.filter(~over | (Q(status=Scan.Status.COMPLETE) & pending), user=user)
    scans = scans.only("user", "job_id", "status", "created")
    return [_strip(scan) for scan in scans.distinct().order_by("-created")[:NEWEST]]


def _strip(scan: Scan) -> HomeStrip:
    when = scan_of_day(timezone.localdate(scan.created), timezone.localdate())
    if scan.status != Scan.Status.COMPLETE:
        return HomeStrip(scan.get_absolute_url(), f"{when[0].upper()}{when[1:]} is being read", busy=True)
    bands = Counter(scan.candidates.filter(decision=Decision.PENDING).values_list("band", flat=True))
    if bands["check"]:
        return HomeStrip(scan.get_absolute_url(), f"{count_of(bands['check'], 'book')} to check from {when}")
    return HomeStrip(scan.get_absolute_url(), f"{count_of(bands['sure'], 'book')} ready to add from {when}")


def scan_of_day(day: date, today: date) -> str:
    """`today's scan`, `Sunday's scan`, and by its date when a week has passed."""
    age = (today - day).days
    if age <= 0:
        return "today’s scan"
    if age == 1:
        return "yesterday’s scan"
    if age < 7:
        return f"{date_format(day, 'l')}’s scan"
    return f"the scan of {date_format(day, 'j F' if day.year == today.year else 'j F Y')}"
