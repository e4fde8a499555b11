"""Measures recognition against labelled photos: DIR/photos/NAME.jpg with DIR/labels/NAME.json.

A label is {"photo": NAME, "books": [{"title", "author", "readable", …}]}. A label counts as found when a recognised book bears
its title and does not contradict its author; each recognised book serves one label. Recall is taken over the readable labels,
precision over what was put forward as validated; labels that a person could not read count on neither side.
"""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

ARTICLES = frozenset("the a an der die das le la les el los ein eine un une".split())
MAIN_PART_ENDS = re.compile(r"\s*[:(\[–—]\s*|\s+-\s+")


@dataclass(frozen=True)
class Score:
    """One photo: counts of readable labels, of those found, and of what was put forward and right."""

    photo: str
    readable: int
    found: int
    found_any: int
    put_forward: int
    right: int
    seconds: float
    missed: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Total:
    readable: int
    found: int
    found_any: int
    put_forward: int
    right: int
    macro_recall: float
    seconds: float  # a photo

    @property
    def recall(self) -> float:
        return self.found / max(1, self.readable)

    @property
    def recall_any(self) -> float:
        return self.found_any / max(1, self.readable)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.put_forward)

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score(label: dict, result: dict) -> Score:
    labels = label["books"]
    books = sorted(result.get("books", ()), key=lambda book: -(book.get("confidence") or 0))
    validated = [book for book in books if book["validated"]]
    hits, hits_any = assign(labels, validated), assign(labels, books)
    readable = [n for n, book in enumerate(labels) if book.get("readable", True)]
    return Score(
        photo=label["photo"],
        readable=len(readable),
        found=sum(n in hits for n in readable),
        found_any=sum(n in hits_any for n in readable),
        put_forward=len(validated),
        right=len(hits),
        seconds=result.get("seconds") or 0.0,
        missed=tuple(labels[n]["title"] for n in readable if n not in hits),
        wrong=tuple(f"{b['title']} / {b['author']}" for n, b in enumerate(validated) if n not in hits.values()),
    )


def total(scores: list[Score]) -> Total:
    def added(name: str):
        return sum(getattr(one, name) for one in scores)

    counted = {name: added(name) for name in ("readable", "found", "found_any", "put_forward", "right")}
    number = max(1, len(scores))
    macro = sum(one.found / max(1, one.readable) for one in scores) / number
    return Total(**counted, macro_recall=macro, seconds=added("seconds") / number)


def assign(labels: list[dict], books: list[dict]) -> dict[int, int]:
    """Label -> the book that answers it, the likest pairs first, each side once."""
    pairs = [(likeness(label, book), i, j) for i, label in enumerate(labels) for j, book in enumerate(books)]
    hits: dict[int, int] = {}
    for value, i, j in sorted(pairs, reverse=True):
        if value > 0 and i not in hits and j not in hits.values():
            hits[i] = j
    return hits


def likeness(label: dict, book: dict) -> float:
    """How well a recognised book answers a label; 0 where it does not. The bar is lower where the authors agree."""
    value = title_likeness(label["title"], book.get("title"))
    author = book.get("author") or "; ".join(book.get("authors") or [])
    agree = authors_agree(label.get("author"), author)
    if agree is None:
        return value if value >= 0.88 else 0.0
    if agree:
        return value if value >= 0.78 else 0.0
    return value if value >= 0.97 and len(title_forms(label["title"])[0]) >= 4 else 0.0


def title_likeness(label: str, title: str | None) -> float:
    (whole, main), (other, other_main) = title_forms(label), title_forms(title)
    if not whole or not other:
        return 0.0
    if volumes(whole) and volumes(other) and not volumes(whole) & volumes(other):
        return 0.0
    between_mains = ratio(main, other_main) if len(" ".join(main)) > 3 else 0.0
    return max(ratio(whole, other), between_mains, 0.98 * ratio(whole, other_main), 0.98 * ratio(main, other))


def title_forms(title: str | None) -> tuple[list[str], list[str]]:
    """The words of the whole title and of its part before a subtitle or a series, both without articles."""
    return without_articles(title or ""), without_articles(MAIN_PART_ENDS.split(title or "", maxsplit=1)[0])


def without_articles(text: str) -> list[str]:
    found = plain_words(text)
    return [word for word in found if word not in ARTICLES] or found


def plain_words(text: str | None) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", (text or "").replace("&", " and ").replace("ß", "ss"))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return re.findall(r"[a-z0-9]+", re.sub(r"['’`]", "", plain))


def volumes(words: list[str]) -> set[str]:
    return {word.lstrip("0") for word in words if word.isdigit()}


def ratio(one: list[str], other: list[str]) -> float:
    return SequenceMatcher(None, " ".join(one), " ".join(other)).ratio() if one and other else 0.0


def authors_agree(label: str | None, author: str | None) -> bool | None:
    """Whether a name is shared; None where either side names nobody."""
    known, given = plain_words(label), plain_words(author)
    if not known or not given:
        return None
    known = [word for word in known if len(word) > 2] or known
    given = [word for word in given if len(word) > 2 or len(given) == 1]
    return any(SequenceMatcher(None, one, other).ratio() >= 0.84 for one in known for other in given)
