"""Who can read. One file per engine; all of them answer in `Line`s, in pixels of the upright photo."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from jobs.errors import ProviderError

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]


def as_quad(points: Iterable[Sequence[float]]) -> Quad:
    """Four corners as plain numbers, whoever gives them: JSON, an engine, an array."""
    first, second, third, fourth = ((float(x), float(y)) for x, y in points)
    return first, second, third, fourth


class OCRError(ProviderError):
    """A photo could not be read."""


@dataclass(frozen=True)
class Line:
    """One line of text. `quad` goes around it in reading order: its first point is where the first letter's top left is."""

    text: str
    confidence: float  # 0..1, the engine's own
    quad: Quad
    others: tuple[str, ...] = ()  # other readings of the same place, where the engine looked more than once

    def as_dict(self) -> dict:
        quad = [[round(x, 1), round(y, 1)] for x, y in self.quad]
        return {"text": self.text, "confidence": round(self.confidence, 4), "quad": quad, "others": list(self.others)}

    @classmethod
    def from_dict(cls, data: dict) -> "Line":
        return cls(data["text"], data["confidence"], as_quad(data["quad"]), tuple(data.get("others", ())))


Progress = Callable[[int, int], None]  # done, total
# All lines so far, before the last word on them; answers with the places of the books that they surely are.
Found = Callable[[list["Line"]], Sequence[Quad]]


class Engine(Protocol):
    name: str

    def read(self, image: np.ndarray, progress: Progress, found: Found) -> list[Line]:
        """All lines of `image` (height x width x 3, RGB, uint8, upright). Raises OCRError.

        Calls `progress` as parts are read, and `found` with the lines so far where others are still to come: what that one
        knows needs no closer look.
        """
        ...
