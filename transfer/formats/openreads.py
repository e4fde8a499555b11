"""Openreads, its export as CSV. https://github.com/mateusz-bak/openreads

A book that was deleted there stays in the file. Readings are `start|finish|time` between semicolons, tags stand between five
bars, stars are of five, moments year first."""

import re

from library.models import Status
from transfer.fields.reading import exact_day
from transfer.items import Hints, Item
from transfer.tables import Table, columns_of

BETWEEN_TAGS = "|||||"


def _complete(item: Item, values: dict[str, str], hints: Hints):
    item.tags += [tag for part in values.get("tags", "").split(BETWEEN_TAGS) if (tag := " ".join(part.split()))]
    for reading in filter(None, re.split(r"\s*;\s*", values.get("readings", ""))):
        started, finished = [*reading.split("|"), ""][:2]
        days = [exact_day(item, started, hints, "Date begun"), exact_day(item, finished, hints, "Date read")]
        if any(days):
            item.readings.append(days)


FORMAT = Table(
    "openreads",
    "Openreads",
    signature=("olid", "readings", "book_format", "my_review", "date_modified", "favourite", "deleted"),
    columns=columns_of("""
        plain_title: title | subtitle: subtitle | authors: author | description: description | status: status
        favourite: favourite | deleted: deleted | rating: rating | pages: pages | published: publication_year | isbn: isbn
        together: tags; readings | review: my_review | notes: notes | binding: book_format | added: date_added
        drop: date_modified; blur_hash; has_cover
    """),
    complete=_complete,
    least=3,
    stars=5,
    statuses={
        "planned": Status.TO_READ,
        "for later": Status.TO_READ,
        "in progress": Status.READING,
        "finished": Status.READ,
        "unfinished": Status.DID_NOT_FINISH,
    },
)
