"""BookWyrm's table of books, shelves and reviews. https://docs.joinbookwyrm.com/importing-and-exporting.html

Authors are "First Last" between commas, stars of five, dates year first. A shelf is a reading status, or one of one's own."""

from library.models import Status
from transfer.items import Hints, Item
from transfer.tables import Table, columns_of

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
    columns=columns_of("""
        title: title | author_list: author_text | id: remote_id | isbn: isbn_13; isbn_10 | pages: pages | begun: start_date
        finished: finish_date | stopped: stopped_date | rating: rating | together: review_name; shelf_name
        review: review_content | status: shelf | added: shelf_date
    """),
    clean=_clean,
    complete=_complete,
    stars=5,
    statuses={"reading": Status.READING, "stopped reading": Status.DID_NOT_FINISH},
)
