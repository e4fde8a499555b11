"""The base of rows that represent background work, which one worker at a time does and which is never lost."""

from datetime import datetime
from typing import TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from jobs.tracing import current_traceparent


class LeasedWorkQuerySet(models.QuerySet):
    def unfinished(self):
        """Rows with work left, whether or not a worker is at it. Use Exists() for other tables, because the rows get locked."""
        raise NotImplementedError

    def given_up(self):
        """Rows whose last attempt failed and that may be tried again, latest first."""
        return self.none()

    def at_step(self, step: str):
        """Rows whose next step is `step`, so that an old message finds nothing to do."""
        return self

    def free(self):
        """Rows that no worker holds and that are not pausing after a failure."""
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now()))

    def due(self):
        """Rows to enqueue: the pause is over, the worker died, or the message was lost."""
        return self.unfinished().filter(due__lte=timezone.now())


Row = TypeVar("Row", bound="LeasedWork")


class LeasedWork(models.Model):
    """A row that workers lease. Subclasses need an index on the columns that `unfinished` filters by, followed by `due`."""

    attempts = models.PositiveSmallIntegerField("attempts at this step", default=0)  # not counting those in which the worker died
    deaths = models.PositiveSmallIntegerField("workers that died at this step", default=0)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)  # held until then; without a lease, pausing until then
    due = models.DateTimeField(default=timezone.now)  # when the sweep enqueues it
    enqueued = models.PositiveSmallIntegerField("times in the queue since it was last worked on", default=0)
    trace = models.CharField("what created it", max_length=55, default=current_traceparent, blank=True, editable=False)

    objects = LeasedWorkQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def step(self) -> str:
        """The next step, for work with several steps."""
        return ""

    @property
    def outcome(self) -> str:
        """The result, in one word."""
        return "done"

    @property
    def work_label(self) -> str:
        """Its name in the log."""
        return str(self.pk)

    def describe_work(self) -> str:
        """What it is and whose, for operators."""
        return f"{str(self._meta.verbose_name).capitalize()} {self.work_label}"

    @property
    def failure(self) -> str:
        """Why it was given up."""
        return ""

    @property
    def ended(self) -> datetime | None:
        return None

    def work_payload(self) -> dict:
        """What the work is about, for operators."""
        return {}

    def log_fields(self) -> dict:
        return {"attempt": self.attempts, "deaths": self.deaths}
