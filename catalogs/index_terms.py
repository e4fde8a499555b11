"""The terms of books and spines in the index: whole words and short letter sequences, as numbers.

OCR joins words, splits them and confuses letters. Sequences of a few letters, taken from the text without spaces, survive
that; whole words distinguish short titles. Both are hashed into a fixed number of buckets, so that one small array
holds how many books have each.
"""

import re
import zlib

from catalogs import folding

BUCKETS = 1 << 20
RUN = 4  # letters in a sequence: 3 are too common in millions of books, 5 lose too much with each wrong letter
MAX_LETTERS = 90  # no spine shows more of a title
LOOKALIKES = str.maketrans("01l58", "oiisb")  # letters that OCR confuses count as one
CJK = "\u2e80"  # from here on, scripts without spaces, where two characters say as much as four letters elsewhere


def shape(text: str) -> str:
    """Folded text with letters that OCR confuses made the same."""
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
    """The buckets of all words and letter sequences in `text`."""
    shaped = shape(text)[:MAX_LETTERS]
    letters = shaped.replace(" ", "")
    found = {f" {word}" for word in shaped.split()}
    for start in range(len(letters) - 1):
        length = 2 if letters[start] >= CJK else RUN
        if start + length <= len(letters):
            found.add(letters[start : start + length])
    return {zlib.crc32(term.encode()) % BUCKETS for term in found}


def record_buckets(title: str, authors: tuple[str, ...]) -> set[int]:
    """The buckets of the title and of each author separately, because spines show them in any order."""
    return set().union(buckets_of(title), *(buckets_of(author) for author in authors[:6]))
