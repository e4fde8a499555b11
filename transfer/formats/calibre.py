"""Calibre's catalogue as CSV. https://manual.calibre-ebook.com/generated/en/calibredb.html#catalog

It knows no reading status; several authors stand between `&`, numbers of other services in `identifiers`."""

import re

from transfer import fields
from transfer.fields import DROP, Hints
from transfer.items import Item
from transfer.tables import Table

NO_DATE = "0101-01-01"  # what Calibre writes where it does not know


def clean(values: dict[str, str]) -> dict[str, str]:
    return {name: "" if text.startswith(NO_DATE) else text for name, text in values.items()}


def complete(item: Item, values: dict[str, str], hints: Hints):
    for program, number in re.findall(r"([\w-]+):([^,\s]+)", values.get("identifiers", "")):
        if program == "isbn" and not item.isbn13:
            fields.number(item, number, hints)
        elif program in ("goodreads", "librarything"):
            item.ids[program] = number[:100]
    if not item.facts.get("series"):
        item.facts.pop("series_number", None)  # Calibre counts from 1 where there is no series, too


FORMAT = Table(
    "calibre",
    "Calibre",
    told_by=("author_sort", "library_name", "title_sort", "series_index", "identifiers", "pubdate", "uuid"),
    columns={
        "authors": "authors",
        "author_sort": DROP,
        "rating": "rating",
        "timestamp": "added",
        "isbn": "isbn",
        "comments": "description",
        "tags": "tags",
        "series": "series",
        "series_index": "series_number",
        "languages": "language",
        "title": "plain_title",
        "cover": DROP,
        "title_sort": DROP,
        "publisher": "publisher",
        "pubdate": "published",
        "size": DROP,
        "id": DROP,
        "uuid": "id",
    },
    clean=clean,
    complete=complete,
)
