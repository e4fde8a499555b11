"""What is done again and again. Each app registers its own when it starts (registrations.py)."""

from collections.abc import Callable
from dataclasses import dataclass

from django_q.models import Schedule

from jobs import runner


@dataclass(frozen=True)
class _PeriodicWork:
    """A function without arguments that may be called at any time, twice at once too."""

    name: str
    function: Callable[[], object]
    every: str  # MINUTES (each one), HOURLY or DAILY


_periodic = [_PeriodicWork("sweep", runner.sweep_work, Schedule.MINUTES)]


def register_periodic(name: str, function: Callable[[], object], every: str):
    _periodic.append(_PeriodicWork(name, function, every))


def schedule_periodic_work():
    """Hands all of it to django-q, whose workers do it when it is time."""
    for work in _periodic:
        function = f"{work.function.__module__}.{work.function.__qualname__}"
        defaults = {"func": function, "schedule_type": work.every, "minutes": 1}
        Schedule.objects.update_or_create(name=work.name, defaults=defaults)
