"""How a book without a cover picture looks: one of a small set of bindings, always the same for the same title."""

import zlib
from dataclasses import dataclass

from library import folding

# Both are names in static/css/covers.css: `.cloth-indigo`, `.binding-label` …
CLOTHS = ("indigo", "moss", "claret", "ochre", "slate", "plum", "teal", "rust", "navy", "olive", "rose", "umber")
BINDINGS = ("frame", "label", "bands", "rule", "panel", "corners")
# The longest title (in characters) for each size of type; anything longer is set in the last one.
SIZES = ((9, "huge"), (18, "large"), (34, "medium"), (60, "small"), (10_000, "tiny"))
LONGEST_WORD = {"huge": 7, "large": 9, "medium": 11, "small": 13}
LONGEST_TITLE = 110


@dataclass(frozen=True)
class Drawing:
    """What the template needs to draw one cover: names of classes, and the words on it."""

    cloth: str
    binding: str
    size: str
    title: str
    author: str


def draw(title: str, authors) -> Drawing:
    """The cover of `title`. Cloth and binding come from the title's hash, so a book keeps its look wherever it is shown."""
    shown = shorten(title.strip() or "Untitled")
    number = zlib.crc32(folding.fold(title).encode())
    return Drawing(
        cloth=CLOTHS[number % len(CLOTHS)],
        binding=BINDINGS[number // len(CLOTHS) % len(BINDINGS)],
        size=size_for(shown),
        title=shown,
        author=short_author(list(authors)),
    )


def shorten(title: str) -> str:
    """As much of a long title as fits on a cover, cut between words: a subtitle behind a colon goes first."""
    main = title.split(":")[0].strip()
    if len(title) > 60 and main:
        title = main
    if len(title) <= LONGEST_TITLE:
        return title
    return title[:LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;–—-") + " …"


def size_for(title: str) -> str:
    """The largest type in which the title, and its longest word, has room."""
    longest = max(map(len, title.split()), default=0)
    return next(size for limit, size in SIZES if len(title) <= limit and longest <= LONGEST_WORD.get(size, limit))


def short_author(authors: list[str]) -> str:
    if len(authors) > 2:
        return f"{authors[0]} and others"
    return " and ".join(authors)
