"""Formats that are tables: which columns tell them, what each column is here, and how a row becomes an Item."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from transfer import dates, fields, source_files
from transfer.fields import DROP, KEEP, TARGETS, Hints
from transfer.items import Item, Row

LOOKED_AT = 2000  # rows that are asked what their file means
DATES = ("read_on", "begun", "finished", "added", "bought", "published", "first_year")


ORDER = {name: place for place, name in enumerate(TARGETS)}


def unchanged(values: dict[str, str]) -> dict[str, str]:
    return values


def nothing_more(item: Item, values: dict[str, str], hints: Hints):
    pass


@dataclass(frozen=True)
class Table:
    """One program's table. `columns` say what each is here (fields.TARGETS), those that are not named are kept as they are.
    `clean` repairs the texts of a row, `complete` does what takes several columns."""

    name: str
    label: str
    told_by: tuple[str, ...]  # columns that few others have
    columns: dict[str, str]
    clean: Callable[[dict], dict] = unchanged
    complete: Callable[[Item, dict, Hints], None] = nothing_more
    least: int = 2  # of the telling columns

    def tells(self, header: list[str]) -> int:
        """How many telling columns there are, 0 where they are too few."""
        there = {name.casefold() for name in header}
        count = sum(name.casefold() in there for name in self.told_by)
        return count if count >= self.least else 0

    def mapping(self, header: list[str]) -> dict[str, str]:
        known = {name.casefold(): target for name, target in self.columns.items()}
        return {name: known.get(name.casefold(), KEEP) for name in header if name}

    def hints(self, stream: BinaryIO, encoding: str, mapping: dict[str, str]) -> Hints:
        """From the beginning of the file: what one row leaves open another one may tell."""
        dated = {name for name, target in mapping.items() if target in DATES}
        rated = {name for name, target in mapping.items() if target == "rating"}
        order, best = "", 0.0
        for row in islice(source_files.table(stream, encoding), LOOKED_AT):
            values = self.clean(row.values)
            order = order or dates.order_of(values.get(name, "") for name in dated)
            best = max([best, *(_number(values.get(name, "")) for name in rated)])
        return Hints(order, 10 if 5 < best <= 10 else 5, self.name)

    def items(
        self, stream: BinaryIO, encoding: str, mapping: dict[str, str], hints: Hints, after: int = 0
    ) -> Iterator[tuple[Row, Item]]:
        """The rows after the first `after`."""
        plan = sorted(mapping.items(), key=lambda column: ORDER.get(column[1], -1))
        for row in islice(source_files.table(stream, encoding), after, None):
            yield row, self.item(row, plan, hints)

    def item(self, row: Row, plan: list[tuple[str, str]], hints: Hints) -> Item:
        """`plan` is the mapping in the order of fields.TARGETS: first authors come before further ones wherever they stand."""
        item = Item(problem=row.problem, notes=list(row.notes))
        if row.problem:
            return item
        values = {name: fields.plain(text) for name, text in self.clean(row.values).items()}
        for name, target in plan:
            text = values.get(name, "")
            if text and target == KEEP:
                item.extra[name] = text
            elif text and target != DROP and target in TARGETS:
                TARGETS[target][1](item, text, hints)
        self.complete(item, values, hints)
        fields.finish(item)
        return item


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return 0.0
