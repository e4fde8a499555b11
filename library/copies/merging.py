"""Two records of one book become one, and one record that stood for two books becomes two. By hand only, and undoable."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils.formats import date_format

from catalogs import isbn
from library.copies import facts, tagging, trash, undoing
from library.models import FACTS, FactChange, Reading, Status, Undo, UserBook

AT_MOST = 24  # copies shown side by side
MERGE = "merge"  # the source of a fact that came from the other record
# The own fields that one of two records may have to itself; the one that stays keeps its own where both have one.
FILLED = ("shelf_id", "rating", "bought", "bought_from", "price", "currency", "condition", "condition_note")
JOINED = ("review", "notes")
# Of two states the one that tells more.
TELLING = (Status.WISHLIST, Status.TO_READ, Status.DID_NOT_FINISH, Status.READING, Status.READ)
TOUCHED = (*FACTS, *FILLED, *JOINED, "status", "favourite", "added", "cover_key", "imported", "origins", "book_id")


class MergeError(Exception):
    """A sentence for the person: why these two cannot be one."""


@dataclass(frozen=True)
class CopyRows:
    """Rows that go with the book that they are about, by the name of the relation from the copy to them."""

    relation: str
    heading: str = ""  # where a record becomes two, its owner chooses among them under this heading; "": they all stay
    in_words: Callable[..., str] = str  # a row, for that choice


def _reading_in_words(reading: Reading) -> str:
    return " to ".join(date_format(day, "j F Y") if day else "?" for day in (reading.started, reading.finished))


# Apps above add theirs when they start.
COPY_ROWS = [
    CopyRows("readings", "Reading dates", _reading_in_words),
    CopyRows("loans", "Loans", lambda loan: f"{loan.borrower}, {date_format(loan.since, 'j F Y')}"),
]


@dataclass(frozen=True)
class _Difference:
    """Something that the two records say differently: what stays, and what is kept in the history only."""

    name: str
    kept: object
    other: object


def possible_duplicates(copy: UserBook) -> list[UserBook]:
    """Other copies of this person that may be the same book: of the same work in any edition, or of the same ISBN. Two questions,
    for each has an index of its own."""
    mine = UserBook.objects.of(copy.user_id).exclude(pk=copy.pk).select_related("shelf")
    same = list(mine.filter(book__work_key=copy.book.work_key).order_by("added", "pk")[:AT_MOST])
    if copy.isbn13:
        same += mine.filter(isbn13=copy.isbn13).exclude(pk__in=[other.pk for other in same]).order_by("added", "pk")[:AT_MOST]
    return same


def fact_differences(keep: UserBook, other: UserBook) -> list[_Difference]:
    """Where both say something, and not the same."""
    names = (*FACTS, *FILLED)
    pairs = [_Difference(name, getattr(keep, name), getattr(other, name)) for name in names]
    return [item for item in pairs if item.kept and item.other and item.kept != item.other]


@transaction.atomic
def merge_copies(user, keep: UserBook, other: UserBook, two_isbns: bool = False) -> Undo:
    """`other` goes into `keep` and then to the trash. What `keep` lacks it gets; what both say differently `keep` says on, and
    the other word stays in its history. `two_isbns`: the person was asked about two different ISBNs and said yes."""
    keep, other = _locked(user, keep), _locked(user, other)
    _refuse(keep, other, two_isbns)
    before = _values(keep)
    steps = [step for rows in COPY_ROWS if (step := _move(rows.relation, other, keep))]
    had_number = bool(keep.isbn13)
    _fill_facts(keep, other)
    if keep.isbn13 and not had_number:
        keep.book = other.book  # it has the other's number, and so is that edition
    _fill_own(keep, other)
    keep.save()
    new_tags = _share_tags(keep, other)
    trash.move_to_trash(other)
    after = _values(keep)
    changed = [name for name in after if after[name] != before[name]]
    steps += [undoing.tagged(name, [keep.pk]) for name in new_tags]
    steps.append(undoing.values(keep, {n: before[n] for n in changed}, {n: after[n] for n in changed}))
    steps.append(undoing.undo_columns("removed", other.removed, [(other.pk, None)]))
    return undoing.record(user, f"Merged two records of “{keep.title[:120]}”.", *steps)


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
    """What a merge may change about a copy, as it is now."""
    values = {name: getattr(copy, name) for name in TOUCHED}
    return {name: dict(value) if isinstance(value, dict) else value for name, value in values.items()}


def _move(relation: str, copy: UserBook, to: UserBook) -> dict | None:
    rows = list(getattr(copy, relation).values_list("pk", flat=True))
    if not rows:
        return None
    getattr(copy, relation).update(copy=to)
    return undoing.moved(relation, rows, copy, to)


def _fill_facts(keep: UserBook, other: UserBook):
    """A fact that only the other record has comes over with its origin; one that both have differently goes into the history."""
    for fact in FACTS:
        mine, theirs = getattr(keep, fact), getattr(other, fact)
        left_empty = not mine and keep.origins.get(fact) == facts.YOU  # a decision too, such as for the drawn cover
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
    """What two imports have kept, down to the single number and column; mine where both have one."""
    inner = {
        name: {**values, **mine[name]}
        for name, values in theirs.items()
        if isinstance(mine.get(name), dict) and isinstance(values, dict)
    }
    return {**theirs, **mine, **inner}


def _share_tags(keep: UserBook, other: UserBook) -> list[str]:
    """The names of the tags that `keep` did not have."""
    mine = tagging.names_of(keep)
    fresh = [name for name in tagging.names_of(other) if name not in mine]
    tagging.set_tags(keep, [*mine, *fresh])
    return fresh


@transaction.atomic
def split_copy(user, copy: UserBook, **rows: list[int]) -> tuple[UserBook, Undo]:
    """A second record beside `copy`, of the same edition until its facts are edited, to which these rows of `copy` go: the names
    of relations, as in COPY_ROWS, with the keys of rows."""
    copy = _locked(user, copy)
    own = {"book": copy.book, "shelf": copy.shelf, "status": copy.status, "entry": copy.entry, "origins": dict(copy.origins)}
    own |= {fact: getattr(copy, fact) for fact in FACTS} | {"cover_key": copy.cover_key}
    second = UserBook.objects.create(user=user, **own)
    tagging.set_tags(second, tagging.names_of(copy))
    steps = [undoing.made(second)]
    for relation, keys in rows.items():
        mine = list(getattr(copy, relation).filter(pk__in=keys).values_list("pk", flat=True))
        if mine:
            getattr(copy, relation).filter(pk__in=mine).update(copy=second)
            steps.append(undoing.moved(relation, mine, copy, second))
    copy.save(update_fields=[])
    return second, undoing.record(user, f"Split “{copy.title[:120]}” into two books.", *steps)
