"""What a row needs so that one worker at a time does its work, and none of it is lost, whatever dies."""

from typing import TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone


class LeasedWorkQuerySet(models.QuerySet):
    def unfinished(self):
        """Rows with something left to do, whoever is at it. Conditions on other tables are Exists(): the rows are locked."""
        raise NotImplementedError

    def at_step(self, step: str):
        """Rows whose next step this is. A message for a step that is past finds nothing to do."""
        return self

    def free(self):
        """Nobody holds them, and they do not pause after a failure."""
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now()))

    def due(self):
        """Somebody must look after them: the pause is over, the worker died, or the message was lost on its way."""
        return self.unfinished().filter(due__lte=timezone.now())


Row = TypeVar("Row", bound="LeasedWork")


class LeasedWork(models.Model):
    """A row that workers lease. Declare an index that begins with what `unfinished` filters by, and ends with `due`."""

    attempts = models.PositiveSmallIntegerField(
        "attempts at this step", default=0
    )  # one that its worker did not survive is not counted
    deaths = models.PositiveSmallIntegerField("workers that died at this step", default=0)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)  # held until then, or without a lease: pausing until then
    due = models.DateTimeField(default=timezone.now)  # when the sweep puts it into the queue
    enqueued = models.PositiveSmallIntegerField("times in the queue since it was last worked on", default=0)

    objects = LeasedWorkQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def step(self) -> str:
        """What is done next, for work that has several steps."""
        return ""

    @property
    def outcome(self) -> str:
        """What has become of it, in a word."""
        return "done"

    @property
    def work_label(self) -> str:
        """Its name in the log."""
        return str(self.pk)

    def describe_work(self) -> str:
        """What it is, and whose, for those who run the product."""
        return f"{str(self._meta.verbose_name).capitalize()} {self.work_label}"

    def log_fields(self) -> dict:
        return {}
