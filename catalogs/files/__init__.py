"""File formats for the local catalogue: a module for every one, which goes through a stream once."""

from dataclasses import dataclass

from catalogs import Record


@dataclass(frozen=True)
class FileEntry:
    """An entry of a file: a record, or the reason why there is none; with both, the reason says what was left out. With
    neither, the entry is not a book."""

    line: int  # from 1; in formats without lines, the number of the entry
    record: Record | None = None
    problem: str = ""
