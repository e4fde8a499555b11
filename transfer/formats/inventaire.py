"""Inventaire: one row an item, its edition and works from Wikidata. https://inventaire.io

Labels of several people stand between commas, "First Last"; there is no reading status and no rating. Shelves are lists, of which
a book may be on several."""

from transfer.fields import DROP, TOGETHER
from transfer.fields.book_facts import read_title
from transfer.items import Hints, Item
from transfer.tables import Table


def _complete(item: Item, values: dict[str, str], hints: Hints):
    """An item may be a work without an edition, and some files name a title only by its work."""
    if not item.title and (title := values.get("Works labels")):
        read_title(item, title, hints)
    if not item.facts.get("series"):
        item.facts.pop("series_number", None)


FORMAT = Table(
    "inventaire",
    "Inventaire",
    signature=("Item URL", "Edition URL", "Works URLs", "Works labels", "Authors URLs", "Authors labels", "Item transaction"),
    columns={
        "Item URL": "id",
        "Edition URL": DROP,
        "ISBN-13": "isbn",
        "ISBN-10": "isbn",
        "Edition ISBN-13": "isbn",
        "Edition ISBN-10": "isbn",
        "Title": "plain_title",
        "Edition title": "plain_title",
        "Subtitle": "subtitle",
        "Edition subtitle": "subtitle",
        "Publication Date": "published",
        "Edition publication date": "published",
        "Cover": DROP,
        "Edition cover": DROP,
        "Number of pages": "pages",
        "Edition number of pages": "pages",
        "Edition Lang": "language",
        "Edition language": "language",
        "Works URLs": DROP,
        "Works labels": TOGETHER,
        "Works Series ordinals": "series_number",
        "Authors URLs": DROP,
        "Authors labels": "author_list",
        "Translators URLs": DROP,
        "Series URLs": DROP,
        "Series labels": "series",
        "Genres URLs": DROP,
        "Genres labels": "categories",
        "Subjects URLs": DROP,
        "Subjects labels": "categories",
        "Publisher URLs": DROP,
        "Publisher label": "publisher",
        "Publishers labels": "publisher",
        "Item details": "notes",
        "Item notes": "notes",
        "Shelves": "tags",
        "Item created": "added",
    },
    complete=_complete,
    least=3,
)
