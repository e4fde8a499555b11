"""Book Catalogue for Android. https://github.com/eleybourn/Book-Catalogue

Every author is `Last, First`, several between bars; series are `Name (2)`; `read` is 1 or 0, stars are of five, dates year first.
What is 0 or 0000-00-00 is empty."""

from transfer.items import Hints, Item
from transfer.tables import Table, columns_of

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
    columns=columns_of("""
        drop: _id; bookshelf_id; last_goodreads_sync_date; last_update_date | author_surname_first: author_details
        plain_title: title | isbn: isbn | publisher: publisher | published: date_published | rating: rating | tags: bookshelf
        was_read: read | series: series_details | pages: pages | notes: notes | shelf: location | begun: read_start
        finished: read_end | binding: format | lent_to: loaned_to | description: description | categories: genre
        language: language | added: date_added | together: goodreads_book_id | id: book_uuid
    """),
    clean=_clean,
    complete=_complete,
    stars=5,
)
