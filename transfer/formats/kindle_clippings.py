"""`My Clippings.txt` of a Kindle: highlights, notes and bookmarks, each below `Title (Last, First;Last, First)`.

The file says nothing else about the books, and a number in a highlight belongs to its text: only titles and people are read."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from catalogs import names
from transfer.fields import DROP, finish_item
from transfer.fields.book_facts import read_title
from transfer.fields.people import add_authors
from transfer.items import Hints, Item, Row
from transfer.source_files import LONGEST_SHOWN, Text

END = "=========="
FIRST_ENTRY = re.compile(rf"\s*[^\r\n]+\r?\n-\s[^\r\n]*\|[^\r\n]*\r?\n(?s:.{{0,20000}}?)^{END}\s*$", re.MULTILINE)
TITLE, MARKED = "Title", "Highlights, notes and bookmarks"
UNCLEAR = "“{}” may be one author or two, so it was left as it is."


class KindleClippings:
    name = "kindle_clippings"
    label = "Kindle (My Clippings.txt)"
    where = "Connect the Kindle to a computer → documents → My Clippings.txt"

    def mapping(self, header: list[str]) -> dict[str, str]:
        return {TITLE: "plain_title", MARKED: DROP}

    def hints(self, stream: BinaryIO, encoding: str, mapping: dict[str, str]) -> Hints:
        return Hints(program=self.name)

    def items(
        self, stream: BinaryIO, encoding: str, mapping: dict[str, str], hints: Hints, after: int = 0
    ) -> Iterator[tuple[Row, Item]]:
        for row in islice(_books(Text(stream, encoding)), after, None):
            yield row, _item(row.values[TITLE], hints)


def tells(text: str) -> bool:
    return bool(FIRST_ENTRY.match(text))


def _books(lines: Text) -> Iterator[Row]:
    """Each book once, with the first thing marked in it."""
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


def _item(text: str, hints: Hints) -> Item:
    item = Item()
    match = re.fullmatch(r"(.+?)\s*\(((?:[^()]|\([^()]*\))*)\)", text)
    read_title(item, match[1] if match else text, hints)
    for name in re.split(r"\s*[;&]\s*", match[2]) if match else ():
        add_authors(item, [_person(item, name)])
    finish_item(item)
    return item


def _person(item: Item, text: str) -> str:
    """Always `Last, First`, but for books from elsewhere, which have the people as somebody wrote them."""
    parts = text.split(",")
    if len(parts) == 2 and all(" " in part.strip() for part in parts):
        item.notes.append(UNCLEAR.format(text[:80]))
        return " ".join(text.split())
    return names.PersonName.surname_first(text).display


FORMAT = KindleClippings()
