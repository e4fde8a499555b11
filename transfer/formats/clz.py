"""CLZ Books (Collectorz.com), as CSV and as XML. https://clz.com/books

`Author` is a list between semicolons, as its owner chose to see names; ratings are of ten. `Collection Status` says whether a
book is owned, wished for or sold. In XML the elements have the names of the columns."""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO
from xml.etree.ElementTree import Element

from catalogs.files.xml_records import XMLError, read_records
from transfer.items import DAMAGED, Row
from transfer.tables import Table, columns_of, text_pattern

ONCE = frozenset("title subtitle isbn publisher series volume plot pagecount location format".split())


def _xml_rows(stream: BinaryIO, encoding: str) -> Iterator[Row]:
    number = 0
    try:
        for number, book in enumerate(read_records(stream, "book"), start=1):
            row = Row(number, {})
            _put_parts(row, book)
            yield row
    except XMLError as error:
        yield Row(number + 1, {}, DAMAGED.format(error))


def _put_parts(row: Row, element: Element):
    """`<publisher><displayname>Ace</displayname></publisher>` is `publisher`; a credit has the name of its role."""
    for part in element:
        name, text = part.tag, part.text or ""
        if part.tag == "credit":
            name, text = part.findtext("role") or "author", part.findtext("person/displayname") or ""
        elif part.find("displayname") is not None:
            text = part.findtext("displayname") or ""
        elif part.find("year") is not None:
            days = [part.findtext("year/displayname") or part.findtext("year"), part.findtext("month"), part.findtext("day")]
            text = "-".join(day.strip().zfill(2) for day in days if day and day.strip())
        elif len(part):
            _put_parts(row, part)
        if text := text.strip():
            row.put(name.casefold(), text, "" if name in ONCE else "; ")


FORMAT = Table(
    "clz",
    "CLZ Books",
    signature=("Collection Status", "Read It", "Reading Date", "Purchase Store", "Index", "Sub Title", "Loan Date", "Sort Title"),
    columns=columns_of("""
        drop: Id; Index; Sort Title; Author Sort; Modified Date | plain_title: Title | subtitle: Sub Title; Subtitle
        authors: Author | series: Series | series_number: Volume | publisher: Publisher
        published: Publication Date; Publication Year | first_published: Original Publication Date; Original Publication Year
        binding: Format | pages: Pages; No. of Pages; Page Count | isbn: ISBN; Barcode | categories: Genre; Subject
        description: Plot | language: Language | shelf: Location | collection_status: Collection Status
        rating: My Rating; Rating | was_read: Read It | read_on: Reading Date | begun: Start Date | notes: Notes; Personal Notes
        tags: Tags; Tag | copies: Quantity | condition: Condition | bought: Purchase Date | bought_from: Purchase Store; Store
        price: Purchase Price | lent_to: Loaned To | lent_on: Loan Date | added: Added Date
    """),
    least=3,
    stars=10,
)
XML = replace(
    FORMAT,
    name="clz_xml",
    label="CLZ Books (XML)",
    program=FORMAT.name,
    rows=_xml_rows,
    starts=text_pattern(r"<[^>]*>?\s*<(?:collectorz|bookinfo)\b"),
)
