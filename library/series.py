"""Series: their volumes in the order 1, 2, 10, and which volumes are missing."""

import re
from dataclasses import dataclass, field

from catalogs import folding
from library.models import Status, UserBook

# Beyond this, a number is a year or a misreading: "2017" does not mean that 2016 volumes are missing.
HIGHEST = 200
SPAN = re.compile(r"(\d{1,4})\s*[-–—]\s*(\d{1,4})")
NUMBER = re.compile(r"\d{1,4}(?:[.,]\d+)?")


def volume_numbers(number: str) -> set[int]:
    """The volumes that a book's number stands for: one for `4` or `Book 2`, three for `1-3`, none for `2.5`."""
    if span := SPAN.search(number):
        first, until = int(span[1]), int(span[2])
        return set(range(first, min(until, first + HIGHEST) + 1))
    return {int(found) for found in NUMBER.findall(number)[:1] if found.isdecimal()}


def missing_volumes(numbers) -> list[int]:
    """Volumes that are not among `numbers` although a later one is. Volumes after the last one are unknown."""
    there = set().union(*(volume_numbers(number) for number in numbers)) - {0}
    if not there or max(there) > HIGHEST:
        return []
    return sorted(set(range(1, max(there))) - there)


def runs(numbers: list[int], to: str) -> str:
    """`1, 2 and 4`. Three or more in a row become a range joined by `to`: `2 to 4 and 7` with ` to `."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    parts = [part for run in found for part in ([f"{run[0]}{to}{run[-1]}"] if len(run) > 2 else map(str, run))]
    return ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]


def gaps_in_words(gaps: list[int]) -> str:
    """`3 and 5 are missing`, `2 to 4 and 7 are missing`."""
    return f"{runs(gaps, ' to ')} {'is' if len(gaps) == 1 else 'are'} missing" if gaps else ""


@dataclass
class Series:
    """A person's series. `copies` (or rows with the same columns) are in volume order."""

    key: str
    name: str
    copies: list = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.numbers)

    @property
    def numbers(self) -> list[str]:
        """As written in the books; volumes on the wishlist do not count."""
        return [copy.series_number for copy in self.copies if copy.status != Status.WISHLIST]

    @property
    def volumes(self) -> list[int]:
        return sorted(set().union(*map(volume_numbers, self.numbers)))

    @property
    def missing(self) -> list[int]:
        return missing_volumes(self.numbers)

    @property
    def gaps(self) -> str:
        return gaps_in_words(self.missing)


def grouped(copies) -> list[Series]:
    """The series of `copies` (or rows with the same columns), which must be sorted by series."""
    found: dict[str, Series] = {}
    for copy in copies:
        found.setdefault(copy.series_key, Series(copy.series_key, copy.series)).copies.append(copy)
    return list(found.values())


def in_order(books):
    """The books that belong to a series, sorted by series and volume."""
    return books.exclude(series_key="").order_by("series_key", "sort_series", "sort_title", "pk")


def keys_of(user, typed: str = "", only_gaps: bool = False) -> list[str]:
    """The keys of this person's series by name, perhaps only those with all words of `typed`, or with missing volumes. An index
    alone knows the keys; gaps cannot be counted by the database."""
    words = folding.fold(typed).split()
    keys = UserBook.objects.of(user).exclude(series_key="").order_by("series_key").values_list("series_key", flat=True).distinct()
    found = [key for key in keys if all(word in key for word in words)]
    return [one.key for one in load_series(user, found) if one.missing] if only_gaps else found


def load_series(user, keys: list[str]) -> list[Series]:
    """The series with these keys, by name, in one query."""
    volumes = in_order(UserBook.objects.of(user)).filter(series_key__in=keys)
    return grouped(volumes.values_list("series_key", "series", "series_number", "status", named=True))


def books_of(user, name: str):
    """The volumes of one series in order."""
    return in_order(UserBook.objects.of(user).in_series(name))
