"""Exports: a table that other programs can import, and everything as JSON; both are streamed."""

from collections.abc import Iterator

from library.models import UserBook

CHUNK = 300


def chunks(copies) -> Iterator[list[UserBook]]:
    """`copies` (a queryset) in the order in which they came, a few hundred at a time."""
    last = 0
    while found := list(copies.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield found
        last = found[-1].pk
