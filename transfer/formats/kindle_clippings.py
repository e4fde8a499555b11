"""`My Clippings.txt` of a Kindle: highlights, notes and bookmarks, each below `Title (Last, First;Last, First)`.

The file says nothing else about the books, and a number in a highlight belongs to its text: only titles and people are read."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from catalogs import names
from transfer.fields import DROP, TOGETHER
from transfer.fields.book_facts import read_title
from transfer.fields.people import add_authors
from transfer.items import Hints, Item, Row
from transfer.source_files import LONGEST_SHOWN, Text
from transfer.tables import Table

END = "=========="
FIRST_ENTRY = re.compile(rf"\s*[^\r\n]+\r?\n-\s[^\r\n]*\|[^\r\n]*\r?\n(?s:.{{0,20000}}?)^{END}\s*$", re.MULTILINE)
TITLE, MARKED = "Title", "Highlights, notes and bookmarks"
UNCLEAR = "“{}” may be one author or two, so it was left as it is."


def _books(stream: BinaryIO, encoding: str) -> Iterator[Row]:
    """Each book once, with the first thing marked in it."""
    lines = Text(stream, encoding)
    seen: set[str] = set()
    number, entry = 0, []
    for line in lines:
        lines.begin_row()
        text = line.strip("\ufeff \t\r\n")
        if text != END:
            entry += [text[:LONGEST_SHOWN]] if text and len(entry) < 3 else []
            number = number or lines.number
            continue
        if entry and entry[0] not in seen:
            seen.add(entry[0])
            yield Row(number, {TITLE: entry[0], MARKED: " ".join(entry[1:])})
        number, entry = 0, []


def _complete(item: Item, values: dict[str, str], hints: Hints):
    text = values[TITLE]
    match = re.fullmatch(r"(.+?)\s*\(((?:[^()]|\([^()]*\))*)\)", text)
    read_title(item, match[1] if match else text, hints)
    for name in re.split(r"\s*[;&]\s*", match[2]) if match else ():
        add_authors(item, [_person(item, name)])


def _person(item: Item, text: str) -> str:
    """Always `Last, First`, but for books from elsewhere, which have the people as somebody wrote them."""
    parts = text.split(",")
    if len(parts) == 2 and all(" " in part.strip() for part in parts):
        item.notes.append(UNCLEAR.format(text[:80]))
        return " ".join(text.split())
    return names.PersonName.surname_first(text).display


FORMAT = Table(
    "kindle_clippings",
    "Kindle (My Clippings.txt)",
    where="Connect the Kindle to a computer → documents → My Clippings.txt",
    signature=(),
    columns={TITLE: TOGETHER, MARKED: DROP},
    complete=_complete,
    rows=_books,
    starts=FIRST_ENTRY.match,
)
