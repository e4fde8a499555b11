"""Drawn covers for books without a picture: one of a small set of bindings, always the same for the same title."""

import hashlib
import math
from dataclasses import dataclass

from catalogs import folding

# Class names in static/css/covers.css: `.cloth-indigo`, `.binding-label` … The numbers are the width that a binding leaves for
# the title and the type sizes, in hundredths of the cover's width.
CLOTHS = ("indigo", "moss", "claret", "ochre", "slate", "plum", "teal", "rust", "navy", "olive", "rose", "umber")
BINDINGS = {"frame": 66, "label": 66, "bands": 76, "rule": 76, "panel": 76, "corners": 76}
SIZES = {"huge": 18, "large": 14.5, "medium": 11.8, "small": 9.6, "tiny": 8.2}
ROOM_DOWN = 72
LINE = 1.16
LONGEST_TITLE = 110


@dataclass(frozen=True)
class _Drawing:
    """What the template needs to draw a cover: class names and text."""

    cloth: str
    binding: str
    size: str
    title: str
    author: str


def draw(title: str, authors) -> _Drawing:
    """The cover for `title`. Cloth and binding depend on the title's hash, so a book looks the same everywhere."""
    shown = shorten(title.strip() or "Untitled")
    number = int.from_bytes(hashlib.blake2b(folding.fold(title).encode(), digest_size=4).digest())
    binding = list(BINDINGS)[number // len(CLOTHS) % len(BINDINGS)]
    return _Drawing(
        cloth=CLOTHS[number % len(CLOTHS)],
        binding=binding,
        size=size_for(shown, BINDINGS[binding]),
        title=shown,
        author=_short_author(list(authors)),
    )


def shorten(title: str) -> str:
    """Shortens a long title to fit on a cover: drops the part after a colon first, then words from the end."""
    if len(title) > 60:
        title = title.split(":")[0].strip() or title
    if len(title) <= LONGEST_TITLE:
        return title
    return title[:LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;–—-") + " …"


def size_for(title: str, room: int) -> str:
    """The largest type size in which the longest word fits the width and all lines fit the height."""
    widths = [_width(word) for word in title.split()]
    for name, size in SIZES.items():
        lines = math.ceil((sum(widths) + 0.25 * len(widths)) * size / room + 0.3)
        if max(widths) * size <= room and lines * size * LINE <= ROOM_DOWN:
            return name
    return "tiny"


def _width(word: str) -> float:
    """The approximate width in ems, measured in Literata."""
    return sum(_letter_width(letter) for letter in word)


def _letter_width(letter: str) -> float:
    if letter in "iljtfrI.,:;!’'-()[]":
        return 0.4
    if letter in "mwMW—…@" or ord(letter) >= 0x2E80:  # Chinese, Japanese and Korean: full squares
        return 1.0
    return 0.74 if letter.isupper() else 0.66 if letter in "bdhknpqu" else 0.6


def _short_author(authors: list[str]) -> str:
    if len(authors) > 2:
        return f"{authors[0]} and others"
    return " and ".join(authors)
