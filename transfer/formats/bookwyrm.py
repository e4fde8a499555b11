"""BookWyrm's table of books, shelves and reviews. https://docs.joinbookwyrm.com/importing-and-exporting.html

Authors are "First Last" between commas, stars of five, dates year first. A shelf is a reading status, or one of one's own."""

from library.models import Status
from transfer.fields import TOGETHER
from transfer.items import Hints, Item
from transfer.tables import Table

SHELVES = ("to-read", "reading", "read", "stopped-reading", "")  # of everybody; others have a name and an address


def _clean(values: dict[str, str]) -> dict[str, str]:
    own = values.get("shelf_name") if values.get("shelf", "") not in SHELVES else ""
    return values | ({"shelf": own} if own else {})


def _complete(item: Item, values: dict[str, str], hints: Hints):
    if name := values.get("review_name"):
        item.own["review"] = "\n\n".join(filter(None, [name, item.own.get("review")]))


FORMAT = Table(
    "bookwyrm",
    "BookWyrm",
    signature=("author_text", "remote_id", "openlibrary_key", "inventaire_id", "librarything_key", "bnf_id", "review_content"),
    columns={
        "title": "title",
        "author_text": "author_list",
        "remote_id": "id",
        "isbn_13": "isbn",
        "isbn_10": "isbn",
        "pages": "pages",
        "start_date": "begun",
        "finish_date": "finished",
        "stopped_date": "stopped",
        "rating": "rating",
        "review_name": TOGETHER,
        "review_content": "review",
        "shelf": "status",
        "shelf_name": TOGETHER,
        "shelf_date": "added",
    },
    clean=_clean,
    complete=_complete,
    stars=5,
    statuses={"reading": Status.READING, "stopped reading": Status.DID_NOT_FINISH},
)
