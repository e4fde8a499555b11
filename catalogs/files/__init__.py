"""Files that fill the local catalogue: one module per format, each a `read` that goes through a stream once."""

from dataclasses import dataclass

from catalogs import Record


@dataclass(frozen=True)
class Row:
    """One entry of a file: a record, or the reason why it is none; with both, what of it was left out. Neither means it is
    rightly no book."""

    line: int  # from 1; in formats without lines the number of the entry
    record: Record | None = None
    problem: str = ""
