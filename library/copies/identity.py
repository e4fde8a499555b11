"""The one place that decides "is this the same book?": for scans, ISBN entry, imports and the API.

An ISBN is the truth: two of them are two editions, whatever their titles say. Without one, title and author decide. What a
catalogue says about an edition is shared; what people typed about it is theirs alone, and never shown to others."""

import re

from django.db import IntegrityError, transaction

from catalogs import Record, folding, isbn
from catalogs.names import PersonName
from library.copies import facts
from library.covers import cover_files
from library.models import FACTS, Book, UserBook

# The sources of a Book that no catalogue bears out: its words are those of the person who was first.
PEOPLE = frozenset(["", "typed", facts.YOU, facts.PHOTO, facts.IMPORT])


SIGNS = re.compile(r"(?<=\w)(?:\+\+?|#)(?!\w)")  # of a title, where they belong to a name
ORIGINS = {facts.PHOTO: facts.PHOTO, facts.IMPORT: facts.IMPORT}  # all others of them are the owner's words


def is_confirmed(book: Book) -> bool:
    return book.source not in PEOPLE


def placeholder(isbn13: str) -> Record:
    """A book of which nothing is known yet but its number."""
    return Record(title=f"ISBN {isbn.hyphenated(isbn13)}", isbn=isbn13)


def is_placeholder(title: str) -> bool:
    return bool(re.fullmatch(r"ISBN [\dX-]{10,17}", title))


def work_key(title: str, authors) -> str:
    """Title and first author's surname, folded; the same for all editions of a work as far as text can tell."""
    signs = "".join(sorted(SIGNS.findall(title)))  # C, C++ and C# are three books
    surname = [PersonName(authors[0]).surname_key] if authors else []
    folded = f"{folding.sort_title(title) or folding.fold_name(title)}{signs}"
    return "|".join([folded, *filter(None, surname)])[:300]


def _find_book(record: Record) -> Book | None:
    """The edition that `record` is: by ISBN where it has one, else the one without ISBN of the same title and author."""
    if record.isbn:
        return Book.objects.filter(isbn13=record.isbn).first()
    key = work_key(record.title, record.authors)
    return Book.objects.filter(isbn13__isnull=True, work_key=key).order_by("pk").first()


def find_or_make_book(record: Record) -> Book:
    """The edition that `record` is, made where nobody had it yet. Two workers at once end with one row."""
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
                **facts.of_record(record),
            )
    except IntegrityError:
        return Book.objects.get(isbn13=record.isbn)


def complete_edition(book: Book, record: Record) -> bool:
    """The shared edition learns from a catalogue's `record` of it what it lacks, or everything where only people had spoken;
    whether it learned anything."""
    if record.source in PEOPLE:
        return False
    values = {fact: value for fact, value in facts.of_record(record).items() if value not in ("", None, [])}
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


def record_of(book: Book) -> Record:
    """What is shared about an edition, as a catalogue would say it."""
    values = {fact: getattr(book, fact) for fact in FACTS if fact != "isbn13"}
    values |= {"authors": tuple(book.authors), "categories": tuple(book.categories)}
    return Record(**values, isbn=book.isbn13 or "", links=book.links, source=book.source, source_id=book.source_id)


def follow_isbn(copy: UserBook):
    """`copy` (not saved yet) was given another number, or none: it is the edition of that from now on. An edition nobody had yet
    begins with what is true of the work; publisher, pages and cover were those of the former one."""
    values = {fact: getattr(copy, fact) for fact in ("title", "series", "series_number", "language")}
    copy.book = find_or_make_book(Record(**values, authors=tuple(copy.authors), isbn=copy.isbn13, source=facts.YOU))


def owned_copies(user, record: Record):
    """This person's copies of the same book: the same ISBN, or the same title and author in any edition."""
    key = work_key(record.title, record.authors)
    copies = UserBook.objects.of(user)
    same = copies.filter(book__work_key=key)
    return (same | copies.filter(isbn13=record.isbn)).distinct() if record.isbn else same


def owned_flags(user, records: list[Record]) -> list[bool]:
    """For each of `records` whether this person has the same book, asked in two queries however many there are."""
    keys = [work_key(record.title, record.authors) for record in records]
    copies = UserBook.objects.of(user)
    own_keys = set(copies.filter(book__work_key__in=set(keys)).values_list("book__work_key", flat=True))
    isbns = {record.isbn for record in records} - {""}
    own_isbns = set(copies.filter(isbn13__in=isbns).values_list("isbn13", flat=True))
    return [key in own_keys or record.isbn in own_isbns for key, record in zip(keys, records, strict=True)]


def add_copy(user, record: Record, **own) -> UserBook:
    """A new copy of `record` in this person's library; `own` holds what is theirs: shelf, status, …

    Where no catalogue bears the edition out the copy says what `record` says, not what others typed about it."""
    book = find_or_make_book(record)
    copied = facts.of_record(record_of(book) if is_confirmed(book) else record)
    copied["isbn13"] = book.isbn13 or ""
    origin = book.source if is_confirmed(book) else ORIGINS.get(record.source, facts.YOU)
    origins = {fact: origin for fact, value in copied.items() if value}
    if is_placeholder(copied["title"]):
        del origins["title"]  # nobody says so: whoever knows better may
    key = book.cover_key if copied["cover"] == book.cover else ""
    copy = UserBook.objects.create(user=user, book=book, cover_key=key, origins=origins, **copied, **own)
    cover_files.want(copy)
    return copy
