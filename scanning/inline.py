"""The recognition of a picture file at once, without queue or account: what `manage.py scan` and `evaluate` run."""

import time
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from scanning import images, results, uploads
from scanning.models import Scan
from scanning.recognition import Recognizer
from scanning.validate import Match


class Watch:
    """Seconds a stage, as the contract's `timings`."""

    def __init__(self):
        self.timings: dict[str, float] = {}

    @contextmanager
    def over(self, stage: str):
        started = time.monotonic()
        yield
        self.timings[stage] = round(time.monotonic() - started, 3)


def recognise(path: Path, recognizer: Recognizer, progress=lambda stage, done, total: None) -> dict:
    """One photo in the form of `scan --json`. Raises images.PhotoError where it is none."""
    with path.open("rb") as file:
        images.inspect(file, settings.SCAN_MAX_MB, settings.SCAN_MAX_MEGAPIXELS)
        image = images.load(file)
    watch = Watch()
    with watch.over("read"):
        lines = recognizer.read(image, lambda done, total: progress("read", done, total))
    with watch.over("propose"):
        candidates = recognizer.propose(lines, image)
    with watch.over("validate"):
        matches = recognizer.validate(lines, candidates, lambda done, total: progress("validate", done, total))
    return {
        "photo": str(path),
        "jobId": uploads.new_job_id(),
        "engine": recognizer.engine_names(),
        "seconds": round(sum(watch.timings.values()), 3),
        "timings": watch.timings,
        "books": books(matches),
        "lines": len(lines),
        "cost": {"usd": 0, "calls": 0},
    }


def books(matches: list[Match]) -> list[dict]:
    """Matches in the final form, for a scan that is nowhere stored."""
    nowhere = Scan()
    return [results.final_book(results.candidate(nowhere, number, match)) for number, match in enumerate(matches, start=1)]
