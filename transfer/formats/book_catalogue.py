"""Book Catalogue for Android. https://github.com/eleybourn/Book-Catalogue

Every author is `Last, First`, several between bars; series are `Name (2)`; `read` is 1 or 0, stars are of five, dates year first.
What is 0 or 0000-00-00 is empty."""

from transfer.fields import DROP, TOGETHER
from transfer.items import Hints, Item
from transfer.tables import Table

NOTHING = ("0", "0000-00-00")
LISTS = ("author_details", "series_details", "anthology_titles")
TICKS = ("anthology", "signed", "goodreads_book_id", "last_goodreads_sync_date", "pages")


def _clean(values: dict[str, str]) -> dict[str, str]:
    """Lists end with a bar, and days, numbers and ticks are nothing where they are 0."""
    values = values | {name: text.rstrip("| ") for name, text in values.items() if name in LISTS}
    return {name: "" if name in TICKS and text in NOTHING else text for name, text in values.items()}


def _complete(item: Item, values: dict[str, str], hints: Hints):
    if number := values.get("goodreads_book_id"):
        item.ids["goodreads"] = number[:100]


FORMAT = Table(
    "book_catalogue",
    "Book Catalogue",
    signature=("author_details", "series_details", "bookshelf_id", "anthology_titles", "book_uuid", "read_start", "loaned_to"),
    columns={
        "_id": DROP,
        "author_details": "author_surname_first",
        "title": "plain_title",
        "isbn": "isbn",
        "publisher": "publisher",
        "date_published": "published",
        "rating": "rating",
        "bookshelf_id": DROP,
        "bookshelf": "tags",
        "read": "was_read",
        "series_details": "series",
        "pages": "pages",
        "notes": "notes",
        "location": "shelf",
        "read_start": "begun",
        "read_end": "finished",
        "format": "binding",
        "loaned_to": "lent_to",
        "description": "description",
        "genre": "categories",
        "language": "language",
        "date_added": "added",
        "goodreads_book_id": TOGETHER,
        "last_goodreads_sync_date": DROP,
        "last_update_date": DROP,
        "book_uuid": "id",
    },
    clean=_clean,
    complete=_complete,
    stars=5,
)
