"""Hardcover, 37 columns: people as `Name (Illustrator)`, lists as `Name (#3)`. https://hardcover.app/account/exports"""

import re

from transfer.items import Hints, Item
from transfer.tables import Table, columns_of

LISTED = re.compile(r"(.+?)\s*(?:\(#\d+\)(?:,\s*|$)|$)")  # the name of a list may hold a comma


def _complete(item: Item, values: dict[str, str], hints: Hints):
    item.tags += [" ".join(name.split()) for name in LISTED.findall(values.get("Lists", ""))]


FORMAT = Table(
    "hardcover",
    "Hardcover",
    where="Account settings → Export",
    signature=("Hardcover Book ID", "Hardcover Edition ID", "Review Slate", "Sponsored Review", "Duration in Seconds", "Lists"),
    columns=columns_of("""
        plain_title: Title | author_list: Author | series: Series | status: Status | id: Hardcover Book ID
        isbn: ISBN 13; ISBN 10 | language: Language Code | binding: Binding | pages: Pages | published: Publish Date
        publisher: Publisher | categories: Genres | tags: Tags | together: Lists | added: Date Added | begun: Date Started
        finished: Date Finished | rating: Rating | review: Review | notes: Private Notes
    """),
    complete=_complete,
    stars=5,
)
