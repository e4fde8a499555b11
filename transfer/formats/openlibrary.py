"""The reading log of Open Library: numbers of works and editions alone; what they are it must be asked itself.
https://openlibrary.org/account/import"""

from transfer.fields import TOGETHER
from transfer.items import Hints, Item
from transfer.tables import Table


def _complete(item: Item, values: dict[str, str], hints: Hints):
    """The title is found out later; here the number alone makes it a row."""
    for name in ("Edition Id", "Work Id"):
        if number := values.get(name, "").rstrip("/").rsplit("/", 1)[-1]:
            item.ids[hints.program] = number[:100]
            item.extra[name] = number[:100]
            return
    item.problem = "This row has no Open Library number."


FORMAT = Table(
    "open_library",
    "Open Library",
    where="My Books → Reading log → Export",
    signature=("Work Id", "Edition Id", "Bookshelf"),
    columns={"Work Id": TOGETHER, "Edition Id": TOGETHER, "Bookshelf": "status"},
    complete=_complete,
    least=3,
)
