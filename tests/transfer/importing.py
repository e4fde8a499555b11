"""How tests read a list of books, and bring one in: as the product does."""

import csv
import io

from library.models import UserBook
from tests.factories import make_import, run_import
from transfer import detect
from transfer.items import Item
from transfer.models import Import


def read(content: str | bytes, wanted: str = "auto") -> tuple[str, list[Item]]:
    """(name of the format, the rows as Items)."""
    data = content.encode() if isinstance(content, str) else content
    found = detect.detect(io.BytesIO(data), wanted)
    kind = detect.FORMATS[found.format]
    mapping = kind.mapping(found.header)
    hints = kind.hints(io.BytesIO(data), found.encoding, mapping)
    return found.format, [item for _, item in kind.items(io.BytesIO(data), found.encoding, mapping, hints)]


def table(header: str, *rows: dict, delimiter: str = ",") -> str:
    """A file with this header line and these rows, quoted where it must be."""
    names = header.split(delimiter)
    out = io.StringIO()
    writer = csv.DictWriter(out, names, delimiter=delimiter, lineterminator="\r\n")
    out.write(header + "\r\n")
    for row in rows:
        writer.writerow(row)
    return out.getvalue()


# ── A file in the database ──────────────────────────────────────────────────────────────────────────────────────────
HEADER = "Book Id,Title,Author,Author l-f,ISBN13,My Rating,Date Read,Bookshelves,Exclusive Shelf,Private Notes\n"
FILE = (
    HEADER
    + '1,Dune,Frank Herbert,,"=""9780441013593""",5,2020/10/25,sci-fi,read,\n'
    + '2,Fruits Basket (Fruits Basket #1),Natsuki Takaya,,"=""""",0,,,to-read,\n'
    + '3,Fruits Basket (Fruits Basket #2),Natsuki Takaya,,"=""""",0,,,to-read,\n'
    + "4,,,,,0,,,to-read,a note alone\n"
)


def preview(user, content: str | bytes = FILE, name: str = "goodreads.csv") -> Import:
    return make_import(user, content, name)


def import_books(user, content: str | bytes = FILE, **options) -> Import:
    return run_import(preview(user, content), **options)


def titles(user) -> list[str]:
    return sorted(UserBook.objects.of(user).values_list("title", flat=True))


def long_file(rows: int = 450) -> str:
    return HEADER + "".join(f"{n},Book {n},Writer,,,0,,,read,\n" for n in range(rows))
