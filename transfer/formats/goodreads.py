"""Goodreads: the older export of 31 columns and the current one of 24. https://www.goodreads.com/review/import

About a quarter of its rows have no ISBN; those that have one have it as `="9780441013593"`. Series stand in the title."""

from transfer.fields.reading import add_undated_readings
from transfer.items import Hints, Item
from transfer.tables import Table, columns_of

HALF_STARS = "Half Stars"  # of our own export: the rating where it is no whole number of stars, as 3.5


def _clean(values: dict[str, str]) -> dict[str, str]:
    """Without the form that keeps a spreadsheet from turning an ISBN into a number, and without half stars that somebody has
    overruled since by writing another number into the column of whole ones."""
    numbers = {name: values[name].removeprefix("=").strip('"') for name in ("ISBN", "ISBN13") if name in values}
    if (half := values.get(HALF_STARS)) and half.partition(".")[0] != _one_less(values.get("My Rating", "")):
        numbers[HALF_STARS] = ""
    return values | numbers


def _one_less(stars: str) -> str:
    return str(int(stars) - 1) if stars.isascii() and stars.isdigit() else ""


def _complete(item: Item, values: dict[str, str], hints: Hints):
    exclusive = values.get("Exclusive Shelf", "")
    if exclusive in item.tags:  # the list of all shelves may hold it too
        item.tags.remove(exclusive)
    count = values.get("Read Count", "")
    add_undated_readings(item, int(count) if count.isdigit() else 0)
    item.is_a_copy = not item.ids  # Goodreads numbers its rows; our own export has no number where Goodreads gave none


FORMAT = Table(
    "goodreads",
    "Goodreads",
    where="My Books → Import and export → Export library",
    signature=("Author l-f", "Exclusive Shelf", "Bookshelves with positions", "Additional Authors", "My Rating"),
    columns=columns_of("""
        id: Book Id | title: Title | one_author: Author | drop: Author l-f; Bookshelves with positions
        more_authors: Additional Authors | isbn: ISBN13; ISBN | rating: My Rating | publisher: Publisher | binding: Binding
        pages: Number of Pages | published: Year Published | first_published: Original Publication Year | read_on: Date Read
        added: Date Added | tags: Bookshelves | status: Exclusive Shelf | review: My Review | notes: Private Notes
        together: Read Count | copies: Owned Copies | bought: Original Purchase Date | bought_from: Original Purchase Location
        condition: Condition | condition_note: Condition Description
    """)
    | {HALF_STARS: "rating"},
    clean=_clean,
    complete=_complete,
    stars=5,
)
