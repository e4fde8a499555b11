"""LibraryThing's export as JSON: one object, each book under its number, read as the row of the table that says the same."""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

import ijson

from transfer.formats import librarything
from transfer.formats.own_json import BROKEN, storable
from transfer.items import Row
from transfer.json_depth import shallow_events

TEXTS = {
    "Book Id": "books_id",
    "Title": "title",
    "Primary Author": "primaryauthor",
    "Publication": "publication",
    "Date": "date",
    "Review": "review",
    "Rating": "rating",
    "Comment": "comments",
    "Private Comment": "privatecomment",
    "Media": "format",
    "Page Count": "pages",
    "Acquired": "dateacquired",
    "Date Started": "datestarted",
    "Date Read": "dateread",
    "Languages": "language",
    "ISBN": "originalisbn",
    "Copies": "copies",
    "Entry Date": "entrydate",
    "From Where": "fromwhere",
}
LISTS = {"Tags": "tags", "Collections": "collections", "ISBNs": "isbn"}


def read_rows(stream: BinaryIO, encoding: str) -> Iterator[Row]:
    number = 0
    try:
        for number, (_, book) in enumerate(ijson.kvitems(shallow_events(stream), ""), start=1):
            yield Row(number, values_of(storable(book)) if isinstance(book, dict) else {})
    except (ijson.JSONError, UnicodeDecodeError) as error:
        yield Row(number + 1, {}, BROKEN.format(str(error).splitlines()[0][:100]))


def _starts(text: str) -> bool:
    return text.startswith("{") and '"books_id"' in text[:5000]


def values_of(book: dict) -> dict[str, str]:
    """The columns of the table; lists are joined as the table joins them."""
    values = {column: _text(book.get(name)) for column, name in TEXTS.items()}
    values |= {column: ", ".join(_texts(book.get(name))) for column, name in LISTS.items()}
    listed = book.get("authors") if isinstance(book.get("authors"), list) else []
    authors = [author for author in listed if isinstance(author, dict) and _text(author.get("lf"))]
    if authors:
        values["Primary Author"] = _text(authors[0]["lf"])
        values["Secondary Author"] = "|".join(_text(author["lf"]) for author in authors[1:])
        values["Secondary Author Roles"] = "|".join(_text(author.get("role")) for author in authors[1:])
    return values


def _text(value) -> str:
    return next(iter(_texts(value)), "")


def _texts(value) -> list[str]:
    """Each text of a list, or of an object, whose keys are only numbers; media are `{"code": …, "text": …}`."""
    if isinstance(value, dict):
        value = [value["text"]] if "text" in value else list(value.values())
    values = value if isinstance(value, list) else [value]
    found = [item.get("text") if isinstance(item, dict) else item for item in values]
    texts = (str(item).strip() for item in found if isinstance(item, str | int | float) and not isinstance(item, bool))
    return [text for text in texts if text]


FORMAT = replace(
    librarything.FORMAT,
    name="librarything_json",
    label="LibraryThing (JSON)",
    where="More → Import/Export → JSON",
    program=librarything.FORMAT.name,
    rows=read_rows,
    starts=_starts,
)
