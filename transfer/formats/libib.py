"""Libib, 30 columns: books, films, music and games in one file, told apart by `item_type`. https://support.libib.com/"""

from transfer.items import Hints, Item
from transfer.tables import Table, columns_of


def _complete(item: Item, values: dict[str, str], hints: Hints):
    kind = values.get("item_type", "")
    if kind and kind.casefold() != "book":
        item.left_out, item.problem = f"This is not a book but a {kind.casefold()}.", ""
    first, last = values.get("first_name", ""), values.get("last_name", "")
    if last and (not item.facts.get("authors") or values.get("creators", "") == f"{last}, {first}"):
        item.facts["authors"] = [" ".join(filter(None, [first, last]))]


FORMAT = Table(
    "libib",
    "Libib",
    where="Settings → Libraries → Export CSV",
    signature=("item_type", "ean_isbn13", "upc_isbn10", "number_of_discs", "number_of_players", "creators", "esrb"),
    columns=columns_of("""
        title: title | author_list: creators | together: first_name; last_name | shelf: collection
        isbn: ean_isbn13; upc_isbn10 | description: description | publisher: publisher | published: publish_date | series: group
        tags: tags | notes: notes | price: price | pages: length; length_of | rating: rating | review: review | status: status
        begun: began; began_date | finished: completed; completed_date | added: added | copies: copies
    """),
    complete=_complete,
    stars=5,
)
