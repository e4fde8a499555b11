"""Hardcover, 37 columns: people as `Name (Illustrator)`, lists as `Name (#3)`. https://hardcover.app/account/exports"""

import re

from transfer import fields
from transfer.fields import DROP, Hints
from transfer.items import Item
from transfer.tables import Table


def complete(item: Item, values: dict[str, str], hints: Hints):
    for name in fields.parts_of(values.get("Author", "")):
        role = re.fullmatch(r"(.*?)\s*\(([^()]*)\)", name)
        if not role or role[2].casefold() == "author":
            fields.add_authors(item, [role[1] if role else name])
        else:
            item.extra[role[2]] = "; ".join(filter(None, [item.extra.get(role[2]), role[1]]))
    item.tags += [re.sub(r"\s*\(#\d+\)$", "", name) for name in fields.parts_of(values.get("Lists", ""))]


FORMAT = Table(
    "hardcover",
    "Hardcover",
    told_by=("Hardcover Book ID", "Hardcover Edition ID", "Review Slate", "Sponsored Review", "Duration in Seconds", "Lists"),
    columns={
        "Title": "plain_title",
        "Author": DROP,
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
        "Lists": DROP,
        "Date Added": "added",
        "Date Started": "begun",
        "Date Finished": "finished",
        "Rating": "rating",
        "Review": "review",
        "Private Notes": "notes",
    },
    complete=complete,
)
