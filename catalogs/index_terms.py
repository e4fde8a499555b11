"""What a book and a spine have in common: the words and the short letter runs of their text, as numbers.

OCR glues words together, breaks them and takes one letter for another. Runs of a few letters over the text without its
spaces survive that; whole words keep short titles apart. Both are hashed into a fixed number of buckets, so that one small
array holds how many books know each.
"""

import re
import zlib

from catalogs import folding

BUCKETS = 1 << 20
RUN = 4  # letters in a run: 3 are too common in millions of books, 5 lose too much to each wrong letter
MAX_LETTERS = 90  # nobody prints more of a title on a spine
LOOKALIKES = str.maketrans("01l58", "oiisb")  # what OCR cannot keep apart is the same letter here
CJK = "\u2e80"  # from here on scripts without spaces, where two characters say what four letters do elsewhere


def shape(text: str) -> str:
    """Folded text as OCR might as well have read it."""
    return confused(folding.fold(text))


def confused(folded: str) -> str:
    return folded.translate(LOOKALIKES).replace("rn", "m").replace("vv", "w")


def squash(text: str) -> str:
    return shape(text).replace(" ", "")


def main_title(title: str) -> str:
    """The title without its subtitle and without a series in brackets."""
    main = re.split(r"\s*[:(\[/]|\s[–—-]\s", title, maxsplit=1)[0].strip()
    return main or title


def buckets_of(text: str) -> set[int]:
    """The buckets of all words and letter runs of `text`."""
    shaped = shape(text)[:MAX_LETTERS]
    letters = shaped.replace(" ", "")
    found = {f" {word}" for word in shaped.split()}
    for start in range(len(letters) - 1):
        length = 2 if letters[start] >= CJK else RUN
        if start + length <= len(letters):
            found.add(letters[start : start + length])
    return {zlib.crc32(term.encode()) % BUCKETS for term in found}


def record_buckets(title: str, authors: tuple[str, ...]) -> set[int]:
    """Title and authors one by one, so that no run crosses from one into the next: spines show them in any order."""
    return set().union(buckets_of(title), *(buckets_of(author) for author in authors[:6]))
