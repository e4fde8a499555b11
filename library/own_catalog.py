"""A person's own books as a catalogue: the books on their shelves are most likely ones they already own."""

import json
from collections import defaultdict

import numpy as np
from django.db.models import TextField
from django.db.models.functions import Cast

from catalogs import Record, ranking
from catalogs.folding import fold
from catalogs.index_terms import RUN, confused
from library.models import UserBook

CANDIDATES = 24  # compared closely with one text
FACTS = ("title", "subtitle", "publisher", "published_date", "language", "cover", "source", "source_id")
LISTS = ("authors", "links")  # parsed only when needed: most books of a library are not on the photo


class OwnBooks:
    """Searches for all texts of a photo with one query and one pass over the books, so there is no index to keep up to date."""

    name = "own"

    def __init__(self, user_id: int):
        self.user_id = user_id

    def by_isbn(self, isbn13: str) -> Record | None:
        row = self._editions().filter(book__isbn13=isbn13).first() if isbn13 else None
        return _record(row) if row else None

    def search(self, text: str, limit: int = 10) -> list[Record]:
        return self.search_many([text], limit)[0]

    def search_many(self, texts: list[str], limit: int = 10) -> list[list[Record]]:
        """For every text, the editions in this person's library that it may name, most likely first."""
        requested = [_runs(fold(text)) for text in texts]
        wanted = set().union(*requested)
        rows = list({row[0]: row for row in self._editions()}.values()) if wanted else []  # two copies may share an edition
        having: dict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(rows):
            for run in wanted & _runs(row[1]):
                having[run].append(number)
        chosen = [_likeliest(runs & having.keys(), having, len(rows)) for runs in requested]
        records = {number: _record(rows[number]) for number in set().union(*chosen)}
        return [ranking.best(text, map(records.get, found), limit) for text, found in zip(texts, chosen, strict=True)]

    def _editions(self):
        """Leaves out books that were only read from a spine and that no catalogue confirms: they would attract other spines."""
        own = UserBook.objects.filter(user=self.user_id, removed__isnull=True).exclude(book__source="")
        lists = [Cast(f"book__{name}", TextField()) for name in LISTS]
        return own.values_list("book", "search_text", "book__isbn13", *lists, *(f"book__{fact}" for fact in FACTS))


def _runs(folded: str) -> set[str]:
    letters = confused(folded).replace(" ", "")
    return {letters[start : start + RUN] for start in range(len(letters) - RUN + 1)}


def _likeliest(runs: set[str], having: dict[str, list[int]], books: int) -> list[int]:
    """The books that share the most distinctive letter runs with a text."""
    if not runs:
        return []
    found = [having[run] for run in runs]
    weights = np.repeat([np.log1p(books / len(numbers)) for numbers in found], [len(numbers) for numbers in found])
    points = np.bincount(np.concatenate(found), weights=weights, minlength=books)
    best = np.argsort(-points, kind="stable")[:CANDIDATES]
    return [int(number) for number in best if points[number]]


def _record(row: tuple) -> Record:
    _, _, isbn, authors, links, *facts = row
    return Record(
        **dict(zip(FACTS, facts, strict=True)), isbn=isbn or "", authors=tuple(json.loads(authors)), links=json.loads(links)
    )
