"""Libib, 30 columns: books, films, music and games in one file, told apart by `item_type`. https://support.libib.com/"""

from transfer.fields import TOGETHER
from transfer.items import Hints, Item
from transfer.tables import Table


def _complete(item: Item, values: dict[str, str], hints: Hints):
    kind = values.get("item_type", "")
    if kind and kind.casefold() != "book":
        item.left_out, item.problem = f"This is not a book but a {kind.casefold()}.", ""
    first, last = values.get("first_name", ""), values.get("last_name", "")
    if last and (not item.facts.get("authors") or values.get("creators", "") == f"{last}, {first}"):
        item.facts["authors"] = [" ".join(filter(None, [first, last]))]


FORMAT = Table(
    "libib",
    "Libib",
    where="Settings → Libraries → Export CSV",
    signature=("item_type", "ean_isbn13", "upc_isbn10", "number_of_discs", "number_of_players", "creators", "esrb"),
    columns={
        "title": "title",
        "creators": "author_list",
        "first_name": TOGETHER,
        "last_name": TOGETHER,
        "collection": "shelf",
        "ean_isbn13": "isbn",
        "upc_isbn10": "isbn",
        "description": "description",
        "publisher": "publisher",
        "publish_date": "published",
        "group": "series",
        "tags": "tags",
        "notes": "notes",
        "price": "price",
        "length": "pages",
        "rating": "rating",
        "review": "review",
        "status": "status",
        "began": "begun",
        "completed": "finished",
        "added": "added",
        "copies": "copies",
    },
    complete=_complete,
    stars=5,
)
