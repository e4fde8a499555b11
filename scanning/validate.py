"""Candidates -> catalogue records with a confidence, decided over the whole photo: records compete for the lines."""

from collections.abc import Callable
from dataclasses import dataclass, field

from library.catalogs import Record
from scanning.models import Band
from scanning.ocr import Quad


@dataclass(frozen=True)
class Match:
    """One book of the final result. Without `record` it is a spine that was read and not found: its text, no invented match."""

    lines: tuple[int, ...]
    text: tuple[str, ...]  # what was read, in reading order
    region: Quad
    shelf: int
    position: int
    confidence: float  # 0..1, the share of such matches that is right
    band: Band
    record: Record | None = None
    alternatives: tuple[Record, ...] = field(default=())

    @property
    def validated(self) -> bool:
        return self.record is not None and self.band != Band.UNREAD


Progress = Callable[[int, int], None]
