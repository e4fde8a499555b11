"""Periodic work, which apps register at start-up in their registrations.py."""

from collections.abc import Callable
from dataclasses import dataclass

from django_q.models import Schedule

from jobs import runner


@dataclass(frozen=True)
class _PeriodicWork:
    """A function without arguments that may be called at any time, even twice at once."""

    name: str
    function: Callable[[], object]
    every: str  # MINUTES (every minute), HOURLY or DAILY


_periodic = [_PeriodicWork("sweep", runner.sweep_work, Schedule.MINUTES)]


def register_periodic(name: str, function: Callable[[], object], every: str):
    _periodic.append(_PeriodicWork(name, function, every))


def schedule_periodic_work():
    """Schedules all periodic work with django-q."""
    for work in _periodic:
        function = f"{work.function.__module__}.{work.function.__qualname__}"
        defaults = {"func": function, "schedule_type": work.every, "minutes": 1}
        Schedule.objects.update_or_create(name=work.name, defaults=defaults)
