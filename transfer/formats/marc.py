"""Records of a library: MARC 21, binary and XML, as Koha, LibraryThing and library catalogues export them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO

from catalogs import Record
from catalogs.files import FileEntry, marc
from catalogs.files.xml_records import XMLError
from transfer.fields import TOGETHER
from transfer.items import DAMAGED, Hints, Item, Row
from transfer.tables import Table, text_pattern

COLUMNS = {
    "Title": "plain_title",
    "Authors": TOGETHER,
    "ISBN": "isbn",
    "Publisher": "publisher",
    "Published": "published",
    "Language": "language",
    "Pages": "pages",
    "Series": "series",
    "Number": "series_number",
}


def _rows(read: Callable[[BinaryIO], Iterator[FileEntry]]):
    def rows(stream: BinaryIO, encoding: str) -> Iterator[Row]:
        number = 0
        try:
            for entry in read(stream):
                number = entry.line
                values = _values(entry.record) if entry.record else {}
                yield Row(number, values, f"This record {entry.problem}."[:200] if entry.problem and not values else "")
        except (XMLError, ValueError, UnicodeError) as error:
            yield Row(number + 1, {}, DAMAGED.format(error))

    return rows


def _values(record: Record) -> dict[str, str]:
    found = (
        record.title, "\n".join(record.authors), record.isbn, record.publisher, record.published_date, record.language,
        str(record.pages or ""), record.series, record.series_number,
    )  # fmt: skip
    return dict(zip(COLUMNS, found, strict=True))


def _complete(item: Item, values: dict[str, str], hints: Hints):
    item.facts["authors"] = values.get("Authors", "").splitlines()
    if not values:
        item.left_out, item.problem = "This record does not describe a printed book.", ""


FORMAT = Table(
    "marc",
    "MARC 21",
    signature=(),
    columns=COLUMNS,
    complete=_complete,
    rows=_rows(marc.read_marc),
    starts=text_pattern(r"\d{5}[acdnp][a-z].{13}4500"),
)
XML = replace(
    FORMAT, name="marcxml", label="MARCXML", rows=_rows(marc.read_marc_xml), starts=text_pattern(r"<[^>]*>?[^>]*MARC21/slim")
)
