"""How many calls a person may make. Counted in the database, so that all processes and all tokens of a person share one count."""

import math
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from accounts.models import Allowance

RACES = 2  # the row may be made, or its window begun anew, by somebody else between two steps


@dataclass(frozen=True)
class Share:
    """What is left of a person's calls of one kind."""

    limit: int
    left: int
    reset: int  # seconds until all of them are there again
    allowed: bool


def take(user, kind: str, limit: int, seconds: int) -> Share:
    """One call, where there is one left. The window begins with the first call in it and is not moved by the others."""
    rows = Allowance.objects.filter(user=user, kind=kind)
    allowed = any(_try(rows, user, kind, limit, seconds) for _ in range(RACES))
    used, started = rows.values_list("used", "started").get()
    rest = (started + timedelta(seconds=seconds) - timezone.now()).total_seconds()
    return Share(limit, max(0, limit - used) if allowed else 0, max(1, math.ceil(rest)), allowed)


def _try(rows, user, kind: str, limit: int, seconds: int) -> bool:
    """Each step is one statement, of which the database lets one process at a time through."""
    now = timezone.now()
    begin = now - timedelta(seconds=seconds)
    if rows.filter(started__gt=begin, used__lt=limit).update(used=F("used") + 1):
        return True
    if rows.filter(started__lte=begin).update(started=now, used=1):
        return True
    return rows.get_or_create(user=user, kind=kind, defaults={"started": now, "used": 1})[1]
