"""ISBNs as they are printed: behind the word ISBN, or as the digits under the bars, found in what an engine has read. Pure.

A check digit lets one wrong reading of ten pass; so each finding says what it weighs, and two that agree weigh enough."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, product

from catalogs import isbn
from scanning.ocr import Line, Quad

CERTAIN, LIKELY = 2, 1  # weights; the first alone is enough, the second wants a second witness
LEAST_CONFIDENCE = 0.85  # of the engine in a line; below, its digits are a guess

# Letters that stand for a digit among digits, and the signs between digits.
LOOKALIKES = str.maketrans("OoQDIl|!Z", "000011112")
RUN = re.compile(r"(?<![\w])[\dOoQDIl|!Z][\dOoQDIl|!Z\s\-‐‑–—.·'\"“”‘’]{7,32}[\dOoQDIl|!ZXx](?![\w])")
LABEL = re.compile(r"(?i)\b[i1l|][s5][b8e]n(?:[\s-]?1[03](?!\d))?\s*[:.]?\s*")
# Under the bars, whose guards stand between the digits and are read as ones: 9 || 780132 || 350884 ||
UNDER_BARS = [
    re.compile(rf"9?1{{{before}}}(7[89]\d{{4}})1{{{between}}}(\d{{6}})1{{{behind}}}")
    for before, between, behind in product(range(3), repeat=3)
]
ADD_ON = re.compile(r"(97[89]\d{10})\d{5}")


@dataclass(frozen=True)
class Sighting:
    """One ISBN seen once: where (px of the photo), and how much that weighs."""

    isbn: str
    quad: Quad
    weight: int
    by: str  # bars, or text


def sightings(lines: Iterable[Line]) -> list[Sighting]:
    """Every ISBN that the lines of a photo say, each line once for each."""
    found = []
    for line in lines:
        values: dict[str, int] = {}
        for text in (line.text, *line.others):
            for number, weight in _in_text(text):
                if line.confidence < LEAST_CONFIDENCE:
                    weight = LIKELY
                values[number] = max(weight, values.get(number, 0))
        found += [Sighting(number, line.quad, weight, "text") for number, weight in values.items()]
    return found


def _in_text(text: str) -> Iterator[tuple[str, int]]:
    """The ISBNs in one line of text, each with its weight."""
    for label in LABEL.finditer(text):
        if number := _first_isbn(text[label.end() :]):
            yield number, CERTAIN
    for run in RUN.finditer(LABEL.sub(" ", text)):
        yield from _in_digits(run.group())


def _first_isbn(text: str) -> str:
    """The ISBN that `text` begins with, or ""."""
    compact = _squeezed(text[:40])
    for length in (13, 10):
        digits = compact[:length]
        # Digits that go on are a longer number: the ten of a cut-off thirteen pass the check one time in eleven.
        if len(digits) == length and not compact[length : length + 1].isdigit() and (number := isbn.clean(digits)):
            return number
    return ""


def _in_digits(text: str) -> Iterator[tuple[str, int]]:
    """The ISBN that a bare run of digits is, with its weight."""
    digits = _squeezed(text)
    if glued := ADD_ON.fullmatch(digits):
        digits = glued[1]
    if len(digits) == 13 and (number := isbn.clean(digits)):
        yield number, CERTAIN
    elif re.fullmatch(r"\d-\d{1,7}-\d{1,7}-[\dXx]", text.strip()) and (number := isbn.clean(digits)):
        yield number, LIKELY  # ten digits with the hyphens of an ISBN, but without its name
    elif number := _between_guards(digits):
        yield number, LIKELY


def _between_guards(digits: str) -> str:
    """The one ISBN that the digits are without the guards that were read as ones, or ""."""
    numbers = set()
    for start in range(2):  # the first 9 stands apart, and is often cut off or misread
        matches = filter(None, (pattern.fullmatch(digits[start:]) for pattern in UNDER_BARS))
        numbers |= {isbn.clean("9" + match[1] + match[2]) for match in matches}
    numbers.discard("")
    return numbers.pop() if len(numbers) == 1 else ""


def _squeezed(text: str) -> str:
    return re.sub(r"[^\dXx]", "", text.translate(LOOKALIKES)).upper()


def by_isbn(found: Iterable[Sighting]) -> dict[str, list[Sighting]]:
    ordered = sorted(found, key=lambda one: one.isbn)
    return {number: list(group) for number, group in groupby(ordered, key=lambda one: one.isbn)}
