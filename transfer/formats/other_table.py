"""A table of somebody's own: what its columns are is guessed by their names, and can be said in the preview."""

from transfer.fields import Hints
from transfer.items import Item
from transfer.tables import Table

NAMES = {
    "plain_title": "title, book title, name, book, titel, titre, título, titolo",
    "subtitle": "subtitle, untertitel",
    "authors": "author, authors, author(s), writer, by, autor, autoren, auteur, autore, verfasser",
    "isbn": "isbn, isbn13, isbn-13, isbn 13, isbn10, isbn-10, isbn 10, ean, barcode",
    "publisher": "publisher, verlag, éditeur, editorial",
    "published": "published, publication date, publish date, year, date published, year published, jahr, erscheinungsjahr",
    "language": "language, sprache, langue",
    "series": "series, reihe, série",
    "series_number": "series number, volume, band, number in series, #",
    "pages": "pages, page count, number of pages, seiten",
    "binding": "binding, format, einband",
    "description": "description, summary, beschreibung",
    "categories": "genre, genres, category, categories, subjects",
    "status": "status, read status, reading status, shelf status",
    "rating": "rating, my rating, stars, bewertung, note",
    "review": "review, my review, rezension",
    "notes": "notes, comment, comments, notizen",
    "tags": "tags, labels, keywords, schlagworte",
    "shelf": "shelf, location, bookcase, room, regal",
    "read_on": "date read, read on, gelesen am",
    "begun": "date started, started, begun",
    "finished": "date finished, finished",
    "added": "date added, added",
    "bought": "purchased, bought, purchase date, date bought",
    "bought_from": "bought from, purchase location, shop",
    "price": "price, purchase price, preis",
    "condition": "condition, zustand",
    "copies": "copies, quantity",
    "lent_to": "lent to, borrower, loaned to",
}
COLUMNS = {name: target for target, names in NAMES.items() for name in names.split(", ")}


def complete(item: Item, values: dict[str, str], hints: Hints):
    item.ids = {}  # nobody knows whether such numbers stay the same


FORMAT = Table("table", "A table", told_by=tuple(name for name in COLUMNS), columns=COLUMNS, complete=complete)
