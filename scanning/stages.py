"""What is done in each stage: slow work first, then an `Outcome` that the pipeline keeps in one transaction."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial

import numpy as np
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from accounts import webhooks
from accounts.models import Event
from jobs.leases import Lease
from library.in_words import count_of
from scanning import events, images, perceptual_hash, purchases, recognition, results, shelf_labels
from scanning.models import Candidate, Scan
from scanning.ocr import Line, Quad
from scanning.proposers import SpineProposal as Proposal
from scanning.validate import Match

PAUSE_BETWEEN_REPORTS = 0.3  # seconds: quick enough to be live, and a row is written for each
SECONDS_TO_LEARN = 4  # how long a stage runs before its speed tells how long the scan will take


@dataclass(frozen=True)
class Outcome:
    """What a stage leaves. `keep` writes it, with the scan locked and still ours: nothing is written for one that is deleted."""

    keep: Callable[[Scan], None]
    engine: dict = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Report:
    """Tells the open pages how far a stage is, a few times a second at most, and stops work that nobody waits for."""

    def __init__(self, scan: Scan, stage: str, lease: Lease):
        self.scan, self.stage, self.lease = scan, stage, lease
        self.last, self.started = 0.0, time.monotonic()

    def __call__(self, done: int, total: int, message: str):
        self.lease.check()
        if done < total and time.monotonic() - self.last < PAUSE_BETWEEN_REPORTS:
            return
        self.last = time.monotonic()
        left = seconds_left(self.stage, done, total, self.last - self.started)
        with transaction.atomic():
            scan = self.lease.locked_row()
            events.report_progress(scan, self.stage, done, total, message.format(done=done, total=total), left=left)

    def saying(self, message: str) -> Callable[[int, int], None]:
        """As the providers call it: with done and total alone."""
        return partial(self._count, message)

    def _count(self, message: str, done: int, total: int):
        self(done, total, message)


def seconds_left(stage: str, done: int, total: int, seconds: float) -> int | None:
    """How long the whole scan still takes at this stage's speed; None while too little of it is known."""
    begin, now = events.share_of_scan(stage, 0, total), events.share_of_scan(stage, done, total)
    if seconds < SECONDS_TO_LEARN or now == begin:
        return None
    return round(seconds * (1 - now) / (now - begin))


def read(scan: Scan, report: Report) -> Outcome:
    report(0, 1, "Reading the photo")
    recognizer = recognition.recognizer_from_settings(user=scan.user, till=purchases.ScanTill(scan), **scan.wanted)
    image = photo(scan)
    early = _EarlyBooks(scan, report, recognizer, image)
    lines = recognizer.read(image, report.saying("Reading the photo"), early)

    def keep(scan: Scan):
        results.store(scan, "ocr.json", {"lines": [line.as_dict() for line in lines], "replies": recognizer.till.replies})
        events.report_progress(scan, "read", 1, 1, f"Read {count_of(len(lines), 'line')} of text")

    return Outcome(keep, recognizer.engine_names(), recognizer.problems)


class _EarlyBooks:
    """Shows the books that the lines so far surely bear out while the rest is read; validate has the last word."""

    def __init__(self, scan: Scan, report: Report, recognizer: recognition.Recognizer, image: np.ndarray):
        self.scan, self.report, self.image, self.shown = scan, report, image, 0
        self.preview = recognition.Preview(recognizer, partial(perceptual_hash.look_of, image))

    def __call__(self, lines: list[Line]) -> list[Quad]:
        places = self.preview(lines)
        if len(self.preview.known) > self.shown:
            self.show(self.preview.known)
        return places

    def show(self, known: list[Match]):
        self.shown = len(known)
        rows = results.plan_candidates(self.scan, known)
        store_spines(self.scan, rows, self.image, lambda *_: None)  # the bar goes on with the reading
        with transaction.atomic():
            show(self.report.lease.locked_row(), rows)


def propose(scan: Scan, report: Report) -> Outcome:
    report(0, 1, "Finding the spines")
    recognizer = recognition.recognizer_from_settings(till=purchases.ScanTill(scan), **scan.wanted)
    proposals = [proposal.as_dict() for proposal in recognizer.propose(lines_of(scan), photo(scan))]

    def keep(scan: Scan):
        results.store(scan, "candidates.json", {"candidates": proposals})
        spines = [proposal["region"] for proposal in proposals]  # to be drawn while the books are looked up
        events.report_progress(scan, "propose", 1, 1, f"Found {count_of(len(proposals), 'spine')}", spines=spines)

    return Outcome(keep, {"proposer": recognizer.proposer.name}, recognizer.problems)


def validate(scan: Scan, report: Report) -> Outcome:
    recognizer = recognition.recognizer_from_settings(user=scan.user, **scan.wanted)
    proposals = [Proposal.from_dict(data) for data in results.load_result(scan, "candidates.json")["candidates"]]
    report(0, len(proposals), "Looking up the books")
    image, lines = cache(partial(photo, scan)), lines_of(scan)
    saying = report.saying("Looked up {done} of {total} spines")
    matches = recognizer.validate(lines, proposals, saying, lambda region: perceptual_hash.look_of(image(), region))
    rows, on_boards = results.plan_candidates(scan, matches), shelf_labels.shelf_labels(lines, matches)
    store_spines(scan, rows, image(), report)

    def keep(scan: Scan):
        scan.shelf_labels = on_boards
        scan.save(update_fields=["shelf_labels", "changed"])
        show(scan, rows)
        validated = sum(row.validated for row in rows)
        events.report_progress(scan, "validate", len(rows), len(rows), f"Found {validated} of {count_of(len(rows), 'book')}")

    return Outcome(keep, notes=recognizer.problems)


def show(scan: Scan, rows: list[Candidate]):
    """Makes `rows` the scan's open proposals and tells the open pages of those that are new or changed."""
    for row in results.replace(scan, rows):
        events.append(scan, "candidate", book=results.book_json(row))


def store_spines(scan: Scan, rows: list[Candidate], image: np.ndarray, report: Callable[[int, int, str], None]):
    pictures = {}
    for number, row in enumerate(rows, start=1):
        row.look = perceptual_hash.look_of(image, row.region)
        with suppress(ValueError):  # a region without an area has no picture
            pictures[scan.spine_key(row.number)] = images.crop(image, row.region)
        report(number, len(rows), "Cut out {done} of {total} spines")  # the last one also finds out if the scan is deleted
    for key, picture in pictures.items():
        results.store_bytes(key, picture)


def finish(scan: Scan, report: Report) -> Outcome:
    return Outcome(complete)


def complete(scan: Scan):
    scan.status, scan.finished, scan.error = Scan.Status.COMPLETE, timezone.now(), ""
    scan.to_announce = bool(settings.SNS_TOPIC_ARN)
    scan.save(update_fields=["status", "finished", "error", "to_announce", "changed"])
    final = results.final(scan)
    results.store(scan, "final-results.json", final)
    events.append(scan, "processingComplete", results=final)
    webhooks.notify(scan.user_id, Event.SCAN_COMPLETED, final)
    announce(scan)


def announce(scan: Scan):
    """Has the SNS topic told of the scan's end, where there is one."""
    if scan.to_announce:
        transaction.on_commit(lambda: async_task("scanning.tasks.announce", scan.pk), robust=True)


def announce_late_ends():
    for scan in Scan.objects.unannounced():
        announce(scan)


def photo(scan: Scan) -> np.ndarray:
    with default_storage.open(scan.photo) as file:
        return images.load_photo(file)


def lines_of(scan: Scan) -> list[Line]:
    return [Line.from_dict(data) for data in results.load_result(scan, "ocr.json")["lines"]]
