"""Adds books by ISBN, one or hundreds at a time. They appear at once with the details we have; a worker looks up the rest.

Entries can safely be sent again: an entry whose key has been used adds nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from django.db import IntegrityError, models, transaction

from catalogs import Record, isbn
from catalogs.models import CatalogRecord
from library import metadata_lookup
from library.copies import facts, identity, tagging
from library.models import Book, Entry, Preferences, Shelf, Status, SyncStatus, UserBook


class OnDuplicate(models.TextChoices):
    """What to do with an ISBN that is already in the library."""

    COPY = "copy", "Add another copy"
    SKIP = "skip", "Skip it"


@dataclass(frozen=True)
class Batch:
    status: str = Status.TO_READ
    shelf: Shelf | None = None
    tags: tuple[str, ...] = ()
    on_duplicate: str = OnDuplicate.COPY

    def as_choices(self) -> dict:
        plain = {name: value for name, value in asdict(self).items() if name != "shelf"}
        return {**plain, "tags": list(self.tags), "shelf": self.shelf.pk if self.shelf else None}

    @property
    def status_label(self) -> str:
        return str(Status(self.status).label)

    @property
    def duplicate_label(self) -> str:
        return str(OnDuplicate(self.on_duplicate).label)

    def as_own(self) -> dict:
        """The keyword arguments for `add_isbns`."""
        return {"status": self.status, "shelf": self.shelf, "tags": self.tags, "on_duplicate": self.on_duplicate}


def last_batch(user) -> Batch:
    """This person's last choices. By default, books they already have are skipped."""
    chosen = Preferences.objects.choices_of(user).get("batch") or {}
    status, on_duplicate = chosen.get("status"), chosen.get("on_duplicate")
    return Batch(
        status=status if status in Status.values else Status.TO_READ,
        shelf=Shelf.objects.filter(user=user, pk=chosen["shelf"]).first() if chosen.get("shelf") else None,
        tags=tuple(chosen.get("tags") or ()),
        on_duplicate=on_duplicate if on_duplicate in OnDuplicate.values else OnDuplicate.SKIP,
    )


def remember_batch(user, batch: Batch):
    Preferences.objects.choose(user, batch=batch.as_choices())


class EntryOutcome(StrEnum):
    ADDED = "added"
    OWNED = "owned"  # already in the library, so skipped
    AGAIN = "again"  # this entry has been sent before
    REFUSED = "refused"  # not an ISBN; `sentence` says why


@dataclass(frozen=True)
class Entered:
    """The result for one number that was typed or scanned."""

    text: str
    outcome: EntryOutcome
    copy: UserBook | None = None
    isbn: str = ""
    key: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class _EnteredCopy(Entered):
    """An entry that was not refused."""

    copy: UserBook


@transaction.atomic
def add_isbns(
    user,
    isbns: Sequence[str],
    *,
    status: str = Status.TO_READ,
    shelf=None,
    tags: Iterable[str] = (),
    on_duplicate: str = OnDuplicate.COPY,
    entry: str = Entry.ISBN,
    keys: Sequence[str] = (),
) -> list[Entered]:
    """Adds a copy for every ISBN (in any spelling) to this person's library. Returns the results in the same order.

    `keys`, chosen by the client, identify the entries: sending one again adds nothing. Details we already have are filled in at
    once; a worker asks the catalogues for the rest."""
    keys = [*keys, *[""] * (len(isbns) - len(keys))]
    read = [isbn.read(text) for text in isbns]
    numbers = {found.isbn for found in read} - {""}
    before = {copy.entry_key: copy for copy in UserBook.objects.filter(user=user, entry_key__in=set(keys) - {""})}
    owned = _first_copies(user, numbers)
    known = known_here(numbers)
    own = {"status": status, "shelf": shelf, "entry": entry}
    entered = []
    for text, key, found in zip(isbns, keys, read, strict=True):
        number, problem = found.isbn, found.problem
        if key and key in before:
            entered.append(Entered(text, EntryOutcome.AGAIN, before[key], before[key].isbn13, key))
        elif problem:
            entered.append(Entered(text, EntryOutcome.REFUSED, None, "", key, problem))
        elif number in owned and on_duplicate == OnDuplicate.SKIP:
            entered.append(Entered(text, EntryOutcome.OWNED, owned[number], number, key, "You already have this book."))
        else:
            fresh = replace(_add(user, known.get(number) or identity.placeholder(number), key, own), sentence=found.note)
            entered.append(fresh)
            owned.setdefault(number, fresh.copy)
            before |= {key: fresh.copy} if key else {}
    added = [item.copy for item in entered if item.copy and item.outcome == EntryOutcome.ADDED]
    _tag(user, added, tags)
    metadata_lookup.begin_lookup(added)
    return entered


@transaction.atomic
def add_record(
    user, record: Record, *, given: dict | None = None, tags: Iterable[str] = (), key: str = "", **own
) -> _EnteredCopy:
    """Adds one copy of `record`, which a catalogue returned or the owner typed. `given` are facts the owner typed, which nothing
    overwrites; `own` are personal fields: status, shelf, entry."""
    before = UserBook.objects.filter(user=user, entry_key=key).first() if key else None
    if before:
        return _EnteredCopy(record.title, EntryOutcome.AGAIN, before, before.isbn13, key)
    entered = _add(user, record, key, own)
    if entered.outcome == EntryOutcome.ADDED:
        if given:
            facts.change_facts(entered.copy, given, facts.YOU)
            entered.copy.save()
        _tag(user, [entered.copy], tags)
        metadata_lookup.begin_lookup([entered.copy])
    return entered


def known_here(numbers: Iterable[str]) -> dict[str, Record]:
    """Records for those ISBNs that our own database knows, in two queries."""
    numbers = set(numbers)
    local = CatalogRecord.objects.filter(isbn13__in=numbers)
    known = {row.isbn13: row.as_record() for row in local}
    editions = Book.objects.filter(isbn13__in=numbers).exclude(source__in=identity.PEOPLE)
    return known | {book.isbn13: identity.record_of_book(book) for book in editions}


def _first_copies(user, numbers: set[str]) -> dict[str, UserBook]:
    copies = UserBook.objects.of(user).filter(isbn13__in=numbers).order_by("-added", "-pk")
    return {copy.isbn13: copy for copy in copies}


def _add(user, record: Record, key: str, own: dict) -> _EnteredCopy:
    """Uses a savepoint, because another process may have just entered the same key."""
    text = record.isbn or record.title
    try:
        with transaction.atomic():
            copy = identity.add_copy(user, record, entry_key=key, sync_status=_wanted(record), **own)
    except IntegrityError:
        copy = UserBook.objects.filter(user=user, entry_key=key).exclude(entry_key="").first()
        if copy is None:
            raise
        return _EnteredCopy(text, EntryOutcome.AGAIN, copy, copy.isbn13, key)
    return _EnteredCopy(text, EntryOutcome.ADDED, copy, record.isbn, key)


def _wanted(record: Record) -> str:
    """Whether to look the book up: only an ISBN identifies an edition for certain."""
    if not record.isbn:
        return SyncStatus.NONE
    return SyncStatus.PENDING if metadata_lookup.needs_lookup(record) else SyncStatus.SYNCED


def _tag(user, copies: list[UserBook], names: Iterable[str]):
    """Tags new copies, which have no tags yet, with one statement."""
    tags = tagging.find_or_make_tags(user, list(names)) if copies else []
    tagging.Through.objects.bulk_create(
        [tagging.Through(userbook_id=copy.pk, tag=tag) for copy in copies for tag in tags], ignore_conflicts=True
    )
