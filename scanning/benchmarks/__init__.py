"""Measures of performance. One file per measure: `measure()` answers in `Figure`s. They run in a data directory of their own."""

from dataclasses import dataclass


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
        return f"{self.name}: {self.value:.1f} {self.unit} (at most {self.limit:g}): {self.ratio:.1f} x"
