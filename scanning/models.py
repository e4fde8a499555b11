"""A scan from photo to proposals: the job, its proposed books, and the durable log that open pages read."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Min, Q
from django.urls import reverse
from django.utils import timezone

from catalogs import Record, RecordData
from catalogs.index_terms import main_title
from jobs.models import LeasedWork, LeasedWorkQuerySet
from library.copies import identity
from library.models import Shelf, UserBook
from library.models.folded import FoldedModel, FoldedQuerySet, words_of

LATELY = timedelta(minutes=10)
PEOPLE_IN_TURN = 100  # more than wait at once are served one after the other


class Stage(models.TextChoices):
    """What is to be done next; the order is that of pipeline.NEXT."""

    READ = "read"
    PROPOSE = "propose"
    VALIDATE = "validate"
    AGAIN = "again"  # a second look at what was left open, where its owner asks for it
    FINISH = "finish"
    DONE = "done"


class Engines(TypedDict, total=False):
    """Names, as in the settings."""

    ocr: str
    proposer: str
    catalogs: list[str]


class ScanQuerySet(LeasedWorkQuerySet):
    def of(self, user):
        return self.filter(user=user)

    def unfinished(self):
        return self.filter(status__in=Scan.ACTIVE)

    def given_up(self):
        return self.filter(status=Scan.Status.FAILED, retryable=True).select_related("user").order_by("-finished")

    def at_step(self, step: str):
        return self.filter(stage=step) if step else self

    def begun(self):
        """Past their reading, and waiting for the next stage, where that has no queue of its own."""
        waiting = self.unfinished().filter(lease_until__isnull=True)
        return waiting.exclude(stage__in=(Stage.READ, Stage.DONE, *settings.QUEUES)).order_by("changed")

    def next_to_read(self):
        """The oldest scan of the person who was served least lately, so that nobody waits behind the 500 photos of another."""
        waiting = self.unfinished().at_step(Stage.READ).free().order_by("created")
        people = dict(waiting.order_by().values_list("user").annotate(Min("created"))[:PEOPLE_IN_TURN])
        if len(people) < 2:
            return waiting.first()
        lately = self.model.objects.filter(user__in=people, changed__gte=timezone.now() - LATELY).exclude(stage=Stage.READ)
        served = Counter(lately.values_list("user_id", flat=True))
        return waiting.filter(user=min(people, key=lambda user: (served[user], people[user]))).first()

    def unannounced(self):
        """Over for a while, and the SNS topic has not been told."""
        late = timezone.now() - timedelta(seconds=settings.LEASE_SECONDS)
        return self.filter(to_announce=True, finished__lt=late)


class Scan(LeasedWork):
    """One photo on its way to books."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        READING = "reading"
        PROPOSING = "proposing"
        VALIDATING = "validating"
        COMPLETE = "complete"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Kind(models.TextChoices):
        """What the photo shows."""

        SHELF = "shelf", "A shelf"
        COVER = "cover", "A cover or a barcode"

    ACTIVE = (Status.QUEUED, Status.READING, Status.PROPOSING, Status.VALIDATING)

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="scans")
    job_id = models.CharField(max_length=64)
    status = models.CharField(max_length=12, choices=Status, default=Status.QUEUED)
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.SHELF)
    shelf = models.ForeignKey(Shelf, null=True, blank=True, on_delete=models.SET_NULL, related_name="scans")

    filename = models.CharField(max_length=200)
    photo = models.CharField("storage key of the photo", max_length=400)
    photo_bytes = models.PositiveIntegerField("size of the photo", default=0)
    sha256 = models.CharField("hash of the upload", max_length=64)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)

    stage = models.CharField(max_length=10, choices=Stage, default=Stage.READ)
    error = models.CharField("what went wrong, for its owner", max_length=500, blank=True)
    retryable = models.BooleanField(default=True)

    wanted: "models.JSONField[Engines, Engines]" = models.JSONField(
        "engines requested, as in recognition.recognizer_from_settings", default=dict, blank=True
    )
    engine: "models.JSONField[Engines, Engines]" = models.JSONField("engines used", default=dict, blank=True)
    timings: "models.JSONField[dict[str, float], dict[str, float]]" = models.JSONField(
        "seconds per stage", default=dict, blank=True
    )
    shelf_labels: "models.JSONField[list[str], list[str]]" = models.JSONField(
        "labels read on the board, likeliest first", default=list, blank=True
    )
    again = models.CharField("what is read again, as in second_look", max_length=10, blank=True)
    notes: "models.JSONField[list[str], list[str]]" = models.JSONField(
        "what its owner should know, such as a catalogue that did not answer", default=list, blank=True
    )
    last_seq = models.PositiveIntegerField(default=0)
    progress = models.FloatField("share of the work that is done, 0 to 1; never falls while the scan runs", default=0)
    to_announce = models.BooleanField("the SNS topic has not been notified of its end", default=False)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    finished = models.DateTimeField(null=True, blank=True)

    objects = ScanQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]
        constraints = [models.UniqueConstraint(fields=["user", "job_id"], name="job_id_per_user")]
        indexes = [
            models.Index(fields=["user", "-created"], name="scan_by_date"),
            models.Index(fields=["user", "sha256"], name="scan_by_hash"),
            models.Index(fields=["status", "due"], name="scan_by_due"),
        ]

    def __str__(self):
        return f"{self.filename} ({self.job_id})"

    def get_absolute_url(self):
        return reverse("scan", args=[self.job_id])

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE

    @property
    def step(self) -> str:
        return self.stage

    @property
    def outcome(self) -> str:
        return self.status

    @property
    def work_label(self) -> str:
        return self.job_id

    @property
    def failure(self) -> str:
        return self.error

    @property
    def ended(self) -> datetime | None:
        return self.finished

    def work_payload(self) -> dict:
        return {name: getattr(self, name) for name in ("job_id", "filename", "photo", "stage", "again", "engine", "notes")}

    def describe_work(self) -> str:
        return f"Scan {self.job_id} of {self.user}"

    def log_fields(self) -> dict:
        return super().log_fields() | {"job_id": self.job_id, "user_id": self.user_id, "stage": self.stage}

    # The stored artefacts, as in docs/api.md: everything of a scan lies under its own key.
    def upload_key(self, name: str) -> str:
        return f"uploads/{self.user_id}/{self.job_id}/{name}"

    def result_key(self, name: str) -> str:
        return f"results/{self.user_id}/{self.job_id}/{name}"

    def thumbnail_key(self) -> str:
        return f"thumbnails/{self.user_id}/{self.job_id}/thumbnail.webp"

    def spine_key(self, number: int) -> str:
        return f"spines/{self.user_id}/{self.job_id}/{number}.webp"


class Band(models.TextChoices):
    """How much a proposal can be trusted; shown by shape and word as well as colour."""

    SURE = "sure", "Sure"
    CHECK = "check", "Please check"
    UNREAD = "unread", "Could not read"


class Decision(models.TextChoices):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Accuracy:
    """What became of the proposals of one band: how many were decided, and how many of those were the right book."""

    band: Band
    decided: int = 0
    right: int = 0

    LEAST = 20  # decisions; of fewer the share says little

    @property
    def tells(self) -> bool:
        return self.decided >= self.LEAST

    @property
    def share(self) -> float:
        return self.right / max(1, self.decided)


class CandidateQuerySet(FoldedQuerySet):
    def of(self, user):
        return self.filter(scan__user=user)

    def pending(self):
        return self.filter(decision=Decision.PENDING)

    def sure(self):
        return self.filter(band=Band.SURE)

    def accuracy(self) -> list[Accuracy]:
        """How often each band that proposes a book was right, by what people decided about it.

        Right is what was added as the work that was proposed, in whatever edition. What was added by hand was no proposal,
        and what is remembered from an earlier photo was not recognised."""
        decided = self.filter(proposed_band__in=(Band.SURE, Band.CHECK), remembered=False).exclude(decision=Decision.PENDING)
        right = Count("pk", filter=Q(decision=Decision.ACCEPTED, work=F("proposed_work")))
        counts = decided.order_by().values_list("proposed_band").annotate(decided_count=Count("pk"), right_count=right)
        by_band = {band: Accuracy(Band(band), *numbers) for band, *numbers in counts}
        return [by_band.get(band, Accuracy(band)) for band in (Band.SURE, Band.CHECK)]


class Candidate(FoldedModel):
    """A proposed book: what was read on one spine, the edition it may be, and what its owner decided."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="candidates")
    number = models.PositiveIntegerField("in shelf order, from 1")
    band = models.CharField(max_length=6, choices=Band)
    confidence = models.FloatField()
    model_confidence = models.FloatField("the model's own, where one proposed the spine", null=True, blank=True)
    validated = models.BooleanField()
    specifications: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(
        "what a model read on a cover beyond title and author", default=dict, blank=True
    )
    record: "models.JSONField[RecordData, RecordData]" = models.JSONField(
        "the proposed edition (catalogs.Record), or what was read as its title"
    )
    alternatives: "models.JSONField[list[RecordData], list[RecordData]]" = models.JSONField(
        "other editions, likeliest first", default=list, blank=True
    )
    spine_text: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    spine_words = models.TextField("spine_text, folded for the search", blank=True, editable=False)
    region: "models.JSONField[list[list[float]], list[list[float]]]" = models.JSONField(default=list, blank=True)
    shelf_row = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField(default=1)
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.PENDING)
    decided = models.DateTimeField(null=True, blank=True)
    edited = models.BooleanField("changed or added by hand by its owner", default=False)
    copy = models.ForeignKey(UserBook, null=True, blank=True, on_delete=models.SET_NULL, related_name="sightings")
    # The first proposal, kept through its owner's corrections: by it is told how often a band is right.
    proposed_band = models.CharField(max_length=6, choices=Band, blank=True, editable=False)
    proposed_work = models.CharField(max_length=300, blank=True, editable=False)
    work = models.CharField("the same for all editions", max_length=300, blank=True, editable=False)
    look = models.CharField("how its spine looks (scanning.perceptual_hash)", max_length=16, blank=True)
    remembered = models.BooleanField("recognised from a decision about an earlier photo", default=False)

    FOLDED = {"spine_words": words_of("spine_text")}
    objects = CandidateQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["scan", "number"], name="candidate_number_per_scan")]

    def __str__(self):
        return self.record.get("title") or " ".join(self.spine_text) or f"spine {self.number}"

    def save(self, **options):
        self.work = identity.work_key(main_title(self.edition.title), self.edition.authors)
        if self._state.adding and not self.edited:
            self.proposed_band, self.proposed_work = self.band, self.work
        super().save(**options)

    @property
    def edition(self) -> Record:
        return Record.from_dict(self.record)


class KnownSpine(models.Model):
    """What a person decided about one spine, kept beyond its scan: on their next photo it is known again."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_spines")
    candidate = models.ForeignKey(Candidate, null=True, blank=True, on_delete=models.SET_NULL, related_name="known_spines")
    text = models.CharField("what was read, folded", max_length=300)
    look = models.CharField("how it looks (scanning.perceptual_hash)", max_length=16, blank=True)
    record: "models.JSONField[RecordData, RecordData]" = models.JSONField("the edition that was confirmed or rejected")
    rejected = models.BooleanField("rejected", default=False)
    validated = models.BooleanField("the record comes from a catalogue", default=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["user", "-id"], name="known_spine_by_user")]

    def __str__(self):
        return f"“{self.text}” is {'not ' if self.rejected else ''}{self.record.get('title')}"

    @property
    def edition(self) -> Record:
        return Record.from_dict(self.record)


class ScanEvent(models.Model):
    """One entry of a scan's log. `seq` counts 1, 2, 3 … without gaps, so that a reader can prove it missed nothing."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=30)
    payload: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["scan", "seq"], name="event_seq_per_scan")]

    def __str__(self):
        return f"{self.seq} {self.type}"

    def as_message(self, job_id: str) -> dict:
        """The form that the websocket and the API send."""
        return {"type": self.type, "jobId": job_id, "seq": self.seq, **self.payload}


class UploadTicket(models.Model):
    """Leave to put one photo into the storage, past the pages. Its scan begins with `POST /scans` once the photo is there."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="upload_tickets")
    job_id = models.CharField(max_length=64)
    filename = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    key = models.CharField("storage key of the photo", max_length=400)
    expires = models.DateTimeField()
    # What its scan is to be: whoever comes first makes it, the owner's page or the news of the bucket.
    kind = models.CharField(max_length=5, choices=Scan.Kind, default=Scan.Kind.SHELF)
    shelf_id: int | None
    shelf = models.ForeignKey("library.Shelf", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    shelf_name = models.CharField(max_length=100, blank=True)
    refused = models.CharField("why its photo was deleted", max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "job_id"], name="one_ticket_a_job")]
        indexes = [models.Index(fields=["expires"], name="ticket_by_expiry")]

    def __str__(self):
        return f"{self.filename} ({self.job_id})"


class Purchase(models.Model):
    """One paid call for a photo, kept beyond its scan: what a month has cost does not get less by deleting scans."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="purchases")
    scan = models.ForeignKey(Scan, null=True, blank=True, on_delete=models.SET_NULL, related_name="purchases")
    service = models.CharField(max_length=40)
    usd = models.FloatField("US dollars: the estimate while it is under way, then the true cost")
    reserved = models.BooleanField("under way, or cut off before it was known what it cost", default=True)
    question = models.CharField("the request; it is not repeated while reserved", max_length=80, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created"]
        indexes = [models.Index(fields=["user", "created"], name="purchase_by_month")]

    def __str__(self):
        return f"{self.service}: {self.usd:.4f} USD"
