"""A file that is brought in, and what became of each of its rows."""

from django.conf import settings
from django.db import models
from django.urls import reverse


class Import(models.Model):
    """One file on its way into a library. It may be interrupted at any row and goes on after it."""

    class State(models.TextChoices):
        PREVIEW = "preview", "Preview"
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        COMPLETE = "complete", "Complete"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports")
    name = models.CharField(max_length=255)
    key = models.CharField(max_length=300)  # the file as kept in our storage
    format = models.CharField(max_length=30)
    mapping = models.JSONField(default=dict, blank=True)  # column of the file -> our field, as shown and perhaps changed
    options = models.JSONField(default=dict, blank=True)  # shelf, status, tags, on_duplicate
    state = models.CharField(max_length=20, choices=State, default=State.PREVIEW)
    error = models.CharField(max_length=500, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)  # result -> rows
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("import", args=[self.pk])


class ImportRow(models.Model):
    """One row of a file, as read, and what became of it."""

    class Result(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ADDED = "added", "Added"
        UPDATED = "updated", "Brought up to date"
        OWNED = "owned", "Already there"
        SKIPPED = "skipped", "Left out"
        FAILED = "failed", "Needs a look"

    file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # the line in the file, from 1
    data = models.JSONField(default=dict)  # the row as our fields
    result = models.CharField(max_length=20, choices=Result, default=Result.WAITING)
    message = models.CharField(max_length=500, blank=True)
    copy = models.ForeignKey("library.UserBook", null=True, blank=True, on_delete=models.SET_NULL, related_name="import_rows")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="one_result_a_row")]

    def __str__(self):
        return f"{self.file} {self.number}"
