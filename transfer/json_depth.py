"""Reads JSON piece by piece, but not deeper than a list of books is: ijson keeps the path of every open bracket."""

from collections.abc import Iterator
from typing import BinaryIO

import ijson

MOST_DEPTH = 40
STARTS, ENDS = ("start_map", "start_array"), ("end_map", "end_array")


def shallow_events(stream: BinaryIO) -> Iterator[tuple[str, str, object]]:
    """(path, event, value) of everything in the file, as `ijson.parse` yields it; what is nested deeper is left out.
    Raises ijson.JSONError."""
    return ijson.parse(_without_depths(stream))


def _without_depths(stream: BinaryIO) -> Iterator[tuple[str, object]]:
    depth = 0
    for event, value in ijson.basic_parse(stream, use_float=True):
        depth += event in STARTS
        if depth <= MOST_DEPTH:
            yield event, value
        depth -= event in ENDS
