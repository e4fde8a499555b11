"""Zotero, its export as CSV, 87 columns: articles, films and books in one file. https://www.zotero.org/support/kb/exporting

People are `Last, First` between semicolons, tags stand between semicolons, `Pages` are those of an article within its journal."""

from transfer.fields import DROP, TOGETHER
from transfer.fields.texts import unmarked
from transfer.items import Hints, Item
from transfer.tables import Table

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
    columns={
        "Key": "id",
        "Item Type": TOGETHER,
        "Author": "author_surname_first",
        "Title": "plain_title",
        "Date": "published",
        "Publication Year": "published",
        "Publisher": "publisher",
        "ISBN": "isbn",
        "Num Pages": "pages",
        "Series": "series",
        "Series Number": "series_number",
        "Language": "language",
        "Abstract Note": "description",
        "Notes": "notes",
        TAGS: TOGETHER,
        "Automatic Tags": "categories",
        "Date Added": "added",
        "Date Modified": DROP,
        "File Attachments": DROP,
    },
    clean=_clean,
    complete=_complete,
    least=3,
)
