"""Any text with ISBNs in it, one or many a line."""

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from catalogs import isbn
from transfer.items import Hints, Item, Row
from transfer.source_files import Text


class ISBNList:
    name = "isbn_list"
    label = "A list of ISBNs"

    def mapping(self, header: list[str]) -> dict[str, str]:
        return {}

    def hints(self, stream: BinaryIO, encoding: str, mapping: dict[str, str]) -> Hints:
        return Hints(program=self.name)

    def items(
        self, stream: BinaryIO, encoding: str, mapping: dict[str, str], hints: Hints, after: int = 0
    ) -> Iterator[tuple[Row, Item]]:
        numbers = (found for line in Text(stream, encoding) for found in isbn.find(line))
        for place, found in islice(enumerate(numbers, start=1), after, None):
            facts = {"isbn13": found.isbn} if found.isbn else {}
            yield Row(place, {"ISBN": found.text}), Item(facts=facts, problem=found.problem)


FORMAT = ISBNList()
