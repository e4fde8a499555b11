"""Zotero, its export as CSV, 87 columns: articles, films and books in one file. https://www.zotero.org/support/kb/exporting

People are `Last, First` between semicolons, tags stand between semicolons, `Pages` are those of an article within its journal."""

from transfer.fields import TOGETHER
from transfer.fields.texts import unmarked
from transfer.items import Hints, Item
from transfer.tables import Table, columns_of

TAGS = "Manual Tags"


def _clean(values: dict[str, str]) -> dict[str, str]:
    return values | ({"Notes": unmarked(values["Notes"])} if values.get("Notes") else {})


def _complete(item: Item, values: dict[str, str], hints: Hints):
    kind = values.get("Item Type", "")
    if kind not in ("", "book"):
        item.left_out, item.problem = f"This is not a book but “{kind[:40]}”.", ""
    item.tags += [tag for part in values.get(TAGS, "").split(";") if (tag := part.strip())]


FORMAT = Table(
    "zotero",
    "Zotero",
    where="File → Export library → CSV",
    signature=(
        "Item Type",
        "Publication Title",
        "Manual Tags",
        "Automatic Tags",
        "Abstract Note",
        "Num Pages",
        "Library Catalog",
    ),
    columns=columns_of("""
        id: Key | together: Item Type | author_surname_first: Author | plain_title: Title | published: Date; Publication Year
        publisher: Publisher | isbn: ISBN | pages: Num Pages | series: Series | series_number: Series Number
        language: Language | description: Abstract Note | notes: Notes | categories: Automatic Tags | added: Date Added
        drop: Date Modified; File Attachments
    """)
    | {TAGS: TOGETHER},
    clean=_clean,
    complete=_complete,
    least=3,
)
