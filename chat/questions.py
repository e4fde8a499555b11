"""A question to the built-in planner in the forms its answers need, and the reply they give."""

import re
from dataclasses import dataclass, field
from datetime import date

from chat.book_query import BookQuery
from chat.models import Action, Memory
from chat.names import LibraryNames, padded
from chat.phrases import Phrases
from chat.tools import Tools
from library.models import UserBook


@dataclass
class Reply:
    """An answer: a text, the books it comes from, and what it remembers for the next question."""

    text: str
    books: list[int] = field(default_factory=list)
    total: int = 0
    action: Action = field(default_factory=Action)
    memory: Memory = field(default_factory=Memory)


@dataclass
class Question:
    """What was asked, in the forms that the answers need it in."""

    wording: str  # as it was typed
    text: str  # folded, a space on both sides
    names: LibraryNames
    tools: Tools
    memory: Memory
    today: date

    @property
    def user(self):
        return self.tools.user

    @property
    def last(self) -> tuple[int, ...]:
        """The books of the last answer."""
        return tuple(self.memory.get("books", ()))

    def has(self, pattern: str):
        return re.search(rf" (?:{pattern}) ", self.text)

    def query(self, text: str | None = None) -> BookQuery:
        return Phrases(self.wording if text is None else text, self.names, self.today, self.last).read()

    def quoted(self) -> str:
        found = re.search(r"[“\"«]([^”\"»]+)[”\"»]", self.wording)
        return found[1].strip() if found else ""

    def captured(self, pattern: str) -> str:
        """The title that a pattern leads to, as it was typed."""
        question_text = " ".join(self.wording.replace("’", "'").split()).rstrip(" ?!.")
        found = re.search(rf"\b(?:{pattern})", question_text, re.IGNORECASE)
        return _tidied(found["it"]) if found else ""

    def parts(self, pattern: str):
        """The whole question by a pattern, as it was typed."""
        return re.search(pattern, " ".join(self.wording.replace("’", "'").split()).rstrip(" ?!."), re.IGNORECASE)

    def subject(self, *patterns: str) -> str:
        """The first title that one of them leads to; what stands in quotes comes first."""
        return self.quoted() or next((found for pattern in patterns if (found := self.captured(pattern))), "")

    def pronoun(self) -> UserBook | None:
        """The book that "it" or "the second one" is."""
        last = self.last
        number = re.search(
            r" (first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th) (?:one|book|of (?:them|those|these)) ", self.text
        )
        if number and last:
            place = {
                "first": 0,
                "1st": 0,
                "second": 1,
                "2nd": 1,
                "third": 2,
                "3rd": 2,
                "fourth": 3,
                "4th": 3,
                "fifth": 4,
                "5th": 4,
                "last": -1,
            }
            index = place[number[1]]
            pk = last[index] if index < len(last) else None
        else:
            pk = self.memory.get("focus") or (last[0] if len(last) == 1 else None)
        return self.tools.books.select_related("shelf", "book").filter(pk=pk).first() if pk else None


def _tidied(title: str) -> str:
    """Without what is said around a title: `my copy of Dune` is Dune."""
    title = re.sub(
        r"^(?:my |our |the |a |an )?(?:copy|copies|book|books|novel|volume|edition)(?: of| called| titled| named)? ",
        "",
        title.strip(),
        flags=re.IGNORECASE,
    )
    title = re.sub(r"^(?:my|our) ", "", title, flags=re.IGNORECASE)
    title = re.sub(
        r"(?: (?:standing|located|kept|now|right now|again|please|at the moment|yet|already|anywhere|somewhere|at all|in my library|in my collection|on my shelves))+$",
        "",
        title,
        flags=re.IGNORECASE,
    )
    return title.strip(" ,.?!'")


PRONOUNS = frozenset("it that this one that one this one that book this book the book them".split()) | {
    "that one",
    "this one",
    "that book",
    "this book",
    "the book",
}


def is_pronoun(title: str) -> bool:
    return padded(title).strip() in PRONOUNS or bool(
        re.fullmatch(r"the (first|second|third|fourth|fifth|last) (one|book)", padded(title).strip())
    )
