"""A question, read: every word is part of a name of the library, of a phrase of words.txt, a number, or left over."""

from dataclasses import dataclass, field
from datetime import date

from chat.book_query import BookQuery
from chat.names import LibraryNames
from chat.words import single_words

# What stands for a name when questions are compared, so that it does not matter which.
MASKS = {"title": "Moby Dick", "series": "Moby Dick", "author": "John Smith", "shelf": "hall", "tag": "holiday",
         "person": "Peter", "publisher": "John Smith", "genre": "fantasy", "language": "Dutch", "number": "7",
         "decade": "sixties", "century": "nineteenth",
         "month": "July"}  # fmt: skip


@dataclass
class Mark:
    """Words from `start` to `end`, and what they may mean: [("author", "Frank Herbert"), …]."""

    start: int
    end: int
    meanings: list[tuple[str, str]]

    def value(self, *kinds: str) -> str | None:
        return next((value for kind, value in self.meanings if kind in kinds), None)

    @property
    def kinds(self) -> set[str]:
        return {kind for kind, _ in self.meanings}


@dataclass
class ReadQuestion:
    raw: list[str]
    words: list[str]
    names: LibraryNames
    today: date
    marks: list[Mark] = field(default_factory=list)
    query: BookQuery = field(default_factory=BookQuery)
    spans: list[tuple[date | None, date | None]] = field(default_factory=list)  # days, months and years that are mentioned
    dropped: list[str] = field(default_factory=list)  # periods after the first, which no condition holds
    years: bool = True  # whether `1984` is a year rather than a title

    # ── What stands in it ───────────────────────────────────────────────────────────────────────────────────────────
    def all(self, *kinds: str) -> list[Mark]:
        return [mark for mark in self.marks if mark.kinds & set(kinds)]

    def has(self, *kinds: str) -> bool:
        return bool(self.all(*kinds))

    def values(self, kind: str) -> list[str]:
        return [value for mark in self.marks for its_kind, value in mark.meanings if its_kind == kind]

    def number(self, mark: Mark) -> float | None:
        return number_in(self.words[mark.start])

    def free(self) -> list[int]:
        """The places of words that nothing is known about."""
        taken = {place for mark in self.marks for place in range(mark.start, mark.end)}
        return [place for place in range(len(self.words)) if place not in taken]

    def before(self, mark: Mark, *kinds: str, within: int = 1) -> Mark | None:
        return next((other for other in self.all(*kinds) if 0 <= mark.start - other.end < within), None)

    def masked(self, known: frozenset[str]) -> str:
        """The question with something usual in place of names, numbers and what is not `known`."""
        shown, at = [], {mark.start: mark for mark in self.marks}
        taken = {place for mark in self.marks for place in range(mark.start, mark.end)}
        for place, word in enumerate(self.words):
            if place in at:
                mark = at[place]
                mask = next((MASKS[kind] for kind, _ in mark.meanings if kind in MASKS), "")
                shown.append(mask or " ".join(self.raw[mark.start : mark.end]))
            elif place not in taken:
                unknown = known and word not in known
                shown += [self.raw[place]] if not unknown else [] if shown and shown[-1] == MASKS["title"] else [MASKS["title"]]
        return " ".join(shown)


def number_in(word: str) -> float | None:
    try:
        return float(single_words("digit").get(word) or word.replace(",", "."))
    except ValueError:
        return None
