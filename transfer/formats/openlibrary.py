"""The reading log of Open Library. Older files have numbers of works and editions alone, of which it must be asked the titles.
https://openlibrary.org/account/import"""

from transfer.items import Hints, Item
from transfer.tables import Table, columns_of


def _complete(item: Item, values: dict[str, str], hints: Hints):
    """The title is found out later; here the number alone makes it a row."""
    values = {name.title(): text for name, text in values.items()}
    for name in ("Edition Id", "Work Id"):
        if number := values.get(name, "").rstrip("/").rsplit("/", 1)[-1]:
            item.ids[hints.program] = number[:100]
            item.extra[name] = number[:100]
            return
    item.problem = "" if item.title else "This row has no Open Library number."


FORMAT = Table(
    "open_library",
    "Open Library",
    where="My Books → Reading log → Export",
    signature=("Work Id", "Edition Id", "Bookshelf"),
    columns=columns_of("""
        together: Work Id; Edition Id | status: Bookshelf | plain_title: Title | author_list: Authors
        first_published: First Publish Year | rating: My Ratings | categories: Subjects
    """),
    complete=_complete,
    least=3,
    stars=5,
)
