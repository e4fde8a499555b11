"""One photo against its label: which recognised book answers which labelled one. docs/evaluating.md has the form of labels.

A label is found when a recognised book has its title and does not contradict its author; a recognised book serves one
label. Recall is taken over the readable labels, precision over what was put forward as validated; labels that a person
could not read count on neither side.
"""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

from catalogs.folding import fold
from scanning.confidence import SURE
from scanning.token_weights import is_cjk

ARTICLES = frozenset("the a an der die das le la les el los ein eine un une".split())
MAIN_PART_ENDS = re.compile(r"\s*[:(\[–—]\s*|\s+-\s+")
PARTS_OF_WORKS = {"上": "1", "中": "2", "下": "3"}  # the volumes of Chinese and Japanese works, as the last word
COUNTS = ("readable", "found", "found_any", "clear", "clear_found", "put_forward", "right", "sure", "sure_right")


@dataclass(frozen=True)
class Score:
    """One photo with its labels, its recognised books (surest first), and which of them answers which label."""

    photo: str
    labels: tuple[dict, ...]
    books: tuple[dict, ...]
    answers: dict[int, int]  # label -> book, among the validated ones
    answers_any: dict[int, int]  # among all
    seconds: float
    first_book: float | None  # seconds until the first one was known, where the recognition measures it

    @property
    def readable(self) -> int:
        return len(self.readable_labels)

    @property
    def found(self) -> int:
        return sum(n in self.answers for n in self.readable_labels)

    @property
    def clear(self) -> int:
        """How many readable labels their reader was sure of; likely ones are often completed from knowledge."""
        return len(self._clear_labels)

    @property
    def clear_found(self) -> int:
        return sum(n in self.answers for n in self._clear_labels)

    @property
    def found_any(self) -> int:
        return sum(n in self.answers_any for n in self.readable_labels)

    @property
    def put_forward(self) -> int:
        return sum(book["validated"] for book in self.books)

    @property
    def right(self) -> int:
        return len(self.answers)

    @property
    def sure(self) -> int:
        return len(self._sure_books)

    @property
    def sure_right(self) -> int:
        return sum(map(self.is_right, self._sure_books))

    @property
    def missed(self) -> tuple[str, ...]:
        return tuple(label["title"] for label in self.missed_labels)

    @property
    def wrong(self) -> tuple[str, ...]:
        return tuple(f"{b['title']} / {b['author']}" for n, b in enumerate(self.books) if b["validated"] and not self.is_right(n))

    @property
    def readable_labels(self) -> list[int]:
        return [n for n, label in enumerate(self.labels) if label.get("readable", True)]

    @property
    def _clear_labels(self) -> list[int]:
        return [n for n in self.readable_labels if self.labels[n].get("confidence") != "likely"]

    @property
    def _sure_books(self) -> list[int]:
        return [n for n, book in enumerate(self.books) if book["validated"] and book["confidence"] >= SURE]

    @property
    def missed_labels(self) -> list[dict]:
        return [self.labels[n] for n in self.readable_labels if n not in self.answers]

    def is_right(self, book: int) -> bool:
        """Whether this one of `books` was put forward and answers a label."""
        return book in self.answers.values()

    def as_dict(self) -> dict:
        return {name: getattr(self, name) for name in ("photo", *COUNTS, "seconds", "first_book", "missed", "wrong")}


def score_photo(label: dict, result: dict) -> Score:
    """`result` is in the form of `scan --json`."""
    labels = label["books"]
    books = sorted(result.get("books", ()), key=lambda book: -(book.get("confidence") or 0))
    validated = [n for n, book in enumerate(books) if book["validated"]]
    answers = assign(labels, [books[n] for n in validated])
    return Score(
        photo=label["photo"],
        labels=tuple(labels),
        books=tuple(books),
        answers={n: validated[m] for n, m in answers.items()},
        answers_any=assign(labels, books),
        seconds=result.get("seconds") or 0.0,
        first_book=result.get("firstBook"),
    )


def assign(labels: list[dict], books: list[dict]) -> dict[int, int]:
    """Label -> the book that answers it, the likest pairs first, each side once."""
    pairs = [(_answer_likeness(label, book), i, j) for i, label in enumerate(labels) for j, book in enumerate(books)]
    hits: dict[int, int] = {}
    for value, i, j in sorted(pairs, reverse=True):
        if value > 0 and i not in hits and j not in hits.values():
            hits[i] = j
    return hits


def _answer_likeness(label: dict, book: dict) -> float:
    """A label whose work is missing from the catalogues has no answer (scanning.evaluation.open_world)."""
    return 0.0 if label.get("missing") else likeness(label, book)


def likeness(label: dict, book: dict) -> float:
    """How well a recognised book answers a label; 0 where it does not. The bar is lower where the authors agree."""
    value = _title_likeness(label["title"], book.get("title"))
    author = book.get("author") or "; ".join(book.get("authors") or [])
    agree = authors_agree(label.get("author"), author)
    if agree is None:
        return value if value >= 0.88 else 0.0
    if agree:
        return value if value >= 0.78 else 0.0
    return value if value >= 0.97 and len(title_forms(label["title"])[0]) >= 4 else 0.0


def _title_likeness(label: str, title: str | None) -> float:
    (whole, main), (other, other_main) = title_forms(label), title_forms(title)
    if not whole or not other:
        return 0.0
    if _volume_marks(whole) and _volume_marks(other) and not _volume_marks(whole) & _volume_marks(other):
        return 0.0
    between_mains = _ratio(main, other_main) if _is_telling(main) else 0.0
    return max(_ratio(whole, other), between_mains, 0.98 * _ratio(whole, other_main), 0.98 * _ratio(main, other))


def title_forms(title: str | None) -> tuple[list[str], list[str]]:
    """The words of the whole title and of its part before a subtitle or a series, both without articles."""
    return _without_articles(title or ""), _without_articles(MAIN_PART_ENDS.split(title or "", maxsplit=1)[0])


def _without_articles(text: str) -> list[str]:
    found = _plain_words(text)
    return [word for word in found if word not in ARTICLES] or found


def _plain_words(text: str | None) -> list[str]:
    """In any script; a Korean syllable is one letter."""
    return unicodedata.normalize("NFC", fold(text or "")).split()


def _is_telling(words: list[str]) -> bool:
    """Whether a title is long enough to stand for a book: two characters of a script without spaces say as much as a word."""
    text = " ".join(words)
    return len(text) > (1 if is_cjk(text) else 3)


def _volume_marks(words: list[str]) -> set[str]:
    marks = {word.lstrip("0") for word in words if word.isdigit()}
    return marks | {PARTS_OF_WORKS[word] for word in words[-1:] if word in PARTS_OF_WORKS}


def _ratio(one: list[str], other: list[str]) -> float:
    return _text_ratio(" ".join(one), " ".join(other)) if one and other else 0.0


def _text_ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def authors_agree(label: str | None, author: str | None) -> bool | None:
    """Whether a name is shared; None where either side names nobody."""
    known, given = _plain_words(label), _plain_words(author)
    if not known or not given:
        return None
    if is_cjk("".join(known)) and is_cjk("".join(given)):  # names are written with a space or without
        return _text_ratio("".join(known), "".join(given)) >= 0.6
    known = [word for word in known if len(word) > 2] or known
    given = [word for word in given if len(word) > 2 or len(given) == 1]
    return any(_text_ratio(one, other) >= 0.84 for one in known for other in given)
