"""A table of somebody's own: what its columns are is guessed by their names, and can be said in the preview."""

import re

from transfer.fields import Hints
from transfer.items import Item
from transfer.tables import Table

NAMES = {
    "plain_title": "title, book title, name, book, book name, titel, titre, título, titolo, título del libro, livre",
    "subtitle": "subtitle, sub title, untertitel, sous-titre, subtítulo",
    "authors": (
        "author, authors, author(s), writer, by, author name, author names, autor, autoren, auteur, auteurs, autore, autori, "
        "autores, verfasser, creator, creators, primary author, co-author, coauthor, second author, additional authors"
    ),
    "author_surname_first": "author (last, first), author last first, author l-f, author sort, author lf, authors (last, first)",
    "surname": "author last name, author surname, last name, surname, author last, nachname, autor nachname, nom",
    "given_name": "author first name, author given name, first name, given name, given names, author first, vorname, prénom",
    "isbn": "isbn, isbn13, isbn 13, isbn10, isbn 10, ean, ean13, ean isbn13, barcode, isbn/uid, isbn number, isbn code",
    "publisher": "publisher, publisher name, verlag, éditeur, editeur, editorial, editore, editora",
    "published": (
        "published, publication date, publish date, year, date published, year published, publication year, published date, "
        "pub date, release date, jahr, erscheinungsjahr, erscheinungsdatum, année, date de publication, año, anno"
    ),
    "language": "language, languages, language code, sprache, langue, idioma, lingua",
    "series": "series, series name, series title, reihe, série, serie, collection name",
    "series_number": "series number, volume, band, number in series, #, volume number, series index, book number, series #, tome",
    "pages": "pages, page count, number of pages, num pages, total pages, seiten, seitenzahl, nombre de pages, páginas, pagine",
    "binding": "binding, format, book format, einband, cover type, reliure",
    "description": "description, summary, synopsis, beschreibung, résumé, sinopsis",
    "categories": "genre, genres, category, categories, subject, subjects",
    "status": "status, read status, reading status, shelf status, exclusive shelf, statut, lesestatus",
    "was_read": "read, is read, have read, lu, gelesen",
    "wished": "wish list, wishlist, is wishlist, wanted",
    "deleted": "deleted, is deleted",
    "favourite": "favourite, favorite, favourites, favorites, is favorite, is favourite",
    "rating": "rating, my rating, star rating, stars, user rating, bewertung, note, score",
    "review": "review, my review, rezension, critique",
    "notes": "notes, comment, comments, private notes, my notes, notizen, remarks, bemerkungen, commentaires",
    "tags": "tags, tag, labels, keywords, schlagworte, bookshelves, shelves, lists",
    "shelf": "shelf, location, bookcase, room, physical location, regal, standort, emplacement",
    "read_on": "date read, read on, last date read, date completed, gelesen am",
    "read_between": "dates read",
    "begun": "date started, started, begun, start date, started reading, started on, date begun",
    "finished": "date finished, finished, finish date, end date, finished reading, finished on, completed on",
    "stopped": "date stopped, stopped date",
    "added": "date added, added, added on, created, created at, added date",
    "bought": "purchased, bought, purchase date, date bought, date purchased, acquired, date acquired, kaufdatum",
    "bought_from": "bought from, purchase location, purchase place, shop, store, bought at",
    "price": "price, purchase price, price paid, preis, prix",
    "condition": "condition, zustand",
    "copies": "copies, quantity, owned copies, number of copies, anzahl",
    "lent_to": "lent to, borrower, loaned to, borrowed by, verliehen an",
    "lent_on": "lent on, date loaned, date lent, loan date, loaned on",
}
# Commas inside brackets belong to the name of a column.
COLUMNS = {name: target for target, names in NAMES.items() for name in re.split(r",\s(?![^(]*\))", names)}


def complete(item: Item, values: dict[str, str], hints: Hints):
    item.ids = {}  # nobody knows whether such numbers stay the same


FORMAT = Table("table", "A table", told_by=tuple(name for name in COLUMNS), columns=COLUMNS, complete=complete, loose=True)
