"""Reads JSON piece by piece, but not deeper than a list of books is: ijson keeps the path of every open bracket."""

from collections.abc import Iterator
from typing import BinaryIO

import ijson

MOST_DEPTH = 40


def shallow_events(stream: BinaryIO) -> Iterator[tuple[str, str, object]]:
    """(path, event, value) of everything in the file, as `ijson.parse` yields it. Raises ijson.JSONError."""
    return ijson.parse(_limited(stream))


def _limited(stream: BinaryIO) -> Iterator[tuple[str, object]]:
    depth = 0
    for event, value in ijson.basic_parse(stream, use_float=True):
        depth += (event in ("start_map", "start_array")) - (event in ("end_map", "end_array"))
        if depth > MOST_DEPTH:
            raise ijson.JSONError(f"its brackets are nested more than {MOST_DEPTH} deep")
        yield event, value
