"""Full text in the database itself, one file each: FTS5 of SQLite, tsvector of PostgreSQL.

Both answer `match(cursor, user_id, ask)` with (copy, score), best first, and `vocabulary(cursor, user_id)` with the words
there are."""

from dataclasses import dataclass

Group = tuple[str, ...]  # words of which one must be there


@dataclass(frozen=True)
class Ask:
    """What must stand in a book: all of `groups` (or any, with `any_of`), and all `phrases`. With `typing` the last begins so."""

    groups: tuple[Group, ...] = ()
    phrases: tuple[Group, ...] = ()
    typing: bool = False
    any_of: bool = False
