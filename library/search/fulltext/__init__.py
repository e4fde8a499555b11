"""Full-text search in the database itself: FTS5 in SQLite, tsvector in PostgreSQL, one file each.

In both, `match(cursor, user_id, ask)` returns (copy, score), best first, and `vocabulary(cursor, user_id)` the words that
occur."""

from dataclasses import dataclass

Group = tuple[str, ...]  # alternatives: one of these words must occur


@dataclass(frozen=True)
class Ask:
    """What a book must contain: all `groups` (or any of them) and all `phrases`. With `typing`, the last word is a prefix."""

    groups: tuple[Group, ...] = ()
    phrases: tuple[Group, ...] = ()
    typing: bool = False
    any_of: bool = False
