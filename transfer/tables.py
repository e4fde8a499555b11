"""Formats that are tables: which columns tell them, what each column is here, and how a row becomes an Item."""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import DecimalException
from itertools import islice
from typing import BinaryIO

from transfer import dates, source_files
from transfer.fields import DROP, KEEP, TARGETS, TOGETHER, finish_item
from transfer.fields.texts import is_no_number, is_nothing, without_apostrophe
from transfer.items import Hints, Item, Row

LOOKED_AT = 200_000  # rows that say what their file means: the last rating may show the scale
ODD = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, DecimalException, RecursionError)
SEVERAL = frozenset(  # of these a row may have more than one column
    "authors author_list author_surname_first one_author more_authors isbn tags categories notes review read_on".split()
)
DATES = ("read_on", "begun", "finished", "added", "bought", "published", "first_published", "lent_on", "stopped")
TEXTS = ("title", "plain_title", "rating", "surname", "given_name")  # a book may be called NaN, and Null is a surname
ORDER = {name: place for place, name in enumerate(TARGETS)}
AGAIN = re.compile(r"(.*) \(\d+\)")  # the second column of one name (see source_files)
UNREADABLE = "The column “{}” could not be read; its text is kept as it is."
SLIPS, OF_TEN = 0.2, 0.5  # the share of ratings above 5 in a list out of five at most, and in one out of ten at least
SCALE = re.compile(r"(?i)(?:/|out of|of|von|van|sur|de|su|[-–])\s*([3-9]|10|20|100)\b")

FURTHER = re.compile(r"(.*[^\W\d_])[ _]?[1-9]")  # Author2, Tag 3
POSSESSIVE = re.compile(r"(?i)^(?:my|meine?|ma|mon|mes|mia|mio|mi|mis|minhas?|meus?|mijn)\s+(?=\w)")
SCALE_IN_NAME = re.compile(r"\s*(?:\([^()]*\)|/\s*\d+|out of \d+)\s*$")


def _column_key(name: str) -> str:
    """The same for `ISBN-13`, `isbn_13` and `Isbn13`, and for the second column of a name."""
    return re.sub(r"[^\w#]+|_", "", name).casefold() or name.strip()


def columns_of(text: str) -> dict[str, str]:
    """`isbn: ISBN13; ISBN | title: Title`: what a column is here, with the names that it has there."""
    meanings = (part.partition(": ") for line in text.splitlines() for part in line.split(" | ") if part.strip())
    return {name.strip(): target.strip() for target, _, names in meanings for name in names.split("; ")}


def text_pattern(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).match


def _unchanged(values: dict[str, str]) -> dict[str, str]:
    return values


def _nothing_more(item: Item, values: dict[str, str], hints: Hints):
    pass


@dataclass(frozen=True)
class Table:
    """One program's table. `columns` say what each is here (fields.TARGETS), those that are not named are kept as they are.
    `clean` repairs the texts of a row, `complete` does what takes several columns."""

    name: str
    label: str
    signature: tuple[str, ...]  # columns that few others have, at least two of them
    columns: dict[str, str]
    clean: Callable[[dict], dict] = _unchanged
    complete: Callable[[Item, dict, Hints], None] = _nothing_more
    settle: Callable[[dict], dict] = _unchanged  # what the meanings of columns say about each other
    least: int = 2  # of the telling columns
    loose: bool = False  # somebody's own words: `Rating (out of 10)` is a rating, too
    stars: int = 0  # the best rating; 0 where the file must show it
    date_order: str = ""  # day or month first, where the program always writes so
    where: str = ""  # how people get the file there
    rows: Callable[[BinaryIO, str], Iterator[Row]] = source_files.table
    starts: Callable[[str], object] | None = None  # whether a text begins as such a file; without it the columns tell
    program: str = ""  # whose numbers its rows have, where several formats are those of one program
    statuses: Mapping[str, str] = field(default_factory=dict)  # its own words for ours, beside those that all use

    def tells(self, header: list[str]) -> int:
        """How many telling columns there are, 0 where they are too few."""
        there = {_column_key(name) for name in header}
        count = sum(_column_key(name) in there for name in self.signature)
        return count if count >= self.least else 0

    def header(self, start: bytes, encoding: str) -> list[str]:
        """The names in the entries that a file begins with."""
        return list(dict.fromkeys(name for row in self.rows(io.BytesIO(start), encoding) for name in row.values))

    def mapping(self, header: list[str]) -> dict[str, str]:
        known = {_column_key(name): target for name, target in self.columns.items()}
        return self.settle({name: self._target(_base(name, header) or name, known) for name in header if name})

    def _target(self, name: str, known: dict[str, str]) -> str:
        bare = SCALE_IN_NAME.sub("", name) if self.loose else name
        plain = POSSESSIVE.sub("", bare) if self.loose else bare
        found = next(filter(None, (known.get(_column_key(form)) for form in (name, bare, plain))), "")
        if not found and self.loose and (further := FURTHER.fullmatch(name)):
            found = known.get(_column_key(further[1]), "")
            return found if found in SEVERAL else KEEP
        return found or KEEP

    def hints(self, stream: BinaryIO, encoding: str, mapping: dict[str, str]) -> Hints:
        """From the beginning of the file: what one row leaves open another one may tell."""
        dated = {name for name, target in mapping.items() if target in DATES}
        rated = {name for name, target in mapping.items() if target == "rating"}
        days: list[str] = []
        ratings: list[float] = []
        for row in islice(self.rows(stream, encoding), LOOKED_AT):
            values = self.clean(row.values)
            days += [values[name] for name in dated if values.get(name)]
            ratings += filter(None, (_number(values.get(name, "")) for name in rated))
        stars = self.stars or _scale_of(rated) or _scale_shown(ratings)
        return Hints(self.date_order or dates.order_of(days), stars, self.name)

    def items(
        self, stream: BinaryIO, encoding: str, mapping: dict[str, str], hints: Hints, after: int = 0
    ) -> Iterator[tuple[Row, Item]]:
        """The rows after the first `after`."""
        plan = self.plan(mapping)
        hints = replace(hints, statuses=self.statuses, program=self.program or self.name)
        for row in islice(self.rows(stream, encoding), after, None):
            # An entry may have names that no entry in the beginning of the file had.
            late = [(name, KEEP) for name in row.values if name not in mapping] if self.starts else []
            yield row, self.item(row, late + plan, hints)

    @staticmethod
    def plan(mapping: dict[str, str]) -> list[tuple[str, str]]:
        """The columns in the order of fields.TARGETS: first authors come before further ones wherever they stand."""
        return sorted(mapping.items(), key=lambda column: ORDER.get(column[1], -1))

    def item(self, row: Row, plan: list[tuple[str, str]], hints: Hints) -> Item:
        """`plan` says in which order its columns are read."""
        item = Item(problem=row.problem, notes=list(row.notes))
        if row.problem:
            return item
        values = {name: without_apostrophe(text) for name, text in self._cleaned(item, row.values).items()}
        for name, target in plan:
            text = values.get(name, "")
            if not text or target in (DROP, TOGETHER) or self._says_nothing(target, text):
                continue
            if target not in TARGETS or (target not in SEVERAL and values.get(_base(name, values))):
                item.extra[name] = text
            else:
                self._read(item, name, TARGETS[target][1], text, hints)
        try:
            self.complete(item, values, hints)
        except ODD:
            item.notes.append("Some columns of this row could not be read together.")
        finish_item(item)
        return item

    def _says_nothing(self, target: str, text: str) -> bool:
        return target in TARGETS and target not in TEXTS and (is_no_number(text) or (self.loose and is_nothing(text)))

    def _cleaned(self, item: Item, values: dict[str, str]) -> dict[str, str]:
        try:
            return self.clean(values)
        except ODD:
            item.notes.append("This row could not be cleaned up, so it was read as it is.")
            return values

    @staticmethod
    def _read(item: Item, name: str, read: Callable, text: str, hints: Hints):
        """One odd value costs its field in this row, and nothing else."""
        try:
            read(item, text, hints)
        except ODD:
            item.notes.append(UNREADABLE.format(name[:60]))
            item.extra[name] = text


def _base(name: str, names) -> str:
    """`Author` of `Author (2)`, where both are there; of the first one of a name nothing that stands in a file."""
    match = AGAIN.fullmatch(name)
    return match[1] if match and match[1] in names else ""


def _scale_of(names) -> int:
    """`Rating (out of 10)`"""
    return next((int(match[1]) for name in names if (match := SCALE.search(name))), 0)


def _scale_shown(ratings: list[float]) -> int:
    """5, 10 or 100; 0 where some are above 5 but too few to tell a list out of ten from slips, or where the best are near 20."""
    if sum(rating > 10 for rating in ratings) > OF_TEN * len(ratings):
        return 100 if max(ratings) > 20 else 0
    above = sum(5 < rating <= 10 for rating in ratings)
    if above >= OF_TEN * len(ratings) and above:
        return 10
    return 5 if above <= SLIPS * len(ratings) else 0


def _number(text: str) -> float:
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return 0.0
    return found if 0 <= found <= 100 else 0.0
