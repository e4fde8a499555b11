"""Stand-ins for the outside world, named in the settings by their dotted path. Slow ones leave time to be killed."""

import os
import time

import numpy as np

from catalogs import Record
from scanning.ocr import Line
from scanning.proposers import SpineProposal

SPINES = ("Middlemarch George Eliot", "Walden Henry David Thoreau", "Kitchen Garden Almanac")
TITLES = ["Middlemarch", "Walden", "Kitchen Garden Almanac"]  # the last is read, but in no catalogue
STEPS = 10


def slowly(stage: str, progress=lambda done, total: None):
    """Takes as long as the environment says for this stage, in small steps."""
    seconds = float(os.environ.get(f"FAKE_{stage}_SECONDS", 0))
    for step in range(STEPS):
        time.sleep(seconds / STEPS)
        progress(step + 1, STEPS)


def box(number: int):
    left = 10 + 60 * number
    return ((left, 10), (left + 40, 10), (left + 40, 90), (left, 90))


class Reader:
    """Reads the same three lines from any photo."""

    name = "fake"

    def read(self, image: np.ndarray, progress, found=None) -> list[Line]:
        slowly("READ", progress)
        return [Line(title, 0.9, box(number)) for number, title in enumerate(SPINES)]


class Proposer:
    """One spine a line."""

    name = "fake"

    def propose(self, lines: list[Line], image: np.ndarray) -> list[SpineProposal]:
        slowly("PROPOSE")
        return [SpineProposal((n,), line.quad, 1, n + 1, title=line.text) for n, line in enumerate(lines)]


class Catalog:
    """Knows the first two of them."""

    name = "fake"

    def by_isbn(self, isbn13: str) -> Record | None:
        return None

    def search_many(self, texts: list[str], limit: int = 10) -> list[list[Record]]:
        slowly("CATALOG")
        return [self.search(text, limit) for text in texts]

    def search(self, text: str, limit: int = 10) -> list[Record]:
        known = {"middlemarch": "George Eliot", "walden": "Henry David Thoreau"}
        words = text.lower()
        return [
            Record(title.capitalize(), (author,), source="fake", source_id=title, links={})
            for title, author in known.items()
            if title in words
        ]


class Numbers:
    """A catalogue outside that knows every ISBN, but for those that begin with 9799."""

    name = "numbers"

    def by_isbn(self, isbn13: str) -> Record | None:
        if isbn13.startswith("9799"):
            return None
        return Record(f"The Book of {isbn13[3:12]}", ("Ada Number",), isbn=isbn13, published_date="1999", source=self.name)

    def search(self, text: str, limit: int = 10) -> list[Record]:
        return []
