"""Adds many copies at once: the same as `identity.add_copy`, in a handful of queries however many there are."""

from dataclasses import dataclass, field

from django.db import transaction

from catalogs import Record
from library.copies import facts, tagging
from library.copies.identity import is_confirmed, is_placeholder, work_key
from library.models import FACTS, Book, CopyAuthor, FactChange, Loan, Reading, UserBook

BATCH = 500
TagOfBook = UserBook.tags.through
# The details from a person's file that go into the shared edition: only what is printed in the book, nothing personal.
SHARED = (
    "subtitle", "publisher", "published_date", "first_published", "language", "series", "series_number", "pages", "binding",
)  # fmt: skip


@dataclass
class NewCopy:
    """A copy to add. `facts` are the owner's; the edition fills those left empty. `own` holds other columns of UserBook;
    readings, loans and changes hold the columns of their rows. `edition` is the Record of the edition, unless `facts`
    describe it."""

    facts: dict
    own: dict = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    readings: list[dict] = field(default_factory=list)
    loans: list[dict] = field(default_factory=list)
    changes: list[dict] = field(default_factory=list)
    edition: Record | None = None

    def record(self) -> Record:
        if self.edition:
            return self.edition
        shared = {name: self.facts[name] for name in SHARED if self.facts.get(name)}
        authors = tuple(self.facts.get("authors") or ())
        return Record(self.facts["title"], authors, isbn=self.facts.get("isbn13") or "", source=facts.IMPORT, **shared)


@transaction.atomic
def add_copies(user, wanted: list[NewCopy], source: str = facts.IMPORT) -> list[UserBook]:
    """Adds the copies to this person's library and returns them in order. `source` is the source of their facts."""
    books = _find_or_make_books([new.record() for new in wanted])
    copies = [_copy(user, new, book, source) for new, book in zip(wanted, books, strict=True)]
    UserBook.objects.bulk_create(copies, batch_size=BATCH)
    CopyAuthor.objects.bulk_create([row for copy in copies for row in CopyAuthor.rows_of(copy)], batch_size=BATCH)
    _keep_dates(wanted, copies)
    tag_copies(user, [(copy, new.tags) for new, copy in zip(wanted, copies, strict=True)])
    for model, name in ((Reading, "readings"), (Loan, "loans"), (FactChange, "changes")):
        pairs = zip(wanted, copies, strict=True)
        rows = [model(copy=copy, **columns) for new, copy in pairs for columns in getattr(new, name)]
        model.objects.bulk_create(rows, batch_size=BATCH)
    return copies


def _find_or_make_books(records: list[Record]) -> list[Book]:
    """The editions of `records`, found or created by the same rules as `identity.find_or_make_book`.

    Without an ISBN, volumes of a series with the same title are still separate editions."""
    wanted = {_key(record): record for record in records}
    known = _known(wanted)
    missing = [_book(record) for key, record in wanted.items() if key not in known]
    if missing:
        # If another process creates the same edition at the same time, use that one.
        numbered = [book for book in missing if book.isbn13]
        Book.objects.bulk_create(numbered, batch_size=BATCH, ignore_conflicts=True)
        known |= _by_isbn([book.isbn13 for book in numbered])
        others = Book.objects.bulk_create([book for book in missing if not book.isbn13], batch_size=BATCH)
        known |= {(book.work_key, book.series_number): book for book in others}
    return [known[_key(record)] for record in records]


def tag_copies(user, pairs: list[tuple[UserBook, list[str]]]):
    """Adds tags to copies, creating new tags as needed."""
    pairs = [(copy, names) for copy, names in pairs if names]
    tags = tagging.find_or_make_tags(user, [name for _, names in pairs for name in names]) if pairs else []
    by_fold = {tag.folded: tag for tag in tags}
    rows = []
    for copy, names in pairs:
        chosen = {by_fold[folded].pk for name in tagging.tidy(names) if (folded := tagging.Tag.fold(name)) in by_fold}
        rows += [TagOfBook(userbook_id=copy.pk, tag_id=pk) for pk in chosen]
    TagOfBook.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def _key(record: Record):
    return record.isbn or (work_key(record.title, record.authors), record.series_number)


def _known(wanted: dict) -> dict:
    isbns = [key for key in wanted if isinstance(key, str)]
    works = {key[0] for key in wanted if not isinstance(key, str)}
    found = _by_isbn(isbns)
    if works:
        for book in Book.objects.filter(isbn13__isnull=True, work_key__in=works).order_by("-pk"):  # the oldest wins
            found[(book.work_key, book.series_number)] = book
    return found


def _by_isbn(isbns: list[str]) -> dict[str, Book]:
    return {book.isbn13: book for book in Book.objects.filter(isbn13__in=isbns)} if isbns else {}


def _book(record: Record) -> Book:
    key = work_key(record.title, record.authors)
    source = {"source": record.source, "source_id": record.source_id[:100], "links": record.links}
    return Book(isbn13=record.isbn or None, work_key=key, **source, **facts.facts_of_record(record))


def _copy(user, new: NewCopy, book: Book, source: str) -> UserBook:
    values = {fact: new.facts[fact] for fact in FACTS if new.facts.get(fact) not in (None, "", [], ())}
    # Only confirmed editions: details that other people typed must not appear on this copy.
    known = {fact: getattr(book, fact) for fact in FACTS if is_confirmed(book) and getattr(book, fact)}
    columns = {"isbn13": book.isbn13 or ""} | known | values
    origins = {fact: source if fact in values else book.source for fact in columns if columns[fact]}
    if is_placeholder(columns["title"]):
        del origins["title"]  # so that any source may replace it
    if book.cover and columns.get("cover") == book.cover:
        columns["cover_key"] = book.cover_key
    return UserBook(user=user, book=book, **columns | {"origins": origins, "version": 1} | new.own)


def _keep_dates(wanted: list[NewCopy], copies: list[UserBook]):
    """Restores `changed` from the import, because every write sets it."""
    dated = [(copy, new.own["changed"]) for new, copy in zip(wanted, copies, strict=True) if "changed" in new.own]
    for copy, moment in dated:
        copy.changed = moment
    UserBook.objects.bulk_update([copy for copy, _ in dated], ["changed"], batch_size=BATCH)
