"""Rate limits with a sliding window (with fixed ones, twice as many calls fit around an edge). Calls are counted in the database,
so that all processes and all tokens of a person share one count.

The window is divided into slices. A call counts until its whole slice is outside the window, so the limit is never
exceeded, and a call becomes available again at most one slice late."""

import math
import time
from dataclasses import dataclass

from django.conf import settings

from accounts.full_disk import saved_if_possible
from accounts.models import Allowance

SLICES = 60


@dataclass(frozen=True)
class Share:
    """How many calls of one kind a person has left."""

    limit: int
    left: int
    reset: int  # seconds until more calls become available
    allowed: bool

    @property
    def refusal(self) -> str:
        return f"Too many requests: {self.limit} are allowed. Try again in {self.reset} seconds."


def count_request(request, user, kind: str = "calls", setting: str = "RATE_LIMIT") -> bool:
    """Whether this request is within the limit. `request.share` is the limit that it is closest to."""
    share = Share(1, 1, 1, allowed=True)  # if calls cannot be counted, they can still be answered
    with saved_if_possible():
        share = take_call(user, kind, *getattr(settings, setting))
    shown = getattr(request, "share", None)
    if shown is None or share.left < shown.left:
        request.share = share
    return share.allowed


def take_call(user, kind: str, limit: int, seconds: int, now: float | None = None) -> Share:
    """Counts one call if there is one left; otherwise writes nothing. Uses optimistic locking: the second of two tries again."""
    width = seconds / SLICES
    while True:
        now_or_given = time.time() if now is None else now
        this, row = int(now_or_given / width), _row(user, kind)
        spent = _lately(row.slices, this)
        allowed = sum(spent.values()) < limit
        if allowed:
            spent[this] = spent.get(this, 0) + 1
            if not _keep(row, spent):
                continue  # another process was quicker, which can happen as often as there are calls left
        reset = math.ceil((min(spent, default=this) + SLICES + 1) * width - now_or_given)
        return Share(limit, max(0, limit - sum(spent.values())), max(1, reset), allowed)


def _row(user, kind: str) -> Allowance:
    return Allowance.objects.filter(user=user, kind=kind).first() or Allowance.objects.get_or_create(user=user, kind=kind)[0]


def _lately(slices: dict[str, int], this: int) -> dict[int, int]:
    """The slices that still count. A slice in the future was written by a clock that has since been corrected."""
    return {int(number): calls for number, calls in slices.items() if abs(this - int(number)) <= SLICES}


def _keep(row: Allowance, spent: dict[int, int]) -> bool:
    """Whether `row` could be updated because nobody has counted a call since it was read."""
    unchanged = Allowance.objects.filter(pk=row.pk, version=row.version)
    return bool(unchanged.update(slices={str(number): calls for number, calls in spent.items()}, version=row.version + 1))
