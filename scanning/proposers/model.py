"""Spines by a language model, whichever it is: what it is shown, and what of its answer is believed.

A model sorts the lines and puts letters right; it adds nothing. Lines that it names and nobody read, a title that its own lines
do not bear out, a line used twice are dropped, and lines that it passed over are sorted by the rules. So a text on a spine that
tells the model what to do can at worst cost a corrected title."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import numpy as np
from rapidfuzz import fuzz

from catalogs.folding import fold
from scanning import spines
from scanning.ocr import Line
from scanning.proposers import ProposerError, SpineProposal, covers, prompts
from scanning.proposers.rules import RulesProposer

LINES_A_CALL = 150
LONGEST = 200  # letters of a title or an author
SUPPORTED = 70  # of 100: how alike a title must be to what stands on its lines


class _SpineModel(Protocol):
    """Answers with the arguments of the one tool that it is given. Raises ProposerError."""

    def ask(self, system: str, text: str, tool: dict, picture: bytes = b"") -> dict: ...


def propose_with_model(model: _SpineModel, lines: list[Line]) -> list[SpineProposal]:
    by_rules = RulesProposer().propose(lines)
    taken: set[int] = set()
    found: list[SpineProposal] = []
    for numbers in _chunks(by_rules):
        answer = model.ask(prompts.SPINES, prompts.lines_as_json(numbers, lines), prompts.SPINES_TOOL)
        for one in believed(answer, set(numbers) - taken, lines):
            taken |= set(one.lines)
            found.append(one)
    rest = [i for i in range(len(lines)) if i not in taken]
    left = RulesProposer().propose([lines[i] for i in rest])
    found += [replace(one, lines=tuple(rest[i] for i in one.lines)) for one in left]
    return _in_order(found)


def _chunks(by_rules: list[SpineProposal]) -> Iterator[list[int]]:
    """The lines in shelf order, so many a call; what the rules hold to be one spine is not torn apart."""
    some: list[int] = []
    for one in by_rules:
        if some and len(some) + len(one.lines) > LINES_A_CALL:
            yield some
            some = []
        some += one.lines
    if some:
        yield some


def believed(answer: dict, allowed: set[int], lines: list[Line]) -> Iterator[SpineProposal]:
    """Those spines of an answer that stand on lines nobody has used yet; title and author where the lines bear them out."""
    entries = answer.get("spines")
    if not isinstance(entries, list):
        raise ProposerError("The model's answer could not be read.")
    free = set(allowed)
    for entry in entries:
        named = entry.get("lines") if isinstance(entry, dict) else None
        numbers = [n for n in named if isinstance(n, int)] if isinstance(named, list) else []
        group = [n for n in dict.fromkeys(numbers) if n in free]
        if not group:
            continue
        free -= set(group)
        text = fold(" ".join(lines[i].text for i in group))
        region = spines.hull(np.array([lines[i].quad for i in group], dtype=float))
        title, author = (supported_words(entry.get(name), text) for name in ("title", "author"))
        yield SpineProposal(tuple(group), region, 1, 1, title, author, True, covers.model_confidence(entry))


def supported_words(values, text: str) -> str:
    """`values` where their words stand in the folded `text`, but for misread letters; else nothing."""
    values = " ".join(values.split())[:LONGEST] if isinstance(values, str) else ""
    words, there = fold(values).split(), text.split()
    if not words or not there:
        return ""
    alike = sum(len(word) * max(fuzz.ratio(word, other) for other in there) for word in words) / sum(map(len, words))
    in_a_row = fuzz.partial_ratio(" ".join(words), text) if len(values) <= len(text) else 0  # words that were read as one
    return values if max(alike, in_a_row) >= SUPPORTED else ""


def _in_order(found: list[SpineProposal]) -> list[SpineProposal]:
    places = spines.shelf_places([one.region for one in found])
    placed = [replace(c, shelf=shelf, position=at) for c, (shelf, at) in zip(found, places, strict=True)]
    return sorted(placed, key=lambda c: (c.shelf, c.position))
