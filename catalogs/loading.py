"""Loading files into the local catalogue: as a stream, in batches, so that loading can stop at any row and continue there."""

import gzip
import hashlib
import io
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalogs import local
from catalogs.files import FileEntry, csv_table, marc, open_library_dump
from catalogs.models import CatalogFile

FORMATS = ("csv", "openlibrary", "marc")
BUILTIN = Path(__file__).with_name("builtin.csv")
BATCH = 5000
SAMPLE = 1 << 20  # bytes at each end of a file that identify it


@dataclass
class Loaded:
    """The result of loading a file. The counts are for the whole file, the problems only for this run."""

    state: CatalogFile
    resumed_at: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)


Progress = Callable[[int, int], None]  # bytes of the file read, records so far


def load_file(
    path: Path,
    kind: str = "",
    authors: Path | None = None,
    again: bool = False,
    progress: Progress | None = None,
    batch_size: int = BATCH,
) -> Loaded:
    """Loads the books in `path` into the local catalogue. Raises ValueError with an explanation if the file cannot be read."""
    state, _ = CatalogFile.objects.get_or_create(fingerprint=_fingerprint(path), defaults={"name": path.name})
    if again:
        state.rows = state.added = state.skipped = 0
        state.finished = None
    loaded = Loaded(state, resumed_at=state.rows)
    if state.finished:
        return loaded
    if authors:
        with _rows(authors, "openlibrary", progress) as rows:
            for _ in rows:
                pass
    with _rows(path, kind or _detect(path), progress) as rows:
        remaining = islice(rows, state.rows, None)
        while batch := list(islice(remaining, batch_size)):
            _store(batch, loaded)
    state.finished = timezone.now()
    state.save()
    return loaded


def ensure_builtin() -> int:
    """Loads the built-in list, so that a first scan finds something without a network. Returns the number of books added."""
    before = CatalogFile.objects.filter(fingerprint=_fingerprint(BUILTIN), finished__isnull=False).exists()
    return 0 if before else load_file(BUILTIN, "csv").state.added


def _detect(path: Path) -> str:
    """Detects the format of a file from its beginning."""
    with _opened(path) as (_, stream):
        start = stream.read(4096).lstrip()
    if start.startswith((b"/type/", b"/books/")):
        return "openlibrary"
    if start.startswith(b"<") or (start[:5].isdigit() and start[20:22] == b"45"):
        return "marc"
    return "csv"


def _store(batch: list[FileEntry], loaded: Loaded) -> None:
    """Saves a batch together with the position in the file."""
    state = loaded.state
    problems = [(row.line, row.problem) for row in batch if row.problem]
    with transaction.atomic():
        state.added += local.add_records(row.record for row in batch if row.record)
        state.skipped += sum(not row.record for row in batch if row.problem)
        state.rows += len(batch)
        state.save()
    loaded.problems += problems


@contextmanager
def _rows(path: Path, kind: str, progress: Progress | None) -> Generator[Iterator[FileEntry]]:
    with _opened(path) as (raw, stream):
        if kind == "openlibrary":
            with closing(open_library_dump.Names(settings.DATA_DIR / "open-library-names.sqlite3")) as names:
                yield _watched(open_library_dump.read_dump(stream, names), raw, progress)
        elif kind == "marc":
            is_xml = stream.peek(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
            yield _watched(marc.read_marc_xml(stream) if is_xml else marc.read_marc(stream), raw, progress)
        else:
            yield _watched(csv_table.read_table(stream), raw, progress)


def _watched(rows: Iterator[FileEntry], raw: BinaryIO, progress: Progress | None) -> Iterator[FileEntry]:
    for number, row in enumerate(rows, start=1):
        if progress and number % 500 == 0:
            progress(raw.tell(), number)
        yield row


@contextmanager
def _opened(path: Path) -> Generator[tuple[BinaryIO, io.BufferedReader]]:
    """The file on disk, for the progress, and its content, decompressed if needed."""
    with path.open("rb") as raw:
        if raw.peek(2)[:2] == b"\x1f\x8b":
            with gzip.open(raw) as packed:
                yield raw, io.BufferedReader(packed)
        else:
            yield raw, raw


def _fingerprint(path: Path) -> str:
    size = path.stat().st_size
    digest = hashlib.sha256(f"{size}:".encode())
    with path.open("rb") as file:
        digest.update(file.read(SAMPLE))
        file.seek(max(0, size - SAMPLE))
        digest.update(file.read(SAMPLE))
    return digest.hexdigest()
