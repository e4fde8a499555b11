"""The recognition of a picture file at once, without queue or account: what `manage.py scan` and `evaluate` run."""

import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from django.conf import settings

from scanning import barcodes, cover_stages, images, results, uploads
from scanning.models import Scan
from scanning.ocr import Line, Quad
from scanning.recognition import Preview, Recognizer
from scanning.validate import Match


class _Watch:
    """Seconds per stage, as `timings` in the results."""

    def __init__(self):
        self.timings: dict[str, float] = {}

    @contextmanager
    def over(self, stage: str):
        started = time.monotonic()
        yield
        self.timings[stage] = round(time.monotonic() - started, 3)


class _FirstBook:
    """Looks for books among the lines so far, as the pipeline does: how long it takes until there is one to show."""

    def __init__(self, recognizer: Recognizer):
        self.preview, self.started = Preview(recognizer), time.monotonic()
        self.seconds = None

    def __call__(self, lines: list[Line]) -> list[Quad]:
        places = self.preview(lines)
        if self.preview.known and self.seconds is None:
            self.seconds = round(time.monotonic() - self.started, 3)
        return places


def recognise(path: Path, recognizer: Recognizer, progress=lambda stage, done, total: None) -> dict:
    """One photo in the form of `scan --json`. Raises images.PhotoError where it is none."""
    image, watch, early = _opened(path), _Watch(), _FirstBook(recognizer)
    spent, calls = recognizer.till.usd, recognizer.till.calls
    with watch.over("read"):
        lines = recognizer.read(image, lambda done, total: progress("read", done, total), early)
    with watch.over("propose"):
        candidates = recognizer.propose(lines, image)
    with watch.over("validate"):
        matches = recognizer.validate(lines, candidates, lambda done, total: progress("validate", done, total))
    cost = {"usd": round(recognizer.till.usd - spent, 6), "calls": recognizer.till.calls - calls}
    return _scan_json(path, recognizer, watch, matches, lines) | {
        "cost": cost,
        **({"firstBook": early.seconds} if early.seconds else {}),
    }


def matches_on(path: Path, recognizer: Recognizer) -> list[Match]:
    """The matches of one photo with their grounds, unrounded."""
    image = _opened(path)
    lines = recognizer.read(image, lambda done, total: None)
    return recognizer.validate(lines, recognizer.propose(lines, image), lambda done, total: None)


def recognise_cover(path: Path, recognizer: Recognizer, progress=lambda stage, done, total: None) -> dict:
    """The same for a photo of one book's bars, cover or title page."""
    image, watch = _opened(path), _Watch()
    spent, calls = recognizer.till.usd, recognizer.till.calls
    with watch.over("read"):
        codes, lines = barcodes.read_bars(image), []
        if codes is None:
            lines = recognizer.read(image, lambda done, total: progress("read", done, total))
            codes = barcodes.read_with(image, lines)
    watch.timings["propose"] = 0.0  # one book, or one a number: there is nothing to part
    with watch.over("validate"):
        codes = codes.isbns
        matches = cover_stages.by_number(codes, recognizer.lookup) if codes else cover_stages.by_text(lines, recognizer.lookup)
    cost = {"usd": round(recognizer.till.usd - spent, 6), "calls": recognizer.till.calls - calls}
    return _scan_json(path, recognizer, watch, matches, lines) | {"cost": cost}


def _opened(path: Path) -> np.ndarray:
    with path.open("rb") as file:
        images.inspect(file, settings.SCAN_MAX_MB, settings.SCAN_MAX_MEGAPIXELS)
        return images.load_photo(file)


def _scan_json(path: Path, recognizer: Recognizer, watch: _Watch, matches: list[Match], lines: list[Line]) -> dict:
    seconds = round(sum(watch.timings.values()), 3)
    return {
        "photo": str(path),
        "jobId": uploads.new_job_id(),
        "engine": recognizer.engine_names(),
        "seconds": seconds,
        "firstBook": seconds if any(match.validated for match in matches) else None,
        "timings": watch.timings,
        "books": books(matches),
        "lines": len(lines),
    }


def books(matches: list[Match]) -> list[dict]:
    """Matches in the final form, for a scan that is nowhere stored."""
    nowhere = Scan()
    return [results.final_book(results.candidate_row(nowhere, number, match)) for number, match in enumerate(matches, start=1)]
