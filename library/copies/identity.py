"""The one place that decides "is this the same book?": for scans, ISBN entry, imports and the API.

The ISBN decides: two ISBNs are two editions, whatever their titles. Without an ISBN, title and author decide. What a
catalogue says about an edition is shared; what people type about it stays on their own copies."""

import re

from django.db import IntegrityError, transaction

from catalogs import Record, folding, isbn
from catalogs.names import PersonName
from library.copies import facts
from library.covers import cover_files
from library.models import FACTS, Book, UserBook

# Sources of a Book that no catalogue confirms: its details are those of the first person who entered it.
PEOPLE = frozenset(["", "typed", facts.YOU, facts.PHOTO, facts.IMPORT])


ORIGINS = {facts.PHOTO: facts.PHOTO, facts.IMPORT: facts.IMPORT}  # all other unconfirmed sources count as the owner's


def is_confirmed(book: Book) -> bool:
    return book.source not in PEOPLE


def placeholder(isbn13: str) -> Record:
    """A book of which only the ISBN is known."""
    return Record(title=f"ISBN {isbn.hyphenated(isbn13)}", isbn=isbn13)


def is_placeholder(title: str) -> bool:
    return bool(re.fullmatch(r"ISBN [\dX-]{10,17}", title))


def work_key(title: str, authors) -> str:
    """Folded title and surname of the first author: the same for all editions of a work, as far as text can show."""
    surname = [PersonName(authors[0]).surname_key] if authors else []
    folded = folding.sort_title(title) or folding.fold_name(title)
    return "|".join([folded, *filter(None, surname)])[:300]


def _find_book(record: Record) -> Book | None:
    """Finds the edition by ISBN if `record` has one, otherwise among those without an ISBN by title and author."""
    if record.isbn:
        return Book.objects.filter(isbn13=record.isbn).first()
    key = work_key(record.title, record.authors)
    return Book.objects.filter(isbn13__isnull=True, work_key=key).order_by("pk").first()


def find_or_make_book(record: Record) -> Book:
    """Finds or creates the edition of `record`. Two workers doing this at once end up with one row."""
    found = _find_book(record)
    if found:
        complete_edition(found, record)
        return found
    try:
        with transaction.atomic():
            return Book.objects.create(
                isbn13=record.isbn or None,
                links=record.links,
                source=record.source,
                source_id=record.source_id[:100],
                work_key=work_key(record.title, record.authors),
                **facts.facts_of_record(record),
            )
    except IntegrityError:
        return Book.objects.get(isbn13=record.isbn)


def complete_edition(book: Book, record: Record) -> bool:
    """Fills gaps of the shared edition from a catalogue's `record`, or replaces everything if no catalogue had confirmed it.
    Returns whether anything changed."""
    if record.source in PEOPLE:
        return False
    values = {fact: value for fact, value in facts.facts_of_record(record).items() if value not in ("", None, [])}
    if is_confirmed(book):
        values = {fact: value for fact, value in values.items() if not getattr(book, fact)}
    else:
        values |= {"source": record.source, "source_id": record.source_id[:100]}
    if links := {**record.links, **book.links}:
        values["links"] = links
    values = {name: value for name, value in values.items() if getattr(book, name) != value}
    if not values:
        return False
    for name, value in values.items():
        setattr(book, name, value)
    book.work_key = work_key(book.title, book.authors)
    book.save(update_fields=[*values, "work_key"])
    return True


def record_of_book(book: Book) -> Record:
    """The shared edition as a Record."""
    values = {fact: getattr(book, fact) for fact in FACTS if fact != "isbn13"}
    values |= {"authors": tuple(book.authors), "categories": tuple(book.categories)}
    return Record(**values, isbn=book.isbn13 or "", links=book.links, source=book.source, source_id=book.source_id)


def follow_isbn(copy: UserBook):
    """Makes `copy` (without saving it) a copy of the edition with its new ISBN. A new edition only takes over what is true of
    the whole work; publisher, pages and cover belonged to the previous edition."""
    values = {fact: getattr(copy, fact) for fact in ("title", "series", "series_number", "language", "first_published")}
    copy.book = find_or_make_book(Record(**values, authors=tuple(copy.authors), isbn=copy.isbn13, source=facts.YOU))


def owned_copies(user, record: Record):
    """This person's copies of the same book: the same ISBN, or the same title and author in any edition."""
    key = work_key(record.title, record.authors)
    copies = UserBook.objects.of(user)
    same = copies.filter(book__work_key=key)
    return (same | copies.filter(isbn13=record.isbn)).distinct() if record.isbn else same


def owned_flags(user, records: list[Record]) -> list[bool]:
    """Whether this person owns the book, for every record, in two queries however many there are."""
    keys = [work_key(record.title, record.authors) for record in records]
    copies = UserBook.objects.of(user)
    own_keys = set(copies.filter(book__work_key__in=set(keys)).values_list("book__work_key", flat=True))
    isbns = {record.isbn for record in records} - {""}
    own_isbns = set(copies.filter(isbn13__in=isbns).values_list("isbn13", flat=True))
    return [key in own_keys or record.isbn in own_isbns for key, record in zip(keys, records, strict=True)]


def add_copy(user, record: Record, **own) -> UserBook:
    """Adds a copy of `record` to this person's library. `own` holds personal fields: shelf, status, …

    If no catalogue confirms the edition, the copy gets its facts from `record`, not from what others typed."""
    book = find_or_make_book(record)
    copied = facts.facts_of_record(record_of_book(book) if is_confirmed(book) else record)
    copied["isbn13"] = book.isbn13 or ""
    origin = book.source if is_confirmed(book) else ORIGINS.get(record.source, facts.YOU)
    origins = {fact: origin for fact, value in copied.items() if value}
    if is_placeholder(copied["title"]):
        del origins["title"]  # so that any source may replace it
    key = book.cover_key if copied["cover"] == book.cover else ""
    copy = UserBook.objects.create(user=user, book=book, cover_key=key, origins=origins, **copied, **own)
    cover_files.enqueue_cover(copy)
    return copy
