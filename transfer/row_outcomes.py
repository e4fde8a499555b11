"""What becomes of the rows of one chunk: copies that are new, copies that are brought up to date, rows that say why not."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from catalogs import Record
from library import metadata_lookup
from library.copies import bulk_add, facts
from library.copies.bulk_add import NewCopy
from library.copies.identity import is_placeholder
from library.covers import cover_files
from library.models import Entry, Reading, Shelf, Status, SyncStatus, UserBook
from transfer import id_lookup, named_shelves
from transfer.formats import own_json
from transfer.items import Item
from transfer.models import Import, ImportRow
from transfer.owned_matching import Known, Owned

SKIP, UPDATE, COPY = "skip", "update", "copy"
ANYWAY = "anyway"  # one row, whose owner has seen that the book is there
ON_DUPLICATE = {SKIP: "Leave it unchanged", UPDATE: "Fill in missing details", COPY: "Add another copy"}
Result = ImportRow.Result
OWNED, IN_TRASH = "You already have this book.", "This book is in your removed books. Restore it there."
LONGEST_MESSAGE = ImportRow._meta.get_field("message").max_length
LOOKED_UP_UNASKED = 500  # rows; more questions are only asked of the catalogues where somebody says so
LOOKED_UP = ("authors", "publisher", "published_date", "cover")


@dataclass
class Plan:
    """One row, what it is to be, and, once it is written, the copies it became."""

    line: int
    item: Item
    raw: dict[str, str]
    known: Known | None = None
    result: str = Result.ADDED
    message: str = ""
    copies: list[NewCopy] = field(default_factory=list)
    pk: int | None = None

    def as_row(self, file: Import) -> ImportRow:
        data = {"title": self.item.title, "authors": self.item.facts.get("authors", []), "isbn13": self.item.isbn13}
        if self.result not in (Result.ADDED, Result.UPDATED):  # may be tried again, or go into the list of failures
            data = self.item.as_dict() | {"raw": self.raw}
        message = self.message[:LONGEST_MESSAGE]
        return ImportRow(file=file, number=self.line, data=data, result=self.result, message=message, copy_id=self.pk)


def plan(file: Import, rows: list[tuple[int, Item, dict]], by_id: dict) -> list[Plan]:
    """What is to become of each row, by what is owned now. Nothing is written."""
    usable = [(line, item) for line, item, _ in rows if not item.problem and not item.left_out]
    owned = Owned(file, usable, by_id)
    again = file.options.get("on_duplicate", UPDATE)
    return [_plan_one(Plan(line, item, raw), owned, again) for line, item, raw in rows]


def _plan_one(row: Plan, owned: Owned, again: str) -> Plan:
    item = row.item
    if item.problem:
        row.result, row.message = Result.FAILED, item.problem
    elif item.left_out:
        row.result, row.message = Result.SKIPPED, item.left_out
    else:
        known = owned.find(row.line, item)
        seen_before = known and (row.line in owned.before or set(item.ids.items()) & set(known.ids.items()))
        row.message = " ".join(item.notes)
        if known is None or again == ANYWAY or (again == COPY and not seen_before and not item.is_a_copy):
            row.known = owned.promise(item)
        else:
            _same_book(row, known, again)
    return row


def _same_book(row: Plan, known: Known, again: str):
    row.known, row.pk = known, known.pk
    if known.removed and not (row.item.whole or {}).get("removed"):
        row.result, row.message = Result.SKIPPED, IN_TRASH
    elif again == UPDATE and known.pk and not row.item.whole:
        row.result = Result.UPDATED
    else:
        row.result, row.message = Result.OWNED, OWNED


def write(file: Import, plans: list[Plan], shelves: dict) -> list[ImportRow]:
    """Makes it so; the caller has the transaction. The rows are returned as they are to be stored."""
    new = [row for row in plans if row.result == Result.ADDED]
    keys = _keys_in_use(file, new)
    for row in new:
        row.copies = _new_copies(file, row.item, shelves, keys)
    copies = bulk_add.add_copies(file.user, [copy for row in new for copy in row.copies])
    metadata_lookup.begin_lookup(copies)
    made = iter(copies)
    for row in new:
        copies = [next(made) for _ in row.copies]
        row.pk = row.known.pk = copies[0].pk
        if len(copies) > 1:
            row.message = f"{row.message} {len(copies)} copies.".strip()
    for row in plans:
        if row.result == Result.OWNED and row.pk is None:  # the row it repeats has become a copy just now
            row.pk = row.known.pk
    _update(file, [row for row in plans if row.result == Result.UPDATED], shelves)
    return [row.as_row(file) for row in plans]


def _update(file: Import, rows: list[Plan], shelves: dict):
    copies = UserBook.objects.select_related("book").prefetch_related("readings", "tags").in_bulk([row.pk for row in rows])
    tagged = []
    for row in rows:
        copy = copies[row.pk]
        filled = _fill(copy, row.item, _shelf(file, row.item, shelves))
        names = {tag.folded for tag in copy.tags.all()}
        missing = [name for name in _tags(file, row.item) if bulk_add.tagging.Tag.fold(name) not in names]
        tagged.append((copy, missing))
        filled += ["tags"] if missing else []
        if filled:
            copy.save()
            row.message = f"Filled in: {', '.join(sorted(filled)).replace('_', ' ')}. {row.message}"
        else:
            row.result, row.message = Result.OWNED, f"{OWNED} There was nothing to fill in."
    bulk_add.tag_copies(file.user, tagged)


def _fill(copy: UserBook, item: Item, shelf: Shelf | None) -> list[str]:
    """What is empty on `copy` (not saved yet) and said by `item`; the names of what changed. Nothing that stands is changed."""
    empty = {name: value for name, value in item.facts.items() if getattr(copy, name) in ("", None, [])}
    filled = facts.change_facts(copy, empty, facts.IMPORT)
    for name, value in _own_columns(item).items():
        untouched = name == "status" and copy.status == Status.TO_READ and value != Status.TO_READ
        if name != "added" and (untouched or getattr(copy, name) in ("", None, False)) and value:
            setattr(copy, name, value)
            filled.append(name)
    if shelf and copy.shelf_id is None:
        copy.shelf = shelf
        filled.append("shelf")
    if item.readings and not copy.readings.all():
        Reading.objects.bulk_create([Reading(copy=copy, **columns) for columns in readings(item)])
        filled.append("readings")
    kept = _imported(item)
    ids = kept.get("ids", {}) | copy.imported.get("ids", {})
    if merged := {**kept, **copy.imported} | ({"ids": ids} if ids else {}):
        if merged != copy.imported:
            filled.append("imported columns")
        copy.imported = merged
    return filled


def _keys_in_use(file: Import, rows: list[Plan]) -> set[str]:
    keys = {row.item.whole.get("entry_key") for row in rows if row.item.whole} - {"", None}
    return set(UserBook.objects.filter(user=file.user, entry_key__in=keys).values_list("entry_key", flat=True)) if keys else set()


def _new_copies(file: Import, item: Item, shelves: dict, keys: set[str]) -> list[NewCopy]:
    if item.whole:
        return [_restored(file.user, item.whole, shelves, keys)]
    own = {"entry": Entry.IMPORT, "status": file.options.get("status") or Status.TO_READ} | _own_columns(item)
    own |= {"shelf": _shelf(file, item, shelves), "imported": _imported(item)}
    wanted = file.options.get("look_up") or is_placeholder(item.title)
    if wanted and item.isbn13 and any(not item.facts.get(name) for name in LOOKED_UP):
        own["sync_status"] = SyncStatus.PENDING
    new = NewCopy(item.facts, own, _tags(file, item), readings(item), loans(item))
    return [new] + [NewCopy(item.facts, own, new.tags) for _ in range(item.copies - 1)]


def _restored(user, whole: dict, shelves: dict, keys: set[str]) -> NewCopy:
    """A copy exactly as our own JSON has it; only a key of its entry that is in use already cannot be had again."""
    own = {name: own_json.COLUMNS[name].to_python(whole[name]) for name in own_json.COLUMNS if name in whole}
    own["shelf"] = named_shelves.exactly(user, whole["shelf"], shelves)
    rows = {
        name: [{key: columns[key].to_python(value) for key, value in row.items()} for row in whole[name]]
        for name, columns in own_json.ROW_COLUMNS.items()
    }
    edition = whole["edition"] or {name: whole[name] for name in ("title", "authors", "isbn13") if name in whole}
    edition = {("isbn" if name == "isbn13" else name): value for name, value in edition.items()}
    if own.get("entry_key") in keys:
        own["entry_key"] = ""
    keys.add(own.get("entry_key"))
    own["cover_key"] = _cover(user, own.get("cover_key", ""))
    return NewCopy(own, own, whole["tags"], **rows, edition=Record.from_dict(edition))


def _cover(user, key: str) -> str:
    """The kept picture of a cover, where it may be shown to this person and is here."""
    if match := cover_files.OWN_KEY.fullmatch(key):
        key = cover_files.own_key(user.pk, match[2])
    elif not cover_files.SHARED_KEY.fullmatch(key):
        return ""
    return key if default_storage.exists(key) else ""


def _own_columns(item: Item) -> dict:
    """The columns of UserBook in `item`, as Python has them."""
    kinds = {"added": moment, "bought": date.fromisoformat, "price": Decimal}
    return {name: kinds.get(name, lambda value: value)(value) for name, value in item.own.items()}


def moment(text: str) -> datetime:
    found = (parse_datetime(text) if len(text) > 10 else None) or datetime.combine(date.fromisoformat(text[:10]), time())
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def readings(item: Item) -> list[dict]:
    days = [(start, end) for start, end in item.readings]
    return [{"started": date.fromisoformat(a) if a else None, "finished": date.fromisoformat(b) if b else None} for a, b in days]


def loans(item: Item) -> list[dict]:
    """At most one is open: a copy is in one place."""
    dated = [
        loan | {name: date.fromisoformat(loan[name]) for name in ("since", "due", "returned") if loan.get(name)}
        for loan in item.loans
    ]
    open_ones = [loan for loan in dated if not loan.get("returned")]
    return [loan for loan in dated if loan.get("returned")] + open_ones[:1]


def _imported(item: Item) -> dict:
    kept = {"ids": item.ids} if item.ids else {}
    return kept | ({"columns": item.extra} if item.extra else {})


def _tags(file: Import, item: Item) -> list[str]:
    return [*item.tags, *file.options.get("tags", [])]


def _shelf(file: Import, item: Item, shelves: dict) -> Shelf | None:
    if item.shelf:
        return named_shelves.find_or_make(file.user, item.shelf, shelves)
    chosen = file.options.get("shelf")
    if chosen not in shelves:
        shelves[chosen] = Shelf.objects.filter(user=file.user, pk=chosen).first() if chosen else None
    return shelves[chosen]


def lock(user):
    """Two imports of one person take turns, a chunk each, so that they see each other's books."""
    return get_user_model().objects.select_for_update().get(pk=user.pk)


def prepare(rows: list[tuple[int, Item, dict]]):
    """What must be asked of others, before any transaction begins."""
    id_lookup.complete([item for _, item, _ in rows])
