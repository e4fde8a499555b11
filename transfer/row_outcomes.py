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
from library.copies import bulk_add
from library.copies.bulk_add import NewCopy
from library.copies.identity import is_placeholder
from library.covers import cover_files
from library.models import Entry, Shelf, Status, SyncStatus, UserBook
from transfer import gains, id_lookup, named_shelves
from transfer.formats import own_json
from transfer.items import Item
from transfer.models import Import, ImportRow
from transfer.owned_matching import Known, Owned

SKIP, UPDATE, COPY = "skip", "update", "copy"
ANYWAY = "anyway"  # one row, whose owner has seen that the book is there
ON_DUPLICATE = {UPDATE: "Fill in what is empty", SKIP: "Leave it unchanged", COPY: "Add another copy"}
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
    gains: set[str] = field(default_factory=set)  # what it fills in of a book that is there (transfer/gains.py)

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
    plans = [_plan_one(Plan(line, item, raw), owned, again) for line, item, raw in rows]
    _compare(file, [plan for plan in plans if plan.result == Result.UPDATED])
    return plans


def _compare(file: Import, plans: list[Plan]):
    """Which of the rows of books that are there fill in something, in their order: what one has filled the next one finds."""
    pks = {plan.pk for plan in plans if plan.pk}
    related = ("readings", "loans", "tags")
    copies = UserBook.objects.select_related("book").prefetch_related(*related).in_bulk(pks) if pks else {}
    for row in plans:
        known = row.known
        if known.pk and known.copy is None:
            known.copy = copies[known.pk]
            known.filled = gains.names_in_copy(known.copy)
        series = known.copy.series if known.copy else known.first.facts.get("series", "")
        row.gains = gains.gains_of(row.item, known.filled, series)
        known.filled |= row.gains
        if known.first:
            gains.fill_item(known.first, row.item, row.gains)
        if row.gains or _chosen_tags_missing(file, known):
            row.message = f"Filled in: {', '.join(gains.shown_names(row.gains) or ['tags'])}. {row.message}"
        else:
            row.result, row.message = Result.OWNED, f"{OWNED} There was nothing to fill in."


def _chosen_tags_missing(file: Import, known: Known) -> bool:
    """Those for all books of the file, or the shelf."""
    if known.copy is None:
        return False
    tags = {f"tag {bulk_add.tagging.Tag.fold(name)}" for name in file.options.get("tags", [])}
    return bool(tags - known.filled) or bool(file.options.get("shelf") and "shelf" not in known.filled)


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
    elif again == UPDATE and not row.item.whole:
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
        if row.result in (Result.OWNED, Result.UPDATED) and row.pk is None:  # the row it repeats has become a copy just now
            row.pk = row.known.pk
    _update(file, [row for row in plans if row.result == Result.UPDATED], shelves)
    return [row.as_row(file) for row in plans]


def _update(file: Import, rows: list[Plan], shelves: dict):
    tagged = []
    for row in rows:
        copy, item = row.known.copy, row.item
        if copy is None:  # the row that it completes is added now
            continue
        gains.put_on_shelf(copy, _shelf(file, item, shelves), row.gains)
        gains.fill_copy(copy, item, row.gains, _own_columns(item), readings(item), loans(item))
        tagged.append((copy, _tags(file, item)))
        copy.save()
    bulk_add.tag_copies(file.user, tagged)


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
    id_lookup.complete_by_number([item for _, item, _ in rows])
