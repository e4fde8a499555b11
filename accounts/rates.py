"""How many calls a person may make in any stretch of so many seconds, wherever one looks: there is no edge at which twice as many
would pass. Counted in the database, so that all processes and all tokens of a person share one count.

A stretch is counted in slices. A call is forgotten when its slice lies wholly before the stretch, so that what is let through is
never too much, and comes free at most one slice late."""

import math
import time
from dataclasses import dataclass

from accounts.models import Allowance

SLICES = 60


@dataclass(frozen=True)
class Share:
    """What is left of a person's calls of one kind."""

    limit: int
    left: int
    reset: int  # seconds until the first of those that are spent come back
    allowed: bool


def take(user, kind: str, limit: int, seconds: int, now: float | None = None) -> Share:
    """One call, where there is one left. A refusal writes nothing. Two at once do not wait: whoever comes second looks again."""
    width = seconds / SLICES
    while True:
        now_or_given = time.time() if now is None else now
        this, row = int(now_or_given / width), _row(user, kind)
        spent = _lately(row.slices, this)
        allowed = sum(spent.values()) < limit
        if allowed:
            spent[this] = spent.get(this, 0) + 1
            if not _keep(row, spent):
                continue  # another process was quicker, which can happen as often as calls are left
        reset = math.ceil((min(spent, default=this) + SLICES + 1) * width - now_or_given)
        return Share(limit, max(0, limit - sum(spent.values())), max(1, reset), allowed)


def _row(user, kind: str) -> Allowance:
    return Allowance.objects.filter(user=user, kind=kind).first() or Allowance.objects.get_or_create(user=user, kind=kind)[0]


def _lately(slices: dict[str, int], this: int) -> dict[int, int]:
    """The slices that still count. One far ahead was written by a clock that has been put right since."""
    return {int(number): calls for number, calls in slices.items() if abs(this - int(number)) <= SLICES}


def _keep(row: Allowance, spent: dict[int, int]) -> bool:
    """Where nobody has counted a call since `row` was read."""
    unchanged = Allowance.objects.filter(pk=row.pk, version=row.version)
    return bool(unchanged.update(slices={str(number): calls for number, calls in spent.items()}, version=row.version + 1))
