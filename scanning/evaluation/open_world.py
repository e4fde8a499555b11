"""Catalogues lack books. Measured by taking the works of labels out of them: what is put forward for those is then wrong."""

import random
from collections.abc import Iterable
from functools import cached_property

from rapidfuzz import fuzz, process

from catalogs import Record
from catalogs.folding import fold
from catalogs.index_terms import main_title
from catalogs.lookup import Lookup, is_outside_catalog
from scanning.evaluation.scoring import authors_agree, likeness, title_forms

SEED = 17
LEAST_LIKE = 75  # of 100: no record below it can be a labelled work
LEAST_PART = 8  # letters of a title that is found within another
SPARE = 3  # times as many records are fetched, because those of missing works are dropped


def missing_works(labels: Iterable[dict], share: float) -> list[dict]:
    """The labelled books that a catalogue without `share` of the works lacks: always the same ones, and all copies of them."""
    books = (book for label in labels for book in label["books"] if book["title"])
    return [book for book in books if random.Random(f"{SEED} {fold(main_title(book['title']))}").random() < share]


class MissingWorks:
    """Recognises the records, and the other labels, of works that are missing: all editions, also those with a longer title."""

    def __init__(self, works: list[dict]):
        self.works = works
        self._known: dict[tuple[str, str], bool] = {}

    def has(self, title: str, author: str) -> bool:
        key = title, author
        if key not in self._known:
            book = {"title": title, "author": author}
            alike = any(likeness(work, book) for work in self._alike(title))
            self._known[key] = alike or any(authors_agree(work["author"], author) for work in self._within(title))
        return self._known[key]

    @cached_property
    def _forms(self) -> dict[tuple[int, int], str]:
        return {(n, form): text for n, work in enumerate(self.works) for form, text in enumerate(_texts(work["title"]))}

    def _alike(self, title: str) -> list[dict]:
        """The works whose title may be this one; the closer look at them is slow."""
        alike = (
            process.extract(text, self._forms, scorer=fuzz.ratio, score_cutoff=LEAST_LIKE, limit=None) for text in _texts(title)
        )
        return [self.works[n] for n in {n for found in alike for *_, (n, _) in found}]

    @cached_property
    def _parts(self) -> list[tuple[str, int]]:
        return [(f" {text} ", n) for (n, form), text in self._forms.items() if form == 0 and len(text) >= LEAST_PART]

    def _within(self, title: str) -> list[dict]:
        """The works whose whole title is a part of this one."""
        whole = f" {_texts(title)[0]} "
        return [self.works[n] for part, n in self._parts if part in whole]

    def labels_left(self, label: dict) -> dict:
        """A photo's label without the missing works: nothing can be right for them."""
        return label | {
            "books": [book | {"missing": self.has(book["title"] or "", book["author"] or "")} for book in label["books"]]
        }


def _texts(title: str) -> list[str]:
    return [" ".join(words) for words in title_forms(title)]


class LackingCatalog:
    """A catalogue on this machine without some works."""

    def __init__(self, catalog, missing: MissingWorks):
        self.catalog, self.missing, self.name = catalog, missing, catalog.name

    def by_isbn(self, isbn13: str) -> Record | None:
        return self.catalog.by_isbn(isbn13)

    def search(self, text: str, limit: int = 10) -> list[Record]:
        return self.search_many([text], limit)[0]

    def search_many(self, texts: list[str], limit: int = 10) -> list[list[Record]]:
        found = self.catalog.search_many(texts, SPARE * limit)
        return [[one for one in records if not self.missing.has(one.full_title, one.author)][:limit] for records in found]


def lookup_without(lookup: Lookup, missing: MissingWorks) -> Lookup:
    """The catalogues on this machine without the missing works; those outside cannot be changed and are left out."""
    return Lookup([LackingCatalog(one, missing) for one in lookup.catalogs if not is_outside_catalog(one)])
