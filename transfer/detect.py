"""Detects a file's format from its content, never from its name."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO

from catalogs import isbn
from transfer import source_files
from transfer.formats import (
    anobii,
    bibtex,
    book_catalogue,
    bookbuddy,
    bookly,
    bookwyrm,
    calibre,
    clz,
    goodreads,
    hardcover,
    inventaire,
    isbn_list,
    kindle_clippings,
    kobo,
    libib,
    librarything,
    librarything_json,
    marc,
    my_library,
    openlibrary,
    openreads,
    other_table,
    own_json,
    ris,
    storygraph,
    zotero,
)
from transfer.items import NotReadable

TABLES = [
    module.FORMAT
    for module in (
        goodreads, storygraph, librarything, calibre, libib, hardcover, bookwyrm, openreads, inventaire, bookbuddy,
        book_catalogue, my_library, bookly, clz, anobii, kobo, zotero, openlibrary,
    )
]  # fmt: skip
OF_THEIR_OWN = (
    own_json.FORMAT, librarything_json.FORMAT, kindle_clippings.FORMAT, ris.FORMAT, ris.ENDNOTE, bibtex.FORMAT, clz.XML,
    marc.FORMAT, marc.XML,
)  # fmt: skip
FORMATS = {one.name: one for one in (*OF_THEIR_OWN, *TABLES, other_table.FORMAT, isbn_list.FORMAT)}
STRUCTURED = re.compile(r"[{\[<]|@\w+\s*\{|TY {1,2}- |%[0A-Z] |---\s*\n")  # JSON, XML, BibTeX, RIS, EndNote, YAML
OTHERS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
}
LABELS = sorted({one.label.partition(" (")[0] for one in (*TABLES, *OF_THEIR_OWN)})
UNKNOWN = (
    f"This file cannot be imported. It is not an export from {', '.join(LABELS[:-1])} or {LABELS[-1]}, "
    "no table with a column for the title, and no text with ISBNs."
)


@dataclass(frozen=True)
class _Found:
    format: str
    encoding: str
    header: list[str]


def detect(stream: BinaryIO, wanted: str = "auto") -> _Found:
    """The format of a file from its beginning; `wanted` is its name where somebody knows. Raises NotReadable."""
    start = stream.read(source_files.SAMPLE)
    if what := next((what for magic, what in OTHERS.items() if start.startswith(magic)), ""):
        raise NotReadable(f"This is {what}. Save the list as CSV and import that.")
    if not start.strip():
        raise NotReadable("This file is empty.")
    encoding = source_files.encoding_of(start)
    text = start.decode(encoding, "replace").lstrip("\ufeff \r\n\t")
    for one in OF_THEIR_OWN:
        if wanted == one.name or (wanted == "auto" and one.starts(text)):
            return _Found(one.name, encoding, one.header(start, encoding))
    if sum(char < " " and char not in "\r\n\t\f\0" for char in text[:4000]) > 40:
        raise NotReadable("This is not a text file. Save the list as CSV and import that.")
    if wanted in (isbn_list.FORMAT.name, "list"):
        return _Found(isbn_list.FORMAT.name, encoding, [])
    return _table(start, encoding, wanted) or _list(text, encoding)


def _table(start: bytes, encoding: str, wanted: str) -> _Found | None:
    header = source_files.header_of(start, encoding)
    if wanted != "auto":
        return _Found(FORMATS[wanted].name, encoding, header)
    best = max(TABLES, key=lambda table: table.tells(header) / len(table.signature))
    if best.tells(header):
        return _Found(best.name, encoding, header)
    targets = set(other_table.FORMAT.mapping(header).values())
    if targets & {"plain_title", "isbn"} and len(header) > 1:
        return _Found(other_table.FORMAT.name, encoding, header)
    return None


def _list(text: str, encoding: str) -> _Found:
    """Text that a person wrote. What is built of columns or brackets means more by its numbers than we would understand."""
    if STRUCTURED.match(text) or _has_entries(text[:50_000]):
        raise NotReadable("BookImg does not know this format. Export a table (CSV) from the other program and import that.")
    if _is_a_table(text[:50_000]):
        raise NotReadable(
            "This table cannot be imported: none of its columns is called title or ISBN. Name them in the first line."
        )
    if isbn.find(text[:50_000]):
        return _Found(isbn_list.FORMAT.name, encoding, [])
    raise NotReadable(UNKNOWN)


def _has_entries(text: str) -> bool:
    """`title: Dune` and `isbn: …` again and again: several names that each stand before a colon more than once."""
    names = Counter(re.findall(r"(?m)^[\s-]*([A-Za-z_]\w*)\s*:\s", text))
    return sum(count > 1 for count in names.values()) > 1


def _is_a_table(text: str) -> bool:
    """Whether nearly all lines have the same number of columns, three at least, that are not ISBNs alone."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    for sign in "\t;,|":
        columns = [line.count(sign) for line in lines]
        usual = max(set(columns), key=columns.count, default=0)
        if len(lines) > 1 and usual >= 2 and columns.count(usual) >= 0.8 * len(lines):
            cells = [cell.strip() for line in lines[1:] for cell in line.split(sign) if cell.strip()]
            return sum(not isbn.clean(cell) for cell in cells) > len(cells) / 2
    return False
