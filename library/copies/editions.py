"""Another edition for a copy: which there are of the same work, and what follows when its owner chooses one."""

from django.db import transaction
from django.db.models import Q

from catalogs import Record
from catalogs.lookup import Lookup
from library.copies import facts, identity, undoing
from library.covers import cover_files
from library.models import FACTS, Book, FactChange, Undo, UserBook

AT_MOST = 24
# What is true of one edition only: where the chosen one does not say it, that of the former one goes.
OF_EDITION = ("isbn13", "subtitle", "publisher", "published_date", "pages", "binding", "cover")


def others(copy: UserBook, lookup: Lookup) -> list[Record]:
    """Editions of the same work but the one that `copy` is: known here first, then what the catalogues answer."""
    key = identity.work_key(copy.title, copy.authors)
    known = Book.objects.filter(Q(work_key=key) | Q(work_key=copy.book.work_key)).exclude(pk=copy.book_id)
    found = [
        identity.record_of(book) for book in known.exclude(source="", isbn13=None).order_by("-published_date", "pk")[:AT_MOST]
    ]
    text = " ".join([copy.title, *copy.authors[:1]])
    asked = lookup.search([text]).get(text, [])
    found += [record for record in asked if identity.work_key(record.title, record.authors) == key]
    here = copy.isbn13 or copy.book.isbn13 or ""
    different = {_name(record): record for record in reversed(found) if record.isbn != here or not here}
    return list(reversed(different.values()))[:AT_MOST]


def _name(record: Record) -> str:
    """The same edition comes from several catalogues."""
    return record.isbn or "|".join([record.title, record.publisher, record.published_date])


@transaction.atomic
def choose(user, copy: UserBook, record: Record, over_mine: bool = False) -> Undo:
    """`copy` is that edition from now on. What its owner typed stays, but for the ISBN, which is what was chosen; with
    `over_mine` their words go too. The history keeps them all, and the Undo brings all of it back."""
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
            cover_files.want(copy)
    copy.save()
    now = _state(copy)
    changed = [name for name in now if now[name] != was[name]]
    step = undoing.values(copy, {name: was[name] for name in changed}, {name: now[name] for name in changed})
    return undoing.record(user, f"Changed the edition of “{copy.title[:120]}”.", step)


def _state(copy: UserBook) -> dict:
    """What choosing an edition may change."""
    return {name: getattr(copy, name) for name in (*FACTS, "cover_key", "book_id")} | {"origins": dict(copy.origins)}
