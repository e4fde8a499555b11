"""Hardcover, 37 columns: people as `Name (Illustrator)`, lists as `Name (#3)`. https://hardcover.app/account/exports"""

import re

from transfer.fields import TOGETHER
from transfer.items import Hints, Item
from transfer.tables import Table

LISTED = re.compile(r"(.+?)\s*(?:\(#\d+\)(?:,\s*|$)|$)")  # the name of a list may hold a comma


def _complete(item: Item, values: dict[str, str], hints: Hints):
    item.tags += [" ".join(name.split()) for name in LISTED.findall(values.get("Lists", ""))]


FORMAT = Table(
    "hardcover",
    "Hardcover",
    where="Account settings → Export",
    signature=("Hardcover Book ID", "Hardcover Edition ID", "Review Slate", "Sponsored Review", "Duration in Seconds", "Lists"),
    columns={
        "Title": "plain_title",
        "Author": "author_list",
        "Series": "series",
        "Status": "status",
        "Hardcover Book ID": "id",
        "ISBN 13": "isbn",
        "ISBN 10": "isbn",
        "Language Code": "language",
        "Binding": "binding",
        "Pages": "pages",
        "Publish Date": "published",
        "Publisher": "publisher",
        "Genres": "categories",
        "Tags": "tags",
        "Lists": TOGETHER,
        "Date Added": "added",
        "Date Started": "begun",
        "Date Finished": "finished",
        "Rating": "rating",
        "Review": "review",
        "Private Notes": "notes",
    },
    complete=_complete,
    stars=5,
)
