"""A table of somebody's own: what its columns are is guessed by their names, and can be said in the preview."""

import re

from catalogs import folding
from catalogs.names import PersonName
from transfer.fields import KEEP
from transfer.fields.reading import STATUSES, plain_word
from transfer.items import Hints, Item
from transfer.tables import POSSESSIVE, Table

NAMES = """
plain_title: title, book title, name, book, book name, titel, buchtitel, titre, título, titulo, titolo, título del libro, livre
subtitle: subtitle, sub title, untertitel, sous-titre, subtítulo
authors: author, authors, author(s), writer, by, author name, author names, autor, autoren, auteur, auteurs, autore, autori,
    autores, verfasser, autor/in, escritor, auteur(s), creator, creators, primary author, co-author, coauthor, second author,
    additional authors, attribution
author_list: author (first, last)
author_surname_first: author (last, first), author last first, author l-f, author sort, author lf, authors (last, first)
surname: author last name, author surname, last name, surname, author last, nachname, autor nachname, nom, apellido, apellidos,
    cognome, sobrenome, achternaam
given_name: author first name, author given name, first name, given name, given names, author first, vorname, prénom, nombre,
    nome, voornaam
isbn: isbn, isbns, isbn13, isbn 13, isbn10, isbn 10, ean, ean13, ean isbn13, barcode, isbn/uid, isbn number, isbn code
publisher: publisher, publishers, publisher name, verlag, éditeur, editeur, maison d’édition, editorial, editore, casa editrice,
    editora, uitgever, uitgeverij
published: published, publication date, publish date, year, date published, year published, publication year, published date,
    pub date, release date, publishing year, edition year, jahr, erscheinungsjahr, erscheinungsdatum, veröffentlicht, année,
    date de publication, date de parution, parution, año, año de publicación, fecha de publicación, anno, anno di pubblicazione,
    data di pubblicazione, ano, ano de publicação, jaar, jaar van uitgave, verschijningsjaar
first_published: original publication year, original year published, original date published, original publication date, first
    published, first publish year, first publication year, year first published, original year, erstveröffentlichung,
    ersterscheinung, erstausgabe, première publication, première parution, primera publicación, prima pubblicazione
language: language, languages, language code, sprache, langue, idioma, lingua, taal
series: series, series name, series title, reihe, buchreihe, série, serie, saga, collection name
series_number: series number, volume, band, bandnummer, number in series, #, volume number, series index, book number, series #,
    book numbers,
    tome, tomo, volumen, número
pages: pages, page count, number of pages, num pages, total pages, seiten, seitenzahl, anzahl seiten, nombre de pages, páginas,
    número de páginas, num. páginas, pagine, numero di pagine, paginas, nb pages, nb de pages, nb. pages, aantal pagina’s,
    pagina’s
binding: binding, format, book format, einband, cover type, reliure, formato, encuadernación, rilegatura
description: description, summary, synopsis, beschreibung, zusammenfassung, résumé, sinopsis, descripción, trama
categories: genre, genres, category, categories, subject, subjects, kategorie, kategorien, catégorie, catégories, género, genere
status: status, read status, reading status, shelf status, exclusive shelf, statut, lesestatus, estado, stato, état
was_read: read, is read, have read, read it, completed, lu, gelesen, leído, letto
wished: wish list, wishlist, is wishlist, wanted
deleted: deleted, is deleted, has been deleted
owned_once: previously owned
collection_status: collection status
favourite: favourite, favorite, favourites, favorites, is favorite, is favourite, favorit, favoriten, lieblingsbuch, favori,
    favorito
rating: rating, my rating, star rating, stars, user rating, bewertung, meine bewertung, sterne, note, ma note, score,
    puntuación, calificación, valoración, valutazione, voto, nota, avaliação, classificação, waardering, beoordeling
review: review, my review, rezension, critique, avis, reseña, recensione
notes: notes, comment, comments, private notes, my notes, notizen, remarks, bemerkungen, bemerkung, kommentare, kommentar,
    commentaires, commentaire, notas, comentarios, observaciones, note personali, commenti, opmerkingen, notities, observações
tags: tags, tag, labels, keywords, schlagworte, stichworte, étiquettes, etiquetas, etichette, bookshelves, shelves, lists
shelf: shelf, location, shelf location, shelving location, copy location, media location,
    bookcase, room, physical location, regal, standort, ort, emplacement, étagère, ubicación, estantería,
    posizione, scaffale
read_on: date read, read on, last date read, date last read, last read, date completed, reading date, gelesen am, lu le,
    date de lecture,
    fecha de lectura, leído el, data di lettura, data lettura, letto il, data de leitura, lido em, gelezen op
read_between: dates read
read_count: read count, times read, number of readings
begun: date started, started, begun, start date, started reading, started on, date begun, begonnen am, begonnen, angefangen am,
    commencé le, date de début, fecha de inicio, data di inizio, started reading date, begonnen op, gestart op
finished: date finished, finished, finish date, end date, finished reading, finished on, completed on, beendet am, beendet,
    terminé le, date de fin, fecha de fin, data di fine, finished reading date, uitgelezen op
stopped: date stopped, stopped date
added: date added, added, added on, created, created at, added date, hinzugefügt am, ajouté le, date d’ajout, fecha de alta
bought: purchased, purchased on, bought, purchase date, date bought, date purchased, acquired, date acquired, acquired date,
    kaufdatum, gekauft am, date d’achat, acheté le, fecha de compra, data di acquisto
bought_from: bought from, purchase location, purchase place, purchase store, shop, store, bought at, gekauft bei, lieu d’achat
price: price, purchase price, price paid, preis, kaufpreis, prix, precio, prezzo
condition: condition, zustand, état du livre, condizione
copies: copies, quantity, qty, owned copies, number of copies, anzahl, exemplare, exemplaires
lent_to: lent to, borrower, loaned to, borrowed by, verliehen an, ausgeliehen an, prêté à, prestado a, prestato a
lent_on: lent on, date loaned, date lent, loan date, loaned on, verliehen am, prêté le
"""
# Commas inside brackets belong to the name of a column.
COLUMNS = {
    name: target
    for target, names in re.findall(r"^(\w+): (.*(?:\n {4}.*)*)", NAMES, re.MULTILINE)
    for name in re.split(r",\s+(?![^(]*\))", names)
}


COUNTED = re.compile(r"(?i)(?:number of )?(?:ratings|votes)(?: count)?|rating count|average rating")
STATEMENT = "Statement of responsibility"
SUMS = frozenset("total totals sum summe gesamt insgesamt somme totale totaal suma soma".split())
NUMBER = re.compile(r"[^\w]*[\d.,' ]*\d[\d.,' ]*\D{0,5}")


def _settle(mapping: dict[str, str]) -> dict[str, str]:
    """Without a surname beside it `Nombre` is that of anything; beside an ISBN a barcode is the library's own; and beside one's
    own rating, or the number of ratings, a rating is that of all readers."""
    doubtful = set()
    if "surname" not in mapping.values():
        doubtful |= {name for name, target in mapping.items() if target == "given_name"}
    if any("isbn" in name.casefold() for name, target in mapping.items() if target == "isbn"):
        doubtful |= {name for name in mapping if name.casefold() == "barcode"}
    rated = {name for name, target in mapping.items() if target == "rating"}
    own = {name for name in rated if POSSESSIVE.match(name.replace("_", " ")) or name.casefold().startswith("user")}
    if own or any(COUNTED.fullmatch(name.replace("_", " ")) for name in mapping):
        doubtful |= rated - own
    return mapping | dict.fromkeys(doubtful, KEEP)


def _complete(item: Item, values: dict[str, str], hints: Hints):
    """Library systems write the writers behind the title, too: `Emma / Jane Austen.`"""
    item.ids = {}  # nobody knows whether such numbers stay the same
    if item.shelf and (status := STATUSES.get(plain_word(item.shelf[0]))):  # as BookWyrm and others call it
        item.own["status"], item.shelf = str(status), []
    others = [text for text in values.values() if text and text != item.title]
    if item.title.casefold().rstrip(":") in SUMS and others and all(map(NUMBER.fullmatch, others)):
        item.left_out = "This row adds up the others; it is not a book."
    title, slash, behind = item.title.rpartition(" / ")
    words = folding.fold(behind).split()
    if slash and any(PersonName(name).surname_key in words for name in item.facts.get("authors", [])):
        item.facts["title"], item.extra[STATEMENT] = title, behind


FORMAT = Table(
    "table", "A table", signature=tuple(COLUMNS), columns=COLUMNS, complete=_complete, settle=_settle, loose=True
)  # fmt: skip
