"""The monthly dumps of Open Library: https://openlibrary.org/developers/dumps

Five columns, separated by tabs: type, key, revision, last modified, JSON. Editions become records. They refer to their authors
by key, and often only through their work, so the names of authors and works are kept in a small separate database.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from catalogs import Record, isbn
from catalogs.files import FileEntry
from catalogs.languages import iso
from catalogs.statements import as_text, published_date

FLUSH = 50_000


class Names:
    """The authors and works from dumps read earlier, by key."""

    def __init__(self, path: Path):
        self.db = sqlite3.connect(path)
        self.db.execute("PRAGMA synchronous=OFF")  # it can be rebuilt from the dump
        self.db.execute("CREATE TABLE IF NOT EXISTS author (key TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID")
        self.db.execute("CREATE TABLE IF NOT EXISTS work (key TEXT PRIMARY KEY, authors TEXT) WITHOUT ROWID")
        self.waiting = 0

    def keep(self, table: str, key: str, value: str) -> None:
        self.db.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", (key, value))
        self.waiting += 1
        if self.waiting >= FLUSH:
            self.flush()

    def flush(self) -> None:
        self.db.commit()
        self.waiting = 0

    def close(self) -> None:
        self.flush()
        self.db.close()

    def of_edition(self, edition: dict) -> tuple[str, ...]:
        keys = [author["key"] for author in edition.get("authors") or [] if isinstance(author, dict) and "key" in author]
        for work in edition.get("works") or []:
            if keys:
                break
            known = self.db.execute("SELECT authors FROM work WHERE key = ?", (work["key"],)).fetchone()
            keys = known[0].split() if known else []
        names = (self.db.execute("SELECT name FROM author WHERE key = ?", (key,)).fetchone() for key in keys)
        return tuple(name[0] for name in names if name)


def read_dump(stream: BinaryIO, names: Names) -> Iterator[FileEntry]:
    for number, line in enumerate(stream, start=1):
        columns = line.rstrip(b"\n").split(b"\t", 4)
        if len(columns) != 5:
            yield FileEntry(number, problem="does not have the five columns of a dump")
            continue
        try:
            yield _row(number, columns[0].decode(), json.loads(columns[4]), names)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            yield FileEntry(number, problem=f"cannot be read: {error}")
    names.flush()


def _row(number: int, kind: str, data: dict, names: Names) -> FileEntry:
    if kind == "/type/author":
        if data.get("name"):
            names.keep("author", data["key"], data["name"])
    elif kind == "/type/work":
        keys = [_author_key(entry) for entry in data.get("authors") or []]
        names.keep("work", data["key"], " ".join(filter(None, keys)))
    elif kind == "/type/edition":
        title = " ".join(filter(None, [as_text(data.get("title_prefix")), as_text(data.get("title"))]))
        return FileEntry(number, _record(data, title, names)) if title else FileEntry(number, problem="has no title")
    return FileEntry(number)


def _author_key(entry: dict) -> str:
    """Works refer to authors as {"author": {"key": …}}; older ones as {"author": "…"}."""
    author = entry.get("author")
    return author.get("key", "") if isinstance(author, dict) else author or ""


def _record(data: dict, title: str, names: Names) -> Record:
    numbers = [*(data.get("isbn_13") or []), *(data.get("isbn_10") or [])]
    languages = [iso(language["key"]) for language in data.get("languages") or []]
    subtitle = as_text(data.get("subtitle"))
    return Record(
        title=f"{title}: {subtitle}" if subtitle else title,
        authors=names.of_edition(data),
        isbn=next(filter(None, map(isbn.clean, numbers)), ""),
        publisher=as_text(data.get("publishers")),
        published_date=published_date(as_text(data.get("publish_date")))[:4],
        language=languages[0] if len(languages) == 1 else "",
    )
