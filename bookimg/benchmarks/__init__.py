"""Measures of performance, one file each: `measure(options)` answers in `Figure`s, in a data directory of its own."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """What the person who measures may choose."""

    photos: Path | None = None  # a folder of real photos, beside the drawn ones
    records: tuple[int, ...] = ()  # sizes of the catalogue, instead of the usual ones


@dataclass(frozen=True)
class Figure:
    """One measured value and the floor it must not fall below; for what should be small, `limit` is the most it may be."""

    name: str
    value: float
    unit: str
    limit: float

    @property
    def ratio(self) -> float:
        """How many times better than asked for; below 1 is not good enough."""
        return self.limit / self.value if self.value else float("inf")

    def __str__(self):
        digits = 2 if self.limit < 10 else 1
        return f"{self.name}: {self.value:.{digits}f} {self.unit} (at most {self.limit:g}): {self.ratio:.1f} x"
