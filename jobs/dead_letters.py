"""Work that was given up, of any kind and with any queue: why, what it was to do, and doing it again."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from jobs.outgoing import OUTGOING_KINDS
from jobs.runner import WORK_KINDS, WorkKind

SHOWN = 200  # of one kind, latest first


@dataclass(frozen=True)
class DeadLetter:
    key: str  # names it in a form
    description: str
    reason: str
    payload: str
    ended: datetime | None


def list_dead_letters() -> list[DeadLetter]:
    """The latest of every kind."""
    return [_letter_of(kind, row) for kind in _kinds().values() for row in kind.model.objects.given_up()[:SHOWN]]


def count_dead_letters() -> int:
    return sum(kind.model.objects.given_up().count() for kind in _kinds().values())


def requeue_dead_letters(keys: Iterable[str]) -> int:
    """Starts work again from its first attempt. Returns how many; those that are no longer given up are left alone."""
    wanted: dict[str, list[int]] = {}
    for key in keys:
        name, _, pk = key.partition(":")
        if pk.isascii() and pk.isdecimal() and len(pk) < 19:
            wanted.setdefault(name, []).append(int(pk))
    kinds = _kinds()
    known = ((kinds[name], pks) for name, pks in wanted.items() if name in kinds)
    return sum(_requeue(kind, row) for kind, pks in known for row in kind.model.objects.given_up().filter(pk__in=pks))


def _kinds() -> dict[str, WorkKind]:
    return WORK_KINDS | {kind.work.name: kind.work for kind in OUTGOING_KINDS}


def _requeue(kind: WorkKind, row) -> bool:
    kind.begin_again(row)
    return not kind.model.objects.given_up().filter(pk=row.pk).exists()


def _letter_of(kind: WorkKind, row) -> DeadLetter:
    payload = json.dumps(row.work_payload(), ensure_ascii=False, indent=2, default=str)
    return DeadLetter(f"{kind.name}:{row.pk}", row.describe_work(), row.failure, payload, row.ended)
