"""Text on a shelf that is no book: the label on its board, which may be the shelf's name, and stickers on the spines. Pure.

A label that is missed costs nothing and a wrong one costs trust: it has to read like a label and to stand where no spine is."""

import re
from dataclasses import replace

import numpy as np

from catalogs.folding import fold
from scanning import spines
from scanning.models import Band
from scanning.ocr import Line
from scanning.validate import LEAST_LETTERS, Match

SUBJECTS = frozenset(
    """fiction nonfiction novels biography biographies autobiography memoir memoirs history mystery mysteries thriller thrillers
    romance fantasy horror crime humor humour comedy poetry drama plays essays classics literature art arts music film
    photography architecture design science sciences nature mathematics maths physics chemistry biology medicine health
    psychology philosophy religion spirituality politics economics business law education travel atlases maps cooking cookery
    cookbooks food gardening crafts hobbies sport sports esports games computing computers technology engineering programming
    languages linguistics reference dictionaries encyclopedias comics manga novels teen teens children childrens kids
    romane krimi krimis belletristik lyrik gedichte geschichte biografien biographien philosophie psychologie religion politik
    wirtschaft reise reisen reisefuhrer kochen kochbucher kunst musik naturwissenschaften technik sprachen worterbucher
    nachschlagewerke kinder kinderbucher jugendbucher sachbuch sachbucher fantastik
    novela novelas poesia ensayo ensayos historia biografias filosofia psicologia ciencia ciencias cocina viajes arte musica
    infantil juvenil clasicos referencia diccionarios teatro ficcion literatura politica economia
    novella poemes assaig biografies ciencies cuina viatges infantils classics diccionaris narrativa
    histoire poesie essais romans policiers cuisine voyages sciences enfants jeunesse bandes dessinees dictionnaires""".split()
)
BESIDE = frozenset(
    """and the of for in a und de i y et la general new young adult adults easy large print graphic short non local world modern
    ancient military american english british german french spanish catalan european true popular self help social natural
    family home garden staff picks sci fi ya""".split()
)
MOST_LETTERS, MOST_WORDS, MOST_LABELS = 40, 5, 3
LEVEL = 0.3  # rise of a label's line, at most
LEAST_STANDING = 3  # lines along spines, for a photo to show a row of books
WIDE = 1.5  # spines; what is narrower may be printed across one
REACH, NEIGHBOURS = 0.8, 1.5  # lengths of a spine between a label and its row, and along the row, where it has to be clear
INITIALS = r"[A-Za-zÀ-ž]{1,3}"
RANGE = re.compile(rf"(?<!\w)({INITIALS})\s*[-–—~]\s*({INITIALS})$")
NUMBERED = re.compile(r"\d{3}(?:\.\d+)?(?:\s*[-–—]\s*\d{3})?\s+(?=[^\W\d_]{4})|\d{3}\s*[-–—]\s*\d{3}$")  # 796 ESPORTS, 700-799

# What libraries and shops stick on spines: 823.914 ROW, FIC ROW, QA76.73 .P98 2009, a barcode's digits, a price.
STICKERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\d{3}(?:[.,]\d+)?(?:\s+[a-z]{1,4})?",
        r"(?:(?:ya|j|e|r|ref|lp|juv)\.?\s+)?(?:fic|bio|biog|ref|nf|jf|sf|mys|myst|gn|juv|f|b|e)\.?\s+[a-z]{3,4}",
        r"(?:fic|bio|biog|ref|nf|juv|myst)\.?",
        r"[a-z]{1,3}\s?\d{1,4}(?:\.\d+)?\s?\.?[a-z]\d{1,4}(?:\s+[a-z]\d+)?(?:\s+(?:19|20)\d\d)?",
        r"(?:isbn[\s:-]*)?[\d\s*|x-]{8,}",
        r"[£$€]\s?\d+(?:[.,]\d\d)?|(?:eur|usd|dm|chf)\s?\d+[.,]\d\d|\d+[.,]\d\d\s?(?:€|eur|dm|chf)",
    )
)


def is_sticker(text: str) -> bool:
    """A call number, a barcode or a price that stands alone."""
    return any(sticker.fullmatch(text.strip()) for sticker in STICKERS)


def _reads_like_a_label(text: str) -> bool:
    if len(text) > MOST_LETTERS or len(text.split()) > MOST_WORDS:
        return False
    if NUMBERED.match(text):
        return True
    in_order = RANGE.search(text)
    if in_order and fold(in_order[1])[:1] > fold(in_order[2])[:1]:
        return False
    words = fold(RANGE.sub("", text)).split()
    if not words:
        return bool(in_order)
    return any(word in SUBJECTS for word in words) and all(word in SUBJECTS or word in BESIDE for word in words)


def shelf_labels(lines: list[Line], matches: list[Match]) -> list[str]:
    """The labels on the boards, from top to bottom; none where it is not clear which text is one."""
    found = [" ".join(lines[i].text for i in group) for group in _label_lines(lines, matches)]
    found = list(dict.fromkeys(RANGE.sub(r"\1–\2", " ".join(text.split())) for text in found))
    return found if len(found) <= MOST_LABELS else []


def _label_lines(lines: list[Line], matches: list[Match]) -> list[list[int]]:
    """The lines of each label as they are read, top to bottom."""
    layout = spines.Layout(lines)
    standing = np.flatnonzero(layout.along & (layout.length >= 0.3 * layout.spine_length()))
    if len(standing) < LEAST_STANDING:
        return []
    boxes = np.hstack([layout.quads.min(axis=1), layout.quads.max(axis=1)])  # left, top, right, bottom
    sure = {i for match in matches if match.band == Band.SURE for i in match.lines}
    level = np.abs(layout.direction[:, 1]) <= LEVEL
    free = [i for i in range(len(lines)) if level[i] and i not in sure and not is_sticker(lines[i].text)]
    groups = [[free[n] for n in group] for group in spines.groups(_side_by_side(boxes[free]), 0.5)]
    groups = [sorted(group, key=lambda i: (round(boxes[i, 1] / layout.height[i]), boxes[i, 0])) for group in groups]
    labels = [group for group in groups if _reads_like_a_label(" ".join(lines[i].text for i in group))]
    clear = [group for group in labels if _stands_clear(group, lines, boxes, boxes[standing], layout.spine_length())]
    return sorted(clear, key=lambda group: boxes[group[0], 1])


def _side_by_side(boxes: np.ndarray) -> np.ndarray:
    """n x n, 0 or 1: which pieces of text are so near each other, in a row or one below the other, that they are one label."""
    height = boxes[:, 3] - boxes[:, 1]
    same = np.minimum.outer(height, height)
    across = np.maximum.outer(boxes[:, 0], boxes[:, 0]) - np.minimum.outer(boxes[:, 2], boxes[:, 2])
    below = np.maximum.outer(boxes[:, 1], boxes[:, 1]) - np.minimum.outer(boxes[:, 3], boxes[:, 3])
    in_a_row = (across < 1.5 * same) & (below < -0.5 * same)
    stacked = (below < 0.6 * same) & (across < -0.5 * same)
    return ((in_a_row | stacked) & (np.maximum.outer(height, height) < 2.5 * same)).astype(float)


def _stands_clear(group: list[int], lines: list[Line], boxes: np.ndarray, standing: np.ndarray, length: float) -> bool:
    """Whether a text stands above or below a row of books and cannot be printed across one of them.

    A spine that is lettered across has no line along it: what stands level with other spines may always be one of those."""
    left, top = boxes[group, :2].min(axis=0)
    right, bottom = boxes[group, 2:].max(axis=0)
    above_or_below = np.maximum(standing[:, 1] - bottom, top - standing[:, 3])
    beside = np.maximum(standing[:, 0] - right, left - standing[:, 2])
    near = standing[(above_or_below < REACH * length) & (beside < NEIGHBOURS * length)]
    if len(near) < 2 or np.any((near[:, 1] < bottom) & (near[:, 3] > top)):
        return False
    return bool(RANGE.search(lines[group[-1]].text)) or right - left > WIDE * _pitch(near)


def _pitch(standing: np.ndarray) -> float:
    """Pixels from one spine to the next, where no book between them is lettered across."""
    centres = np.sort((standing[:, 0] + standing[:, 2]) / 2)
    steps = np.diff(centres)
    width = float(np.median(standing[:, 2] - standing[:, 0]))
    steps = steps[steps > 0.5 * width]
    return max(1.5 * width, float(np.percentile(steps, 25)) if len(steps) else 0.0)


def without_labels(lines: list[Line], matches: list[Match]) -> list[Match]:
    """The books without what is only a label, and unread spines without the stickers on them."""
    labels = {i for group in _label_lines(lines, matches) for i in group}
    books = [match for match in matches if match.band == Band.SURE or not labels.issuperset(match.lines)]
    return [match if match.record else _without_stickers(match) for match in books if match.record or _is_text(match)]


def _is_text(match: Match) -> bool:
    """Whether something is left to be shown of an unread spine."""
    return sum(c.isalpha() for text in match.text if not is_sticker(text) for c in text) >= LEAST_LETTERS


def _without_stickers(match: Match) -> Match:
    return replace(match, text=tuple(text for text in match.text if not is_sticker(text)))
