"""Merges two records of one book, and splits one record into two. Only done at the owner's request, and undoable."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils.formats import date_format

from catalogs import isbn
from library.copies import facts, tagging, trash, undoing
from library.models import FACTS, FactChange, Reading, Status, Undo, UserBook

AT_MOST = 24  # copies shown side by side
MERGE = "merge"  # the source of a fact that came from the other record
# Personal fields that are filled from the other record if the kept one lacks them.
FILLED = ("shelf_id", "rating", "bought", "bought_from", "price", "currency", "condition", "condition_note")
JOINED = ("review", "notes")
# Statuses in ascending order: of two, the later one wins.
TELLING = (Status.WISHLIST, Status.TO_READ, Status.DID_NOT_FINISH, Status.READING, Status.READ)
TOUCHED = (*FACTS, *FILLED, *JOINED, "status", "favourite", "added", "cover_key", "imported", "origins", "book_id")


class MergeError(Exception):
    """Explains to the person why two records cannot be merged."""


@dataclass(frozen=True)
class CopyRows:
    """Rows that belong to a copy, named by the relation from the copy to them."""

    relation: str
    heading: str = ""  # when splitting, the owner chooses rows under this heading; if empty, all rows stay
    in_words: Callable[..., str] = str  # describes a row for that choice


def _reading_in_words(reading: Reading) -> str:
    return " to ".join(date_format(day, "j F Y") if day else "?" for day in (reading.started, reading.finished))


# Higher apps add theirs at start-up.
COPY_ROWS = [
    CopyRows("readings", "Reading dates", _reading_in_words),
    CopyRows("loans", "Loans", lambda loan: f"{loan.borrower}, {date_format(loan.since, 'j F Y')}"),
]


@dataclass(frozen=True)
class _Difference:
    """A detail in which the two records differ: the value that is kept, and the one that moves to the history."""

    name: str
    kept: object
    other: object


def possible_duplicates(copy: UserBook) -> list[UserBook]:
    """Other copies of this person that may be the same book: the same work in any edition, or the same ISBN. Two queries, so
    that both can use an index."""
    mine = UserBook.objects.of(copy.user_id).exclude(pk=copy.pk).select_related("shelf")
    same = list(mine.filter(book__work_key=copy.book.work_key).order_by("added", "pk")[:AT_MOST])
    if copy.isbn13:
        same += mine.filter(isbn13=copy.isbn13).exclude(pk__in=[other.pk for other in same]).order_by("added", "pk")[:AT_MOST]
    return same


def fact_differences(keep: UserBook, other: UserBook) -> list[_Difference]:
    """Details that both have, but with different values."""
    names = (*FACTS, *FILLED)
    pairs = [_Difference(name, getattr(keep, name), getattr(other, name)) for name in names]
    return [item for item in pairs if item.kept and item.other and item.kept != item.other]


@transaction.atomic
def merge_copies(user, keep: UserBook, other: UserBook, two_isbns: bool = False) -> Undo:
    """Merges `other` into `keep` and moves it to the trash. `keep` gets the details it lacks; where they differ, it keeps its own
    and records the other value in its history. `two_isbns`: the person has confirmed merging two different ISBNs."""
    keep, other = _locked(user, keep), _locked(user, other)
    _refuse(keep, other, two_isbns)
    before = _values(keep)
    steps = [step for rows in COPY_ROWS if (step := _move(rows.relation, other, keep))]
    had_number = bool(keep.isbn13)
    _fill_facts(keep, other)
    if keep.isbn13 and not had_number:
        keep.book = other.book  # it took over the other's ISBN, so it is that edition
    _fill_own(keep, other)
    keep.save()
    new_tags = _share_tags(keep, other)
    trash.move_to_trash(other)
    after = _values(keep)
    changed = [name for name in after if after[name] != before[name]]
    steps += [undoing.undo_tagged(name, [keep.pk]) for name in new_tags]
    steps.append(undoing.undo_values(keep, {n: before[n] for n in changed}, {n: after[n] for n in changed}))
    steps.append(undoing.undo_columns("removed", other.removed, [(other.pk, None)]))
    return undoing.record_undo(user, f"Merged two records of “{keep.title[:120]}”.", *steps)


def _locked(user, copy: UserBook) -> UserBook:
    return UserBook.objects.select_for_update(of=("self",)).get(pk=copy.pk, user=user, removed__isnull=True)


def _refuse(keep: UserBook, other: UserBook, two_isbns: bool):
    if keep.pk == other.pk:
        raise MergeError("These are already one record.")
    if keep.isbn13 and other.isbn13 and keep.isbn13 != other.isbn13 and not two_isbns:
        numbers = f"{isbn.hyphenated(keep.isbn13)} and {isbn.hyphenated(other.isbn13)}"
        raise MergeError(
            f"They have two different ISBNs, {numbers}, so they are different editions. Confirm that you want to merge them."
        )
    if all(copy.loans.filter(returned__isnull=True).exists() for copy in (keep, other)):
        raise MergeError("Both are on loan, so they cannot be merged. Mark one of them as returned first.")


def _values(copy: UserBook) -> dict:
    """The current values of everything that a merge may change."""
    values = {name: getattr(copy, name) for name in TOUCHED}
    return {name: dict(value) if isinstance(value, dict) else value for name, value in values.items()}


def _move(relation: str, copy: UserBook, to: UserBook) -> dict | None:
    rows = list(getattr(copy, relation).values_list("pk", flat=True))
    if not rows:
        return None
    getattr(copy, relation).update(copy=to)
    return undoing.undo_moved(relation, rows, copy, to)


def _fill_facts(keep: UserBook, other: UserBook):
    """Copies facts that only the other record has, with their origin; records differing values in the history."""
    for fact in FACTS:
        mine, theirs = getattr(keep, fact), getattr(other, fact)
        left_empty = not mine and keep.origins.get(fact) == facts.YOU  # cleared deliberately, such as the cover
        if not theirs or mine == theirs or left_empty:
            continue
        if mine:
            FactChange.objects.create(copy=keep, fact=fact, before=theirs, after=mine, source=MERGE)
            continue
        FactChange.objects.create(copy=keep, fact=fact, before=mine, after=theirs, source=MERGE)
        setattr(keep, fact, theirs)
        keep.origins[fact] = other.origins.get(fact, MERGE)


def _fill_own(keep: UserBook, other: UserBook):
    for name in FILLED:
        if getattr(keep, name) in (None, ""):
            setattr(keep, name, getattr(other, name))
    for name in JOINED:
        texts = [text for text in (getattr(keep, name), getattr(other, name)) if text.strip()]
        setattr(keep, name, "\n\n".join(dict.fromkeys(texts)))
    keep.status = max((keep.status, other.status), key=TELLING.index)
    keep.favourite = keep.favourite or other.favourite
    keep.added = min(keep.added, other.added)
    if keep.cover == other.cover and keep.cover:
        keep.cover_key = keep.cover_key or other.cover_key
    keep.imported = _both(keep.imported, other.imported)


def _both(mine: dict, theirs: dict) -> dict:
    """Merges the data kept from two imports, column by column; mine wins."""
    inner = {
        name: {**values, **mine[name]}
        for name, values in theirs.items()
        if isinstance(mine.get(name), dict) and isinstance(values, dict)
    }
    return {**theirs, **mine, **inner}


def _share_tags(keep: UserBook, other: UserBook) -> list[str]:
    """Adds the tags of `other` to `keep` and returns the names of the new ones."""
    mine = tagging.names_of(keep)
    fresh = [name for name in tagging.names_of(other) if name not in mine]
    tagging.set_tags(keep, [*mine, *fresh])
    return fresh


@transaction.atomic
def split_copy(user, copy: UserBook, **rows: list[int]) -> tuple[UserBook, Undo]:
    """Creates a second record with the same facts and moves rows of `copy` to it: `rows` maps relations, as in COPY_ROWS, to the
    primary keys of rows."""
    copy = _locked(user, copy)
    own = {"book": copy.book, "shelf": copy.shelf, "status": copy.status, "entry": copy.entry, "origins": dict(copy.origins)}
    own |= {fact: getattr(copy, fact) for fact in FACTS} | {"cover_key": copy.cover_key}
    second = UserBook.objects.create(user=user, **own)
    tagging.set_tags(second, tagging.names_of(copy))
    steps = [undoing.undo_made(second)]
    for relation, keys in rows.items():
        mine = list(getattr(copy, relation).filter(pk__in=keys).values_list("pk", flat=True))
        if mine:
            getattr(copy, relation).filter(pk__in=mine).update(copy=second)
            steps.append(undoing.undo_moved(relation, mine, copy, second))
    copy.save(update_fields=[])
    return second, undoing.record_undo(user, f"Split “{copy.title[:120]}” into two books.", *steps)
