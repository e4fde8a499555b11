"""Benchmarks, one file each. Their functions take `Options`, return `Figure`s and run in a data directory of their own."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """The options of a benchmark."""

    photos: Path | None = None  # a folder of real photos, in addition to the drawn ones
    records: tuple[int, ...] = ()  # sizes of the catalogue, instead of the default ones


@dataclass(frozen=True)
class Figure:
    """A measured value and its limit: the maximum if it should be small, otherwise the minimum."""

    name: str
    value: float
    unit: str
    limit: float

    @property
    def ratio(self) -> float:
        """How many times better than the limit; below 1 is not good enough."""
        return self.limit / self.value if self.value else float("inf")

    def __str__(self):
        digits = 2 if self.limit < 10 else 1
        return f"{self.name}: {self.value:.{digits}f} {self.unit} (at most {self.limit:g}): {self.ratio:.1f} x"
