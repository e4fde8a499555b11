"""Inventaire: one row an item, its edition and works from Wikidata. https://inventaire.io

Labels of several people stand between commas, "First Last"; there is no reading status and no rating. Shelves are lists, of which
a book may be on several."""

from transfer.fields.book_facts import read_title
from transfer.items import Hints, Item
from transfer.tables import Table, columns_of


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
    columns=columns_of("""
        id: Item URL
        drop: Edition URL; Cover; Edition cover; Works URLs; Authors URLs; Translators URLs; Series URLs; Genres URLs
        drop: Subjects URLs; Publisher URLs | isbn: ISBN-13; ISBN-10; Edition ISBN-13; Edition ISBN-10
        plain_title: Title; Edition title | subtitle: Subtitle; Edition subtitle
        published: Publication Date; Edition publication date | pages: Number of pages; Edition number of pages
        language: Edition Lang; Edition language | together: Works labels | series_number: Works Series ordinals
        author_list: Authors labels | series: Series labels | categories: Genres labels; Subjects labels
        publisher: Publisher label; Publishers labels | notes: Item details; Item notes | tags: Shelves | added: Item created
    """),
    complete=_complete,
    least=3,
)
