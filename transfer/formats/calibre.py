"""Calibre's catalogue as CSV. https://manual.calibre-ebook.com/generated/en/calibredb.html#catalog

It knows no reading status. Its authors are "First Last" between commas, which names may hold too; `author_sort` has the same
people between `&` and settles where each ends. Its ISBN has lost an X at its end, `identifiers` has it. Stars are of five, of ten
in old files; days are the beginning of a day in its own time zone, written in another."""

import re
from datetime import datetime, timedelta

from catalogs import isbn, names
from catalogs.statements import repaired
from transfer.fields.book_facts import read_isbn
from transfer.fields.people import add_authors
from transfer.items import Hints, Item
from transfer.tables import Table, columns_of

NOBODY = "Unknown"  # Calibre's author of books that have none
NO_DATE = "0101-01-01"  # what Calibre writes where it does not know


def _clean(values: dict[str, str]) -> dict[str, str]:
    values = {name: "" if text.startswith(NO_DATE) else text for name, text in values.items()}
    values |= {"authors": ""} if values.get("authors") == NOBODY else {}
    values |= {"pubdate": _day_of(values["pubdate"])} if values.get("pubdate") else {}
    whole = [number for program, number in _identifiers(values) if program == "isbn" and isbn.clean(number)]
    return values | ({"isbn": ""} if whole and not isbn.clean(values.get("isbn", "")) else {})


def _day_of(text: str) -> str:
    """A day is midnight in its owner's time zone, written in another: the nearest midnight is meant."""
    try:
        return f"{datetime.fromisoformat(text) + timedelta(hours=12):%Y-%m-%d}"
    except (ValueError, OverflowError):
        return text


def _identifiers(values: dict[str, str]) -> list[tuple[str, str]]:
    return re.findall(r"([\w-]+):([^,\s]+)", values.get("identifiers", ""))


def _complete(item: Item, values: dict[str, str], hints: Hints):
    _add_authors(item, values)
    for program, number in _identifiers(values):
        if program == "isbn" and not item.isbn13:
            read_isbn(item, number, hints)
        elif program in ("goodreads", "librarything"):
            item.ids[program] = number[:100]
    if not item.facts.get("series"):
        item.facts.pop("series_number", None)  # Calibre counts from 1 where there is no series, too


def _add_authors(item: Item, values: dict[str, str]):
    text, sorted_names = repaired(values.get("authors", "")), repaired(values.get("author_sort", "")).split(" & ")
    if "&" in text:
        add_authors(item, [" ".join(name.split()) for name in text.split("&")])
    elif text:
        add_authors(item, names.listed_as(text, filter(None, sorted_names)))


FORMAT = Table(
    "calibre",
    "Calibre",
    where="Convert books → Create a catalogue → CSV",
    signature=("author_sort", "library_name", "title_sort", "series_index", "identifiers", "pubdate", "uuid"),
    columns=columns_of("""
        together: authors; author_sort | rating: rating | added: timestamp | isbn: isbn | description: comments | tags: tags
        series: series | series_number: series_index | language: languages | plain_title: title
        drop: cover; title_sort; size; id | publisher: publisher | published: pubdate | id: uuid
    """),
    clean=_clean,
    complete=_complete,
)
