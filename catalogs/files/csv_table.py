"""A table of books: isbn13,title,author,year,publisher,language in any order; only the title is required."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from catalogs import Record, isbn
from catalogs.files import FileEntry
from catalogs.languages import iso
from catalogs.names import authors_of
from catalogs.statements import published_date, repaired

UNREADABLE = "\ufffd"


class NotATable(ValueError):
    """The file has no header with a title column."""


def read_table(stream: BinaryIO) -> Iterator[FileEntry]:
    reader = csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline=""), restkey="more")
    if "title" not in (reader.fieldnames or ()):
        raise NotATable("The first line must name the columns: isbn13,title,author,year,publisher,language.")
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield FileEntry(reader.line_num, problem=f"cannot be read: {error}")
            continue
        yield _row(reader.line_num, values)


def _row(line: int, values: dict) -> FileEntry:
    if "more" in values:
        return FileEntry(line, problem="has more columns than the header")
    values = {name: (value or "").strip() for name, value in values.items()}
    if not values["title"]:
        return FileEntry(line, problem="has no title")
    if UNREADABLE in values["title"] + values.get("author", ""):
        return FileEntry(line, problem="is not UTF-8")
    number = isbn.clean(values.get("isbn13", ""))
    wrong = (
        f"is kept without its ISBN, which is not valid: {values['isbn13'][:20]}" if values.get("isbn13") and not number else ""
    )
    record = Record(
        title=repaired(values["title"]),
        authors=authors_of(repaired(values.get("author", ""))),
        isbn=number,
        published_date=published_date(values.get("year", "")),
        publisher=repaired(values.get("publisher", "")),
        language=iso(values.get("language", "")),
    )
    return FileEntry(line, record, wrong)
