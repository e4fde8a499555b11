"""A file that is brought in, and what became of each of its rows."""

from datetime import datetime
from typing import Any, TypedDict

from django.conf import settings
from django.db import models
from django.urls import reverse

from jobs.models import LeasedWork, LeasedWorkQuerySet


class ImportQuerySet(LeasedWorkQuerySet):
    def unfinished(self):
        return self.filter(state__in=Import.ACTIVE)

    def given_up(self):
        return self.filter(state=Import.State.FAILED).exclude(key="").select_related("user").order_by("-finished")


class FileHints(TypedDict, total=False):
    """What the file as a whole says, what its owner chose, and the rows that the preview shows."""

    encoding: str
    header: list[str]
    date_order: str
    chosen_order: str
    stars: int
    filled: list[str]
    shown: list[dict[str, Any]]


class ImportOptions(TypedDict, total=False):
    """What holds for all books of the file."""

    shelf: int | None
    status: str
    tags: list[str]
    on_duplicate: str
    look_up: bool


class Import(LeasedWork):
    """One file on its way into a library. It may be interrupted at any row and goes on after it."""

    class State(models.TextChoices):
        CHECKING = "checking", "Checking the file"
        PREVIEW = "preview", "Preview"
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        COMPLETE = "complete", "Complete"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports")
    name = models.CharField(max_length=255)
    key = models.CharField(max_length=300, blank=True)  # the file as kept in our storage; "" when it is not needed any more
    sha256 = models.CharField(max_length=64, blank=True)  # the same file again is known by it
    format = models.CharField(max_length=30)
    hints: "models.JSONField[FileHints, FileHints]" = models.JSONField(
        default=dict, blank=True
    )  # what the file as a whole says: encoding, order of day and month, …
    mapping: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(
        default=dict, blank=True
    )  # column of the file -> our field, as shown and perhaps changed
    options: "models.JSONField[ImportOptions, ImportOptions]" = models.JSONField(
        default=dict, blank=True
    )  # shelf, status, tags, on_duplicate, look_up
    state = models.CharField(max_length=20, choices=State, default=State.PREVIEW)
    error = models.CharField(max_length=500, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts: "models.JSONField[dict[str, int], dict[str, int]]" = models.JSONField(
        default=dict, blank=True
    )  # in a preview what the rows are, later result -> rows
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]
        indexes = [
            models.Index(fields=["user", "sha256"], name="import_by_hash"),
            models.Index(fields=["state", "due"], name="import_by_due"),
        ]

    ACTIVE = (State.CHECKING, State.QUEUED, State.RUNNING)

    def __str__(self):
        return self.name

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    @property
    def outcome(self) -> str:
        return self.state

    def columns_aside(self, target: str) -> list[str]:
        """Those that are kept as they are, or dropped, as far as something stands in them."""
        filled = set(self.hints.get("filled", self.mapping))
        return [name for name, meaning in self.mapping.items() if meaning == target and name in filled]

    @property
    def failure(self) -> str:
        return self.error

    @property
    def ended(self) -> datetime | None:
        return self.finished

    def work_payload(self) -> dict:
        return {name: getattr(self, name) for name in ("name", "key", "format", "mapping", "options", "done", "total")}

    def describe_work(self) -> str:
        return f"Import {self.pk} of {self.user}"

    def log_fields(self) -> dict:
        return super().log_fields() | {"import": self.pk, "user_id": self.user_id}

    def get_absolute_url(self):
        return reverse("import", args=[self.pk])


class RowData(TypedDict, total=False):
    """Of a row that is in the library: title, authors and ISBN. Of another one: the fields of transfer.items.Item, and `raw`."""

    title: str
    authors: list[str]
    isbn13: str
    facts: dict[str, Any]
    own: dict[str, Any]
    tags: list[str]
    shelf: list[str]
    readings: list[list[str]]
    loans: list[dict[str, Any]]
    copies: int
    ids: dict[str, str]
    extra: dict[str, str]
    notes: list[str]
    raw: dict[str, str]  # column -> value, as written
    whole: bool


class ImportRow(models.Model):
    """One row of a file, as read, and what became of it."""

    class Result(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ADDED = "added", "Added"
        UPDATED = "updated", "Updated"
        OWNED = "owned", "Already in your library"
        SKIPPED = "skipped", "Skipped"
        FAILED = "failed", "Needs attention"

    file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # the line in the file, from 1; where a line holds several books, the book
    data: "models.JSONField[RowData, RowData]" = models.JSONField(default=dict)  # the row as our fields
    result = models.CharField(max_length=20, choices=Result, default=Result.WAITING)
    message = models.CharField(max_length=500, blank=True)
    copy_id: int | None
    copy = models.ForeignKey("library.UserBook", null=True, blank=True, on_delete=models.SET_NULL, related_name="import_rows")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="one_result_a_row")]

    def __str__(self):
        return f"{self.file} {self.number}"

    @property
    def can_be_changed(self) -> bool:
        return self.result in (self.Result.FAILED, self.Result.SKIPPED) and not self.data.get("whole")


def import_by_key(pk: int) -> dict | None:
    """What webhooks are told of an import, as it is when they are told."""
    file = Import.objects.filter(pk=pk).first()
    if file is None:
        return None
    columns = {name: getattr(file, name) for name in ("id", "name", "format", "state", "error", "total", "done", "counts")}
    return columns | {"finished": file.finished and file.finished.isoformat()}
