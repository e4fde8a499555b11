"""What of a copy can be found by its words.

The words stand folded in columns of their own, beside what they are made of (see library/models/folded.py); the index copies
them. Each is kept there with the number of its owner before it (`u12xmuller`): a search looks through one person's books however
many others there are, and cannot find another's by any question at all."""

from dataclasses import dataclass

# Columns of the index, each with its weight in the ranking (BM25) and with the label PostgreSQL ranks by.
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
    """Another table that says something about copies: the apps above the library name theirs when they are made ready."""

    table: str
    column: str  # of the index, see COLUMNS
    copy: str  # the column that names the copy
    text: str  # the column with the folded words


SOURCES: list[Source] = []

# The columns of a copy that the index copies, and all whose change it follows.
OF_THE_COPY = {
    "title": "title_words",
    "author": "author_words",
    "series": "series_words",
    "about": "about_words",
    "own": "own_words",
}
SHOWN = (*OF_THE_COPY.values(), "user_id", "shelf_id", "removed")
# The columns that the vector of a copy is made of (see library/search/embedding.py).
MEANT = ("title", "subtitle", "authors", "series", "categories", "description", "notes")


def texts(tables, joined: str) -> dict[str, str]:
    """SQL for each column of the index: the words of the copy `c`. `joined` is a query of the engine that joins texts: the column
    `{0}` in the order of `{1}` out of the rows `{2}`."""
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
    """What stands before each word of this person's books."""
    return f"u{int(user_id)}x"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
