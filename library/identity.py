"""The one place that decides "is this the same book?": for scans, ISBN entry, imports and the API."""

from django.db import IntegrityError, transaction

from library import facts, folding
from library.catalogs import Record
from library.models import FACTS, Book, UserBook


def work_key(title: str, authors) -> str:
    """Title and first author's surname, folded; the same for all editions of a work as far as text can tell."""
    surname = folding.sort_name(authors[0]).split()[:1] if authors else []
    return "|".join([folding.sort_title(title), *surname])[:300]


def find_book(record: Record) -> Book | None:
    """The edition that `record` is: by ISBN where it has one, else the one without ISBN of the same title and author."""
    if record.isbn:
        return Book.objects.filter(isbn13=record.isbn).first()
    key = work_key(record.title, record.authors)
    return Book.objects.filter(isbn13__isnull=True, work_key=key).order_by("pk").first()


def find_or_make_book(record: Record) -> Book:
    """The edition that `record` is, made where nobody had it yet. Two workers at once end with one row."""
    found = find_book(record)
    if found:
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
    """A new copy of `record` in this person's library; `own` holds what is theirs: shelf, status, …"""
    book = find_or_make_book(record)
    copied = {fact: getattr(book, fact) for fact in FACTS} | {"isbn13": book.isbn13 or ""}
    origins = {fact: book.source or facts.YOU for fact, value in copied.items() if value}
    return UserBook.objects.create(user=user, book=book, origins=origins, **copied, **own)
