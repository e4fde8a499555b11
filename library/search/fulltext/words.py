"""What of a copy can be found by its words, and how the database itself brings those words into one form.

Each word is kept with the number of its owner before it (`u12xmüller`): a search looks through one person's books however many
others there are, and cannot find another's by any question at all. That form is made in SQL, so that it is right whoever writes
a book: a page, a bulk change, an import, or somebody at the database's own prompt."""

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
    text: str  # the column with the words; a JSON list


SOURCES: list[Source] = []

# What separates words. FTS5 splits at all of Unicode's; those named here come with the mark of the owner on both sides.
SEPARATORS = '\t\n\r!"#$%()*+,-./:;<=>?@[\\]^_{|}~¡¿«»‹›“”„‚–—…·•。、「」『』（）〜：；！？\u00a0\u200b'
APOSTROPHES = "'’‘`´"
LETTERS = {
    "&": " and ",
    "ß": "ss",
    "ẞ": "SS",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "æ": "ae",
    "Æ": "AE",
    "œ": "oe",
    "Œ": "OE",
    "đ": "d",
}


def mark(user_id: int) -> str:
    """What stands before each word of this person's books."""
    return f"u{int(user_id)}x"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
