"""What the full-text index contains.

The words are copied from the folded columns (see library/models/folded.py). In the index, every word is prefixed with the primary
key of its owner (`u12xmuller`). So a search only reads one person's books, and no query can find anybody else's."""

from dataclasses import dataclass

# Columns of the index, with their weights for BM25 and their labels for PostgreSQL's ranking.
COLUMNS = {
    "title": (10.0, "A"),
    "author": (8.0, "A"),
    "series": (6.0, "B"),
    "tags": (5.0, "B"),
    "shelf": (2.0, "C"),
    "about": (1.6, "C"),
    "own": (2.0, "C"),
    "spine": (1.0, "D"),
}


@dataclass(frozen=True)
class Source:
    """Another table with searchable text about copies. Higher apps register theirs at start-up."""

    table: str
    column: str  # the index column, see COLUMNS
    copy: str  # the column with the copy's primary key
    text: str  # the column with the folded words


SOURCES: list[Source] = []

# The columns of a copy that are indexed, and all columns whose changes update the index.
OF_THE_COPY = {
    "title": "title_words",
    "author": "author_words",
    "series": "series_words",
    "about": "about_words",
    "own": "own_words",
}
SHOWN = (*OF_THE_COPY.values(), "user_id", "shelf_id", "removed")
# The columns that a copy's vector is computed from (see library/search/embedding.py).
MEANT = ("title", "subtitle", "authors", "series", "categories", "description", "notes")


def texts(tables, joined: str) -> dict[str, str]:
    """SQL for the words of copy `c` in every column of the index. `joined` is the engine's query for joining texts: column `{0}`,
    ordered by `{1}`, from the rows `{2}`."""
    tagged = "library_userbook_tags m JOIN library_tag t ON t.id = m.tag_id WHERE m.userbook_id = c.id"
    found = {name: f"c.{column}" for name, column in OF_THE_COPY.items()} | {
        "tags": f"({joined.format('t.folded', 't.id', tagged)})",
        "shelf": "(SELECT s.folded FROM library_shelf s WHERE s.id = c.shelf_id)",
    }
    for source in SOURCES:
        if source.table in tables:
            rows = f"{source.table} x WHERE x.{source.copy} = c.id"
            found[source.column] = f"({joined.format(f'x.{source.text}', 'x.id', rows)})"
    return {name: f"coalesce({found.get(name, quoted(''))}, '')" for name in COLUMNS}


def mark(user_id: int) -> str:
    """The prefix of every word in this person's books."""
    return f"u{int(user_id)}x"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
