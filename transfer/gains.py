"""What a row adds to a book that is there already: only what is empty there is filled in, nothing that stands is changed.

A gain is the name of a column, or `tag …`, `column …`, `id …` for one of several."""

from collections import Counter

from library.copies import facts
from library.copies.tagging import Tag
from library.models import FACTS, Loan, Reading, Shelf, Status, UserBook
from transfer.items import Item

EMPTY = ("", None, [], False)
OWN = (
    "status", "rating", "favourite", "review", "notes", "bought", "bought_from", "price", "currency", "condition",
    "condition_note",
)  # fmt: skip
WORDS = {
    "status": "a reading status", "rating": "a rating", "readings": "a read date", "review": "a review", "notes": "notes",
    "tags": "tags", "shelf": "a shelf", "details": "other details",
}  # fmt: skip
PREFIX = "gains_"  # of the counts of an import


def names_in_item(item: Item) -> set[str]:
    names = {name for name, value in (item.facts | item.own).items() if value not in EMPTY and name != "added"}
    names |= _several(item.tags, item.extra, item.ids)
    names |= {name for name in ("readings", "loans", "shelf") if getattr(item, name)}
    return names - ({"status"} if item.own.get("status") == Status.TO_READ else set())


def names_in_copy(copy: UserBook) -> set[str]:
    names = {name for name in (*FACTS, *OWN) if getattr(copy, name) not in EMPTY}
    names |= _several([tag.name for tag in copy.tags.all()], copy.imported.get("columns", {}), copy.imported.get("ids", {}))
    names |= {name for name in ("readings", "loans") if getattr(copy, name).all()}
    names |= {"shelf"} if copy.shelf_id else set()
    return names - ({"status"} if copy.status == Status.TO_READ else set())


def _several(tags, columns, ids) -> set[str]:
    return {f"tag {Tag.fold(name)}" for name in tags} | {f"column {name}" for name in columns} | {f"id {name}" for name in ids}


def gains_of(item: Item, known: set[str], series: str = "") -> set[str]:
    """What `item` says beyond what is `known` of the book, whose series may be another one."""
    gains = names_in_item(item) - known
    if "price" not in gains:
        gains.discard("currency")
    if "series" in known and item.facts.get("series", "").casefold() != series.casefold():
        gains.discard("series_number")
    return gains


def fill_item(first: Item, item: Item, gains: set[str]):
    """For a second row of a book that is new in this file."""
    for target, source in ((first.facts, item.facts), (first.own, item.own), (first.extra, item.extra), (first.ids, item.ids)):
        named = {name: value for name, value in source.items() if gains & {name, f"column {name}", f"id {name}"}}
        target |= named
    first.tags += [name for name in item.tags if f"tag {Tag.fold(name)}" in gains]
    for name in {"readings", "loans", "shelf"} & gains:
        setattr(first, name, getattr(item, name))


def fill_copy(copy: UserBook, item: Item, gains: set[str], own: dict, readings: list[dict], loans: list[dict]):
    """For a book that is in the library; `copy` is not saved yet. `own`, `readings` and `loans` are columns of rows."""
    facts.change_facts(copy, {name: value for name, value in item.facts.items() if name in gains}, facts.IMPORT)
    for name in gains & set(own):
        setattr(copy, name, own[name])
    for model, rows, name in ((Reading, readings, "readings"), (Loan, loans, "loans")):
        if name in gains:
            model._default_manager.bulk_create([model(copy=copy, **columns) for columns in rows])
    for name, given in (("columns", item.extra), ("ids", item.ids)):
        if merged := given | copy.imported.get(name, {}):
            copy.imported = copy.imported | {name: merged}


def put_on_shelf(copy: UserBook, shelf: Shelf | None, gains: set[str]):
    if shelf and copy.shelf_id is None:
        copy.shelf = shelf
        gains.add("shelf")


def shown_names(gains: set[str]) -> list[str]:
    """As they are listed in the remark of a row."""
    kinds = {"tag": "tags", "column": "imported columns", "id": "imported columns"}
    return sorted({kinds.get(name.partition(" ")[0], name.replace("_", " ")) for name in gains})


def count_gains(gains: set[str]) -> Counter[str]:
    kinds = {"tags" if name.startswith("tag ") else name if name in WORDS else "details" for name in gains}
    return Counter({f"{PREFIX}{kind}": 1 for kind in kinds})


def gains_in_words(counts: dict[str, int], verb: str = "gain") -> str:
    """`4 gain a rating, 2 a read date`, or "" where nothing is gained."""
    found = [(counts[f"{PREFIX}{kind}"], words) for kind, words in WORDS.items() if counts.get(f"{PREFIX}{kind}")]
    return ", ".join(f"{n:,} {verb + ' ' if place == 0 else ''}{words}" for place, (n, words) in enumerate(found))
