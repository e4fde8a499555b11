"""Editions that catalogues offer for a search or for a copy, and choosing one. Offers are signed, so that a forged form cannot
add details that no catalogue returned."""

from dataclasses import dataclass

from django.core import signing
from django.db import transaction
from django.db.models import Q

from catalogs import Record, isbn, lookup
from catalogs.lookup import Lookup
from library.copies import facts, identity, undoing
from library.covers import cover_files
from library.models import FACTS, Book, FactChange, Undo, UserBook

SALT = "record of a catalogue"
OFFERED_FOR = 24 * 3600  # seconds
WAIT_FOR_SEARCH = 15.0  # seconds for all catalogues; a person waits
WAIT_FOR_EDITIONS = 8.0
MOST = 30


@dataclass(frozen=True)
class _CatalogOffer:
    record: Record
    owned: bool
    key: str


def offer_key(record: Record) -> str:
    return signing.dumps(record.as_dict(), salt=SALT, compress=True)


def offered_record(key: str, max_age: int | None = None) -> Record:
    """Raises BadSignature if the key is forged or older than `max_age` seconds."""
    return Record.from_dict(signing.loads(key, salt=SALT, max_age=max_age))


def search_catalogs(user, text: str) -> dict:
    """Searches the catalogues and returns every edition once. An ISBN in the search box is looked up as such."""
    catalogs = lookup.lookup_from_settings(seconds=WAIT_FOR_SEARCH)
    number = isbn.clean(text)
    if number:
        records = [record] if (record := catalogs.by_isbn(number)) else []
    else:
        records = _once(catalogs.search([text], limit=12).get(text, []))[:MOST]
    flags = identity.owned_flags(user, records) if records else []
    results = [_CatalogOffer(record, owned, offer_key(record)) for record, owned in zip(records, flags, strict=True)]
    return {"results": results, "problems": catalogs.problems, "number": number}


def _once(records: list[Record]) -> list[Record]:
    """Merges records of the same edition from several catalogues: the first one wins, the others fill its gaps."""
    seen: dict[str, Record] = {}
    for record in records:
        key = record.isbn or f"{identity.work_key(record.title, record.authors)}|{record.published_date[:4]}|{record.publisher}"
        seen[key] = lookup.completed_record(seen[key], record) if key in seen else record
    return list(seen.values())


AT_MOST = 24
# True of one edition only: cleared if the chosen edition does not have it.
OF_EDITION = ("isbn13", "subtitle", "publisher", "published_date", "pages", "binding", "cover")


def other_editions(copy: UserBook, lookup: Lookup) -> list[Record]:
    """Other editions of the same work: first those in our database, then those the catalogues find."""
    key = identity.work_key(copy.title, copy.authors)
    known = Book.objects.filter(Q(work_key=key) | Q(work_key=copy.book.work_key)).exclude(pk=copy.book_id)
    found = [
        identity.record_of_book(book)
        for book in known.exclude(source="", isbn13=None).order_by("-published_date", "pk")[:AT_MOST]
    ]
    text = " ".join([copy.title, *copy.authors[:1]])
    requested = lookup.search([text]).get(text, [])
    found += [record for record in requested if identity.work_key(record.title, record.authors) == key]
    here = copy.isbn13 or copy.book.isbn13 or ""
    different = {_name(record): record for record in reversed(found) if record.isbn != here or not here}
    return list(reversed(different.values()))[:AT_MOST]


def _name(record: Record) -> str:
    """Identifies an edition that several catalogues return."""
    return record.isbn or "|".join([record.title, record.publisher, record.published_date])


@transaction.atomic
def choose_edition(user, copy: UserBook, record: Record, over_mine: bool = False) -> Undo:
    """Makes `copy` a copy of that edition. Details its owner typed stay, except the ISBN; with `over_mine` they are replaced
    too. The history keeps the previous values, and the Undo restores them."""
    copy = UserBook.objects.select_for_update(of=("self",)).get(pk=copy.pk, user=user)
    was = _state(copy)
    book = copy.book = identity.find_or_make_book(record)
    source = book.source or facts.YOU
    for fact in FACTS:
        before, after = getattr(copy, fact), getattr(book, fact) or ("" if fact == "isbn13" else getattr(book, fact))
        theirs = copy.origins.get(fact) == facts.YOU and fact != "isbn13" and not over_mine
        if before == after or theirs or (not after and fact not in OF_EDITION):
            continue
        FactChange.objects.create(copy=copy, fact=fact, before=before, after=after, source=source)
        setattr(copy, fact, after)
        copy.origins[fact] = source
        if fact == "cover":
            copy.cover_key = book.cover_key
            cover_files.enqueue_cover(copy)
    copy.save()
    now = _state(copy)
    changed = [name for name in now if now[name] != was[name]]
    step = undoing.undo_values(copy, {name: was[name] for name in changed}, {name: now[name] for name in changed})
    return undoing.record_undo(user, f"Changed the edition of “{copy.title[:120]}”.", step)


def _state(copy: UserBook) -> dict:
    """Everything that choosing an edition may change."""
    return {name: getattr(copy, name) for name in (*FACTS, "cover_key", "book_id")} | {"origins": dict(copy.origins)}
