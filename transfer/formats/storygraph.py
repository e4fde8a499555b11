"""The StoryGraph, 23 columns; older files say Author and ISBN. https://app.thestorygraph.com/user-export

`ISBN/UID` may hold Amazon's number or the StoryGraph's own, stars come in quarters."""

import re

from catalogs import isbn
from transfer.fields.reading import read_finish_days
from transfer.items import Hints, Item
from transfer.tables import Table, columns_of


def _clean(values: dict[str, str]) -> dict[str, str]:
    """A number that is none of a book's says nothing here; it stays in a column of its own."""
    for name in ("ISBN/UID", "ISBN"):
        number = values.get(name, "")
        if number and not isbn.clean(number) and not re.fullmatch(r"[\dXx -]+", number):
            values = values | {name: "", "UID": number}
    return values


def _complete(item: Item, values: dict[str, str], hints: Hints):
    """Older files have the last day alone; where the days are listed it is among them."""
    last = values.get("Last Date Read", "")
    if last and not item.readings:
        read_finish_days(item, last, hints)
    if uid := values.get("UID"):
        item.extra["UID"] = uid
        if not uid.startswith("B0"):  # Amazon's is not one of a row
            item.ids[hints.program] = uid[:100]


FORMAT = Table(
    "storygraph",
    "The StoryGraph",
    where="Manage account → Export StoryGraph library",
    signature=("Read Status", "Moods", "Pace", "Character- or Plot-Driven?", "Star Rating", "ISBN/UID", "Dates Read", "Owned?"),
    columns=columns_of("""
        title: Title | author_list: Authors; Author | isbn: ISBN/UID; ISBN | binding: Format | status: Read Status
        added: Date Added | together: Last Date Read | read_between: Dates Read | rating: Star Rating | review: Review
        tags: Tags
    """),
    clean=_clean,
    complete=_complete,
    stars=5,
)
