"""Benchmarks recognition: the cost beyond the reading itself, the time to the first book, and the memory of a worker."""

import csv
import io
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from django.conf import settings
from django.contrib.auth import get_user_model
from rapidocr import RapidOCR

from bookimg.benchmarks import Figure, Options
from bookimg.benchmarks.process_figures import descendants, peak_megabytes
from catalogs import loading, local
from catalogs.synthetic import MadeUp
from scanning import drawing, images, inline_scan, uploads
from scanning.models import Scan
from scanning.recognition import Recognizer, recognizer_from_settings

RECORDS = 90_000  # synthetic, in addition to the built-in list: a catalogue of typical size
SHELVES = (14, 28)  # books on the drawn photos
DRAWABLE = frozenset({"en", "de", "es", "fr", "it"})  # languages that the fonts support
SECONDS_A_SCAN = 300
OVERHEAD, FIRST_BOOK, MEGABYTES = 1.35, 0.6, 900  # at most
FULL_PASSES = (0, 1, 3)  # the rotations needed to read a shelf in any language, if each is read as a whole


@dataclass
class _Seconds:
    """Over all photos."""

    whole: float = 0.0
    reading: float = 0.0
    passes: float = 0.0


def measure_recognition(options: Options) -> list[Figure]:
    photos = _drawn_photos(settings.DATA_DIR / "drawn") + sorted(options.photos.glob("*.jpg") if options.photos else ())
    loading.ensure_builtin()
    for batch in _record_batches(MadeUp().records(RECORDS), loading.BATCH):
        local.add_records(batch)
    seconds = _against_the_reading(photos)
    first, memory = _through_a_worker(photos)
    return [
        Figure(f"recognition of {len(photos)} photos against its reading", seconds.whole / seconds.reading, "x", OVERHEAD),
        Figure("recognition compared with three plain OCR passes", seconds.whole / seconds.passes, "x", OVERHEAD),
        Figure("time to the first book compared with the whole", first, "x", FIRST_BOOK),
        Figure("peak memory of the worker", memory, "MB", MEGABYTES),
    ]


def _record_batches(records, size: int):
    batch = []
    for record in records:
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
    yield batch


def _drawn_photos(directory: Path) -> list[Path]:
    """Draws shelves of books that the catalogue knows."""
    directory.mkdir()
    paths = []
    for number, books in enumerate(SHELVES, start=1):
        paths.append(directory / f"drawn-{number}.jpg")
        drawing.draw_shelf(known_books(books, number), number).save(paths[-1], quality=92)
    return paths


def known_books(number: int, seed: int) -> list[tuple[str, str]]:
    with loading.BUILTIN.open(encoding="utf-8") as file:
        known = [(row["title"], row["author"]) for row in csv.DictReader(file) if row["language"] in DRAWABLE]
    return random.Random(seed).sample(known, number)


# ── The whole compared with the reading ─────────────────────────────────────────────────────────────────────────────
def _against_the_reading(photos: list[Path]) -> _Seconds:
    recognizer, plain = recognizer_from_settings(), RapidOCR(params={"Global.log_level": "warning"})
    _load_models(recognizer, plain)
    seconds = _Seconds()
    print(f"{'photo':24} {'whole':>7} {'reading':>8} {'passes':>7} {'first book':>11}")
    for path in photos:
        image = _load_photo(path)
        passes = _seconds_for(lambda image=image: [plain(np.rot90(image, turns)[:, :, ::-1]) for turns in FULL_PASSES])
        reading = _seconds_for(lambda image=image: recognizer.engine.read(image, lambda *_: None, lambda _: ()))
        result = inline_scan.recognise(path, recognizer)
        seconds.whole += result["seconds"]
        seconds.reading += reading
        seconds.passes += passes
        first = f"{result['firstBook']:9.1f} s" if result["firstBook"] is not None else "none"
        print(f"{path.stem:24} {result['seconds']:5.1f} s {reading:6.1f} s {passes:5.1f} s {first:>11}", flush=True)
    return seconds


def _load_models(recognizer: Recognizer, plain: RapidOCR):
    """Loads the models, as a process does once and not for each photo."""
    nothing = np.full((64, 64, 3), 255, dtype=np.uint8)
    recognizer.engine.read(nothing, lambda *_: None, lambda _: ())
    plain(nothing)


def _load_photo(path: Path) -> np.ndarray:
    with path.open("rb") as file:
        return images.load_photo(file)


def _seconds_for(work) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


# ── As a user sees it: a worker, its events, its memory ─────────────────────────────────────────────────────────────
def _through_a_worker(photos: list[Path]) -> tuple[float, float]:
    """The share of the time until the first book, and the peak memory of one worker process in MB."""
    owner = get_user_model().objects.create_user("bench")
    worker = subprocess.Popen([sys.executable, sys.argv[0], "worker", "--workers", "1"])
    try:
        scans = [finished_scan(owner, io.BytesIO(path.read_bytes()), path.name) for path in photos]
        memory = max(peak_megabytes(pid) for pid in [worker.pid, *descendants(worker.pid)])
    finally:
        worker.terminate()
        worker.wait()
    spans = [span for scan in scans if (span := _first_and_whole(scan))]
    if not spans:
        raise RuntimeError("no book was found in any photo")
    return sum(first for first, _ in spans) / sum(whole for _, whole in spans), memory


def finished_scan(owner, photo: IO[bytes], name: str) -> Scan:
    scan = uploads.take_in_upload(owner, photo, name)
    until = time.monotonic() + SECONDS_A_SCAN
    while scan.is_active:
        if time.monotonic() > until:
            raise TimeoutError(f"{name} took more than {SECONDS_A_SCAN} s")
        time.sleep(0.2)
        scan.refresh_from_db()
    if scan.status != Scan.Status.COMPLETE:
        raise RuntimeError(f"{name}: {scan.error}")
    return scan


def _first_and_whole(scan: Scan) -> tuple[float, float] | None:
    """Seconds from the upload to the first book in the log, or None without a book, and to the end of the scan."""
    times = scan.events.order_by("seq").values_list("type", "created")
    first = next((at for kind, at in times if kind == "candidate"), None)
    return ((first - scan.created).total_seconds(), (scan.finished - scan.created).total_seconds()) if first else None
