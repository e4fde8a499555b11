"""A row of a file on its way into a library, and what the file as a whole says about its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST_VALUE = 256 * 1024  # the longest reviews and book descriptions have a tenth of it
DAMAGED = "The file is damaged from here on: {}."


class NotReadable(ValueError):
    """A sentence for the person: why this file as a whole cannot be brought in."""

    permanent = True


@dataclass(frozen=True)
class Hints:
    """What the file as a whole says about its values."""

    date_order: str = ""  # day or month, where dates such as 03/04/2020 are clear by others
    stars: int = 5  # the best rating; 0 where the file leaves it open
    program: str = ""  # whose file it is
    statuses: Mapping[str, str] = field(default_factory=dict)  # the program's own words


@dataclass
class Item:
    """One row of a file as our fields. All of it is JSON, for it is kept beside the row's result."""

    facts: dict = field(default_factory=dict)  # as in models.FACTS
    own: dict = field(default_factory=dict)  # columns of UserBook that are its owner's: status, rating, notes, …; dates as ISO
    tags: list[str] = field(default_factory=list)
    shelf: list[str] = field(default_factory=list)  # name, or room, bookcase and name
    readings: list[list[str]] = field(default_factory=list)  # [started, finished], each "" where it is not known
    loans: list[dict] = field(default_factory=list)
    copies: int = 1
    ids: dict[str, str] = field(default_factory=dict)  # program -> its own number for this book
    extra: dict[str, str] = field(default_factory=dict)  # columns that have no field here
    notes: list[str] = field(default_factory=list)  # what its owner should know about this row
    problem: str = ""  # why it cannot be imported
    left_out: str = ""  # why it is skipped: a film, a magazine
    is_a_copy: bool = False  # the file lists copies, not books: two rows that are the same are two copies
    name_parts: dict[str, str] = field(default_factory=dict)  # surname and given names, of columns of their own
    whole: dict | None = None  # all of a copy, from our own JSON

    @property
    def title(self) -> str:
        return self.facts.get("title", "")

    @property
    def isbn13(self) -> str:
        return self.facts.get("isbn13", "")

    def as_dict(self) -> dict:
        return {name: value for name, value in vars(self).items() if value and (value is True or value != 1)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Item":
        return cls(**{name: value for name, value in data.items() if name in cls.__dataclass_fields__})


@dataclass
class Row:
    """One entry of a file: `line` is where it stands, from 1; `values` are its columns as they were written."""

    line: int
    values: dict[str, str]
    problem: str = ""
    notes: list[str] = field(default_factory=list)

    def put(self, name: str, text: str, sign: str = "") -> str:
        """Further values of one name stand behind the first and this sign, or in a column of their own. Returns where."""
        if name in self.values and not sign:
            name, sign = f"{name} (2)", "; "
        known = self.values.get(name, "")
        if len(known) < LONGEST_VALUE:
            self.values[name] = known + sign + text if known else text
        return name
