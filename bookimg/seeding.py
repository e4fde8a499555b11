"""Synthetic libraries for trying out and measuring BookImg: identical for the same seed on the same day."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from catalogs import folding
from catalogs.synthetic import AUTHORS, PUBLISHERS, MadeUp, isbn13, skewed_rank
from library.copies import tagging
from library.copies.identity import work_key
from library.models import FACTS, Book, CopyAuthor, Entry, Loan, Reading, Shelf, Status, SyncStatus, UserBook

CHUNK = 500
SUBJECTS = (
    "Fiction", "Science fiction", "Fantasy", "Crime", "Poetry", "History", "Biography", "Travel", "Cookery", "Gardening", "Art",
    "Music", "Philosophy", "Science", "Mathematics", "Nature", "Politics", "Children", "Comics", "Drama",
)  # fmt: skip
TAGS = (
    "signed", "gift", "first edition", "from grandmother", "beach", "book club", "to lend", "reread", "school", "large print",
    "translated", "classic", "short stories", "cheered me up", "made me cry", "second hand", "work", "for the kids", "space",
    "unfinished", "new", "out of print", "illustrated", "essays", "winter evenings", "detective", "ghosts", "islands", "cats",
)  # fmt: skip
LANGUAGES = {"en": 62, "de": 10, "fr": 8, "es": 7, "it": 4, "pt": 3, "nl": 3, "ca": 1, "": 2}
BINDINGS = {"Paperback": 65, "Hardcover": 25, "": 10}
STATUSES = {Status.READ: 45, Status.TO_READ: 40, Status.READING: 3, Status.DID_NOT_FINISH: 4, Status.WISHLIST: 8}
ENTRIES = {Entry.SCAN: 45, Entry.IMPORT: 25, Entry.BARCODE: 12, Entry.ISBN: 10, Entry.HAND: 5, Entry.SEARCH: 3}
ROOMS = ("Living room", "Study", "Hall", "Bedroom", "Attic")
PEOPLE = ("Ana", "Ben", "Chiara", "Deniz", "Emil", "Fatima", "Grandmother", "Hugo", "Inés", "Jonas")


def _weighted_choice(chance: random.Random, shares: dict) -> str:
    return chance.choices(list(shares), shares.values())[0]


class _Bookshop:
    """Synthetic editions to fill libraries with: single books, and series with some of their volumes."""

    def __init__(self, seed: int):
        self.chance = random.Random(seed)
        self.words = MadeUp(seed)
        self.number = seed * 10_000_019

    def editions(self, count: int) -> list[Book]:
        return list(islice(self.stream(), count))

    def stream(self) -> Iterator[Book]:
        while True:
            authors = [
                self.words.author(skewed_rank(self.chance, AUTHORS)) for _ in range(self.chance.choices((1, 2, 3), (90, 8, 2))[0])
            ]
            year = max(1890, 2024 - int(abs(self.chance.gauss(0, 28))))
            if self.chance.random() < 0.06:
                yield from self.series(authors[:1], year)
            else:
                yield self.edition(authors, year)

    def series(self, authors: list[str], year: int) -> Iterator[Book]:
        name = self.title()
        for volume in range(1, self.chance.randint(2, 14)):
            if self.chance.random() < 0.8:
                yield self.edition(authors, min(2024, year + volume), series=name, series_number=str(volume))

    def author(self) -> str:
        return self.words.author(skewed_rank(self.chance, AUTHORS))

    def title(self) -> str:
        """The title without the volume number, which is a separate fact."""
        return self.words.title(self.chance).partition(" (")[0]

    def edition(self, authors: list[str], year: int, **facts) -> Book:
        chance, title = self.chance, self.title()
        self.number += 7919
        month = f"-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}" if chance.random() < 0.3 else ""
        return Book(
            title=title,
            subtitle=self.title() if chance.random() < 0.15 else "",
            authors=authors,
            isbn13=isbn13(self.number % 10**9) if chance.random() < 0.85 else None,
            publisher=chance.choice(PUBLISHERS),
            published_date=f"{year}{month}" if chance.random() < 0.97 else "",
            language=_weighted_choice(chance, LANGUAGES),
            pages=min(1400, max(24, int(chance.gauss(320, 140)))) if chance.random() < 0.95 else None,
            binding=_weighted_choice(chance, BINDINGS),
            categories=chance.sample(SUBJECTS, chance.randint(0, 2)),
            source="local",
            work_key=work_key(title, authors),
            **facts,
        )


def _stock(books: list[Book]):
    """Saves `books`. If an ISBN is already taken, the synthetic edition gets none."""
    for start in range(0, len(books), CHUNK):
        chunk = books[start : start + CHUNK]
        wanted = [book.isbn13 for book in chunk if book.isbn13]
        taken = set(Book.objects.filter(isbn13__in=wanted).values_list("isbn13", flat=True))
        for book in chunk:
            book.isbn13 = None if book.isbn13 in taken else book.isbn13
        Book.objects.bulk_create(chunk)


def _copy_of(book: Book, user, **own) -> UserBook:
    facts = {fact: getattr(book, fact) for fact in FACTS} | {"isbn13": book.isbn13 or ""}
    return UserBook(user=user, book=book, origins={"title": "local"}, **facts, **own)


class _Household:
    """The data of one person about their books: places, readings, loans."""

    def __init__(self, user, seed: int, now: datetime):
        self.user, self.now = user, now
        self.chance = random.Random(f"{user.username} {seed}")

    def put_up_shelves(self, count: int):
        """Creates five rooms with as many bookcases as needed, each with six shelves."""
        there = {(shelf.room, shelf.bookcase, shelf.name) for shelf in self.user.shelves.all()}
        places = [
            (ROOMS[n // 6 % len(ROOMS)], f"Bookcase {n // 6 // len(ROOMS) + 1}", f"Shelf {n % 6 + 1}")
            for n in range(max(1, min(180, count // 50)))
        ]
        new = [(number, place) for number, place in enumerate(places, start=1) if place not in there]
        Shelf.objects.bulk_create(
            Shelf(user=self.user, room=room, bookcase=bookcase, name=name, position=number)
            for number, (room, bookcase, name) in new
        )
        self.shelves = list(self.user.shelves.all())

    def own(self) -> dict:
        """The personal data of one copy."""
        chance = self.chance
        status = _weighted_choice(chance, STATUSES)
        added = self.days_ago(3000)
        return {
            "status": status,
            "shelf": chance.choice(self.shelves) if status != Status.WISHLIST and chance.random() < 0.92 else None,
            "rating": chance.choices(range(2, 11), (1, 1, 2, 4, 8, 12, 14, 10, 8))[0] if self.rates(status) else None,
            "favourite": chance.random() < 0.03,
            "notes": f"From {chance.choice(PEOPLE)}." if chance.random() < 0.05 else "",
            "entry": _weighted_choice(chance, ENTRIES),
            "sync_status": _weighted_choice(chance, {SyncStatus.NONE: 980, SyncStatus.SYNCED: 15, SyncStatus.FAILED: 5}),
            "removed": self.days_ago(30) if chance.random() < 0.005 else None,
            "added": added,
            "changed": added,
        }

    def rates(self, status) -> bool:
        return status in (Status.READ, Status.DID_NOT_FINISH) and self.chance.random() < 0.7

    def days_ago(self, at_most: int) -> datetime:
        return self.now - timedelta(days=self.chance.randrange(at_most), seconds=self.chance.randrange(86_400))

    def tag(self, copies: list[UserBook], names):
        tags = tagging.find_or_make_tags(self.user, names)
        through, chance = UserBook.tags.through, self.chance
        pairs = {
            (book.pk, tags[skewed_rank(chance, len(tags))].pk)
            for book in copies
            for _ in range(chance.choices((0, 1, 2, 3), (40, 35, 18, 7))[0])
        }
        rows = [through(userbook_id=book, tag_id=tag) for book, tag in sorted(pairs)]
        through.objects.bulk_create(rows, batch_size=2000)

    def read(self, copies: list[UserBook]):
        """Creates one or sometimes two readings for books that were read, and an open one for books being read."""
        rows = []
        for book in copies:
            if book.status in (Status.READ, Status.READING) and self.chance.random() < 0.8:
                rows += [self.reading(book) for _ in range(self.chance.choices((1, 2), (92, 8))[0])]
        Reading.objects.bulk_create(rows, batch_size=2000)

    def reading(self, book: UserBook) -> Reading:
        if book.status == Status.READING:
            return Reading(copy=book, started=self.days_ago(60).date())
        finished = self.days_ago(4000).date()
        started = finished - timedelta(days=self.chance.randint(1, 40)) if self.chance.random() < 0.8 else None
        return Reading(copy=book, started=started, finished=finished)

    def lend(self, copies: list[UserBook]):
        """One book in a hundred has been lent; a quarter of those have not been returned."""
        rows = []
        for book in self.chance.sample(copies, len(copies) // 100):
            since = self.days_ago(400).date()
            away = self.chance.random() < 0.25
            returned = None if away else min(self.now.date(), since + timedelta(days=self.chance.randint(3, 90)))
            due = since + timedelta(days=60) if self.chance.random() < 0.6 else None
            rows.append(Loan(copy=book, borrower=self.chance.choice(PEOPLE), since=since, due=due, returned=returned))
        Loan.objects.bulk_create(rows)


def _save_copies(copies: list[UserBook]):
    """Saves new copies with their authors."""
    for start in range(0, len(copies), CHUNK):
        chunk = copies[start : start + CHUNK]
        with transaction.atomic():
            UserBook.objects.bulk_create(chunk)
            CopyAuthor.objects.bulk_create(row for made in chunk for row in CopyAuthor.rows_of(made))


def _today() -> datetime:
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)


def furnish(user, count: int, seed: int) -> list[Book]:
    """Creates a library of `count` books for `user`, with all kinds of personal data. Returns its editions."""
    books = _Bookshop(seed).editions(count)
    _stock(books)
    household = _Household(user, seed, _today())
    household.put_up_shelves(count)
    copies = [_copy_of(book, user, **household.own()) for book in books]
    _save_copies(copies)
    household.tag(copies, TAGS)
    household.read(copies)
    household.lend(copies)
    return books


def neighbours(count: int, entries: int, books: list[Book], seed: int) -> Iterator[int]:
    """Creates `count` other people with `entries` copies in total, drawn from `books` and from editions of their own.
    Yields the number of copies saved for each person. Nobody can sign in as one of them."""
    people = get_user_model().objects
    more = _Bookshop(seed + 1).editions(min(60_000, entries // 4 + 1))
    _stock(more)
    pool = _Pool([*books, *more])
    for number in range(count):
        user, _ = people.get_or_create(username=f"reader-{seed}-{number + 1}", defaults={"password": make_password(None)})
        share = entries * (number + 1) // count - entries * number // count
        household = _Household(user, seed, _today())
        household.put_up_shelves(share)
        yield pool.fill(household, share)


class _Rows:
    """Inserts rows without the ORM, which takes ten times as long to build the query as the database takes to run it."""

    def __init__(self, model):
        self.model, self.fields = model, model._meta.concrete_fields
        self.place = {field.name: number for number, field in enumerate(self.fields)}
        columns = ", ".join(connection.ops.quote_name(field.column) for field in self.fields)
        values = ", ".join(["%s"] * len(self.fields))
        self.sql = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({values})"

    def of(self, made) -> list:
        return [field.get_db_prep_save(getattr(made, field.attname), connection) for field in self.fields]

    def with_own(self, row: list, own: dict) -> list:
        row = row.copy()
        for name, value in own.items():
            place = self.place[name]
            row[place] = self.fields[place].get_db_prep_save(getattr(value, "pk", value), connection)
        return row

    def next_pk(self) -> int:
        return (self.model.objects.aggregate(last=Max("pk"))["last"] or 0) + 1

    def store(self, rows: list[list]):
        with connection.cursor() as cursor:
            cursor.executemany(self.sql, rows)


class _Pool:
    """Copies that are prepared once, for thousands of libraries."""

    def __init__(self, books: list[Book]):
        self.copies, self.authors = _Rows(UserBook), _Rows(CopyAuthor)
        made = [_copy_of(book, None) for book in books]
        for copy in made:
            copy.refold()
        self.made = [(self.copies.of(copy), [self.authors.of(row) for row in CopyAuthor.rows_of(copy)]) for copy in made]

    @transaction.atomic
    def fill(self, household: _Household, count: int) -> int:
        first, author_pk = self.copies.next_pk(), self.authors.next_pk()
        copies, authors = [], []
        for pk in range(first, first + count):
            copy, written_by = household.chance.choice(self.made)
            own = household.own()
            own["own_words"] = folding.fold(own["notes"])
            copies.append(self.copies.with_own(copy, {"id": pk, "user": household.user} | own))
            for row in written_by:
                authors.append(self.authors.with_own(row, {"id": author_pk, "user": household.user, "copy": pk}))
                author_pk += 1
        self.copies.store(copies)
        self.authors.store(authors)
        return count


def update_sequences():
    """Updates the sequences (PostgreSQL) and the planner's statistics, as they would be in a database that has settled."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [UserBook, CopyAuthor]):
            cursor.execute(statement)
        cursor.execute("ANALYZE")
