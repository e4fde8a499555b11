"""The table of Goodreads, 31 columns and one of ours: what most other programs take. What it has no column for is in our JSON.

Stars are whole there: half ones are rounded up, and stand as they are in our own column, which others pass over. A series is
written behind the title where it has a number. Text that a spreadsheet would take for a formula has an apostrophe before it,
which our own import takes off again."""

import csv
import html
import re
from collections.abc import Iterator

from catalogs import folding, isbn
from catalogs.names import PersonName
from library.models import Status, UserBook
from transfer.exports import chunks
from transfer.fields.texts import unmarked
from transfer.formats.goodreads import HALF_STARS

COLUMNS = (
    "Book Id", "Title", "Author", "Author l-f", "Additional Authors", "ISBN", "ISBN13", "My Rating", "Average Rating",
    "Publisher", "Binding", "Number of Pages", "Year Published", "Original Publication Year", "Date Read", "Date Added",
    "Bookshelves", "Bookshelves with positions", "Exclusive Shelf", "My Review", "Spoiler", "Private Notes", "Read Count",
    "Recommended For", "Recommended By", "Owned Copies", "Original Purchase Date", "Original Purchase Location", "Condition",
    "Condition Description", "BCID",
)  # fmt: skip
TABLE = (*COLUMNS, HALF_STARS)
SHELVES = {Status.READING: "currently-reading"}  # the others are called as ours
KEPT = ("Average Rating", "Spoiler", "Recommended For", "Recommended By", "BCID")
FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r]")


def neutral(text: str) -> str:
    """So that no spreadsheet works it out: `=cmd|…` is a text."""
    return f"'{text}" if FORMULA.match(text) else text


class _Line:
    """What csv writes to: it hands the line back."""

    def write(self, text: str) -> str:
        return text


def table_lines(user) -> Iterator[str]:
    """The table, a few hundred rows at a time. The trash is not part of it."""
    writer = csv.writer(_Line())
    yield writer.writerow(TABLE)
    for copies in chunks(UserBook.objects.of(user).prefetch_related("tags", "readings")):
        yield "".join(writer.writerow(_row(copy)) for copy in copies)


def _row(copy: UserBook) -> list[str]:
    values = dict.fromkeys(TABLE, "")
    kept = copy.imported.get("columns", {})
    values |= {name: kept[name] for name in KEPT if isinstance(kept.get(name), str)}
    values |= _facts(copy) | _own(copy)
    values = {name: neutral(text) for name, text in values.items()}
    ten = isbn.to_isbn10(copy.isbn13)
    return list((values | {"ISBN": f'="{ten}"', "ISBN13": f'="{copy.isbn13}"'}).values())


def _facts(copy: UserBook) -> dict[str, str]:
    first, *others = copy.authors or [""]
    ids = copy.imported.get("ids", {})
    return {
        "Book Id": str(ids.get("goodreads", "")),
        "Title": _title(copy),
        "Author": first,
        "Author l-f": _last_first(first),
        "Additional Authors": _joined(others),
        "Publisher": copy.publisher,
        "Binding": copy.binding,
        "Number of Pages": str(copy.pages or ""),
        "Year Published": copy.year,
        "Original Publication Year": str(copy.first_published or ""),
    }


def _own(copy: UserBook) -> dict[str, str]:
    shelf = SHELVES.get(copy.status, copy.status)
    done = [reading for reading in copy.readings.all() if reading.finished or not reading.started]
    days = [reading.finished for reading in done if reading.finished]
    tags = [tag.name for tag in copy.tags.all()]
    condition = copy.get_condition_display() if copy.condition else ""
    return {
        "My Rating": str((copy.rating + 1) // 2 if copy.rating else 0),
        HALF_STARS: f"{copy.rating / 2:g}" if copy.rating and copy.rating % 2 else "",
        "Date Read": f"{max(days):%Y/%m/%d}" if days else "",
        "Date Added": f"{copy.added:%Y/%m/%d}",
        "Bookshelves": _joined([shelf, *tags]),
        "Bookshelves with positions": "",
        "Exclusive Shelf": shelf,
        "My Review": _as_on_a_page(copy.review),
        "Private Notes": copy.notes,
        "Read Count": str(len(done) or int(copy.status == Status.READ)),
        "Owned Copies": str(int(copy.status != Status.WISHLIST)),
        "Original Purchase Date": f"{copy.bought:%Y/%m/%d}" if copy.bought else "",
        "Original Purchase Location": copy.bought_from,
        "Condition": condition,
        "Condition Description": copy.condition_note,
    }


def _as_on_a_page(text: str) -> str:
    """Reviews are HTML there; what only looks like it is marked as text."""
    return text if unmarked(text) == text else html.escape(text, quote=False)


def _title(copy: UserBook) -> str:
    title = f"{copy.title}: {copy.subtitle}" if copy.subtitle else copy.title
    return f"{title} ({copy.series}, #{copy.series_number})" if copy.series and copy.series_number else title


def _last_first(name: str) -> str:
    words = name.split()
    if "," in name or len(words) < 2 or folding.fold(words[-1]) != PersonName(name).surname_key:
        return name
    return f"{words[-1]}, {' '.join(words[:-1])}"


def _joined(parts: list[str]) -> str:
    """Between commas; a part with a sign that separates names is in quotes."""
    return ", ".join('"{}"'.format(part.replace('"', '""')) if re.search(r'[",;|&\n]', part) else part for part in parts)
