"""How well a record explains the text on a spine: the share of its title and author that appears in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from catalogs import Record
from catalogs.index_terms import main_title, shape, squash
from catalogs.names import PersonName

CHANCE = 55.0  # how well unrelated letters align (out of 100)
PER_WORK = 3  # editions of one work in the results, so that a book with many editions leaves room for others


@dataclass(frozen=True)
class _Letters:
    """A record prepared for comparison: letters without spaces."""

    title: str
    rest: str  # subtitle and series
    surnames: tuple[str, ...]
    given: tuple[str, ...]


@lru_cache(maxsize=20_000)
def letters(title: str, authors: tuple[str, ...]) -> _Letters:
    main = main_title(title)
    surnames, given = [], []
    for author in authors[:4]:
        words = shape(PersonName(author).key).split()
        surnames += words[:1]
        given.append("".join(words[1:]))
    return _Letters(squash(main), squash(title[len(main) :]), tuple(surnames), tuple(given))


def found(needle: str, text: str) -> float:
    """The share of `needle` that is in `text` beyond chance, from 0 to 1."""
    if not needle or not text:
        return 0.0
    whole = fuzz.partial_ratio(needle, text)
    share = max(0.0, (whole - CHANCE) / (100 - CHANCE))
    return share * min(1.0, len(text) / len(needle))


def _record_score(known: _Letters, text: str) -> float:
    """The number of letters in `text` that the record explains, minus the letters of its title that are missing."""
    title = found(known.title, text)
    points = len(known.title) * (title - 0.5 * (1 - title))
    if known.rest:
        points += 0.3 * len(known.rest) * found(known.rest, text)
    authors = zip(known.surnames, known.given, strict=False)
    return points + max((len(s) * found(s, text) + 0.5 * len(g) * found(g, text) for s, g in authors), default=0.0)


def best(text: str, records: Iterable[Record], limit: int) -> list[Record]:
    """The `limit` records that explain `text` best, with at most PER_WORK editions of one work."""
    squashed = squash(text)
    scored = [
        (_record_score(known, squashed), known, record) for record in records for known in [letters(record.title, record.authors)]
    ]
    scored.sort(key=lambda item: (-round(item[0], 3), not item[2].isbn))
    seen: dict[tuple, int] = {}
    chosen = []
    for _, known, record in scored:
        work = (known.title, known.surnames[:1])
        seen[work] = seen.get(work, 0) + 1
        if seen[work] <= PER_WORK:
            chosen.append(record)
    return chosen[:limit]


def explained(text: str, records: Iterable[Record]) -> bool:
    """Whether `text` confirms one of `records` so well that no further query is needed."""
    squashed = squash(text)
    for record in records:
        known = letters(record.title, record.authors)
        title = found(known.title, squashed)
        author = max((found(surname, squashed) for surname in known.surnames if len(surname) > 2), default=0.0)
        if title > 0.85 and (author > 0.8 or len(known.title) > 0.7 * len(squashed)):
            return True
    return False
