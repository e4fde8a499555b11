"""Parses what somebody typed into the search box: words, phrases, exclusions, and filters such as `author:`."""

import re
from dataclasses import dataclass, field

from library.search import terms

FIELDS = (
    "author", "title", "series", "tag", "shelf", "status", "isbn", "year", "language", "rating", "is", "has", "pages",
    "publisher", "category", "lent", "notes", "added",
)  # fmt: skip
ALIASES = {
    "by": "author", "writer": "author", "tags": "tag", "lang": "language", "stars": "rating", "genre": "category",
    "subject": "category", "note": "notes", "room": "shelf", "borrower": "lent",
}  # fmt: skip
LONGEST = 500
MOST_WORDS = 24
PART = re.compile(
    r"""(?P<no>(?<!\S)-)?  (?: (?P<name>[a-zA-Z]+): )?  (?: "(?P<phrase>[^"]*)"? | (?P<word>[^\s"]+) )""", re.VERBOSE
)


@dataclass(frozen=True)
class Filter:
    """`name:value`, or its negation."""

    name: str
    value: str
    no: bool = False


@dataclass(frozen=True)
class Query:
    """A parsed search. `words` rank the results; everything else restricts them."""

    text: str = ""  # the words as typed, for searching by meaning
    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    without: tuple[tuple[str, ...], ...] = ()  # words or phrases
    filters: tuple[Filter, ...] = field(default=())
    typing: bool = False  # the last word may be incomplete

    @property
    def narrows(self) -> bool:
        return bool(self.filters or self.phrases or self.without)

    @property
    def ranks(self) -> bool:
        return bool(self.words or self.phrases)

    def __bool__(self):
        return bool(self.words or self.phrases or self.without or self.filters)


def parse_query(text: str) -> Query:
    """Accepts any text: whatever is not a filter counts as words."""
    text = " ".join(text.replace("\0", " ").split())[:LONGEST]
    text = text.translate(str.maketrans("“”„«»", '"""""'))
    values, words, phrases, without, filters = [], [], [], [], []
    last = None
    for part in PART.finditer(text):
        name, value = (part["name"] or "").lower(), part["word"] if part["phrase"] is None else part["phrase"]
        name = ALIASES.get(name, name)
        value = value.strip()
        last = None
        if name in FIELDS and value:
            filters.append(Filter(name, value, bool(part["no"])))
        elif found := terms.search_words(f"{part['name'] or ''} {value}"):
            if part["no"]:
                without.append(tuple(found))
            elif part["phrase"] is not None:
                phrases.append(tuple(found))
                values.append(value)
            else:
                words += found
                values.append(part[0])
                last = part
    typing = bool(last) and last.end() == len(text)
    return Query(" ".join(values), tuple(words[:MOST_WORDS]), tuple(phrases[:8]), tuple(without[:8]), tuple(filters[:16]), typing)
