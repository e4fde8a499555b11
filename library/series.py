"""Series: their volumes in the order 1, 2, 10, and which of them are missing."""

import re
from dataclasses import dataclass, field

from catalogs import folding
from library.models import UserBook

# A magazine by year or a misread number is no series of 2017 volumes of which 2016 are missing.
HIGHEST = 200
SPAN = re.compile(r"(\d{1,4})\s*[-–—]\s*(\d{1,4})")
NUMBER = re.compile(r"\d{1,4}(?:[.,]\d+)?")


def key_of(name: str) -> str:
    return folding.sort_title(name)[:200]


def volumes(number: str) -> set[int]:
    """The whole volumes that the number of a book stands for: `4`, `1-3`, `Book 2`; none for `2.5`."""
    if span := SPAN.search(number):
        first, until = int(span[1]), int(span[2])
        return set(range(first, min(until, first + HIGHEST) + 1))
    return {int(found) for found in NUMBER.findall(number)[:1] if found.isdecimal()}


def missing(numbers) -> list[int]:
    """Volumes that are not among `numbers` though a later one is. What comes after the last one nobody here knows."""
    there = set().union(*(volumes(number) for number in numbers)) - {0}
    if not there or max(there) > HIGHEST:
        return []
    return sorted(set(range(1, max(there))) - there)


def in_words(gaps: list[int]) -> str:
    """`3 and 5 are missing`; runs of volumes together: `2 to 4 and 7 are missing`."""
    if not gaps:
        return ""
    runs = []
    for gap in gaps:
        if runs and gap == runs[-1][-1] + 1:
            runs[-1].append(gap)
        else:
            runs.append([gap])
    parts = [part for run in runs for part in ([str(n) for n in run] if len(run) < 3 else [f"{run[0]} to {run[-1]}"])]
    named = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"{named} {'is' if len(gaps) == 1 else 'are'} missing"


@dataclass
class Series:
    """One series of one person: `numbers` as they stand in its books."""

    key: str
    name: str
    numbers: list[str] = field(default_factory=list)
    authors: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        return len(self.numbers)

    @property
    def missing(self) -> list[int]:
        return missing(self.numbers)

    @property
    def gaps(self) -> str:
        return in_words(self.missing)


def all_of(user) -> list[Series]:
    """Every series of this person, by name: one query, for their gaps are not something a database can count."""
    found: dict[str, Series] = {}
    books = UserBook.objects.of(user).exclude(series_key="").order_by("series_key", "sort_series", "pk")
    for key, name, number, authors in books.values_list("series_key", "series", "series_number", "authors"):
        one = found.setdefault(key, Series(key, name))
        one.numbers.append(number)
        one.authors.update(authors[:1])
    return list(found.values())


def books_of(user, name: str):
    """The volumes of one series in their order."""
    return (
        UserBook.objects.of(user)
        .filter(series_key=key_of(name))
        .exclude(series_key="")
        .order_by("sort_series", "sort_title", "pk")
    )
