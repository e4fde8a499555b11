"""ISBNs: a thin layer over python-stdnum. All ISBNs are stored as 13 digits without hyphens."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice

from stdnum import isbn as stdnum_isbn
from stdnum.exceptions import ValidationError

HYPHENS = "\\-‐‑‒–—−"
AT_MOST = 5000  # the most numbers found in one text
GAP = rf"(?:[ \u00a0\u202f.{HYPHENS}]|[ \u00a0][{HYPHENS}][ \u00a0])?"
END = rf"(?![\dA-Za-z]|[{HYPHENS}]\d)"
# 10 or 13 digits with gaps, and 13 with an add-on of 2 or 5 digits; never part of a longer number.
LIKE_AN_ISBN = re.compile(
    rf"(?<![\dA-Za-z])(?:(?:\d{GAP}){{12}}\d(?:\d{{5}}|\d{{2}})?|(?:\d{GAP}){{9}}[\dXx]){END}",
)
NAMED = re.compile(r"(?i)\bisbn(?:[ -]?1[03])?\s*[:=]?\s*$")


class ISBNError(ValueError):
    """Explains what is wrong with a supposed ISBN."""


@dataclass(frozen=True)
class Found:
    """A number in a text that is an ISBN, or looks like one and has a `problem`."""

    text: str
    isbn: str = ""
    problem: str = ""


def parse(text: str) -> str:
    """The ISBN in `text` as 13 digits. It may have 10 or 13 digits, hyphens, spaces, and a 2 or 5 digit add-on."""
    compact = re.sub(r"(?i)isbn(?:-1[03])?[:\s]*", "", unicodedata.normalize("NFKC", text or ""))
    compact = re.sub(rf"[\s{HYPHENS}.]", "", compact).upper()
    if re.fullmatch(r"97[89]\d{10}(\d{2}|\d{5})", compact):
        compact = compact[:13]  # scanners append the add-on to the ISBN
    if not re.fullmatch(r"[0-9]{9}[0-9X]|[0-9]{13}", compact):
        raise ISBNError(f"“{_short(text)}” is not an ISBN: it needs 10 or 13 digits.")
    if len(compact) == 13:
        _refuse_other_goods(compact, text)
    try:
        return stdnum_isbn.to_isbn13(stdnum_isbn.validate(compact))
    except ValidationError:
        wanted = next((digit for digit in "0123456789X" if stdnum_isbn.is_valid(compact[:-1] + digit)), "")
        why = f" (it is {compact[-1]}, but should be {wanted})" if wanted else ""
        raise ISBNError(f"“{_short(text)}” has a wrong digit: its check digit does not match{why}.") from None


def _refuse_other_goods(digits: str, text: str):
    if digits.startswith("977"):
        raise ISBNError(f"“{_short(text)}” is the barcode of a magazine, which has no ISBN.")
    if digits.startswith("9790"):
        raise ISBNError(f"“{_short(text)}” is the number of sheet music, which has no ISBN.")
    if not digits.startswith(("978", "979")):
        raise ISBNError(f"“{_short(text)}” is not the barcode of a book, which begins with 978 or 979.")


def _short(text: str | None) -> str:
    words = " ".join((text or "").split())
    return words if len(words) <= 60 else words[:59] + "…"


def find(text: str) -> list[Found]:
    """All ISBNs in `text`, in order and with repetitions. `text` is a number, a list, or prose with numbers in it.

    Invalid numbers are only reported if they were probably meant as an ISBN: those alone on a line or between commas, those
    labelled as an ISBN, and those that begin like ISBNs of 13 digits."""
    found = []
    text = unicodedata.normalize("NFKC", (text or "").replace("\0", " "))
    for piece in re.split(r"[\n\r\t,;|]+", text):
        spans = list(islice(LIKE_AN_ISBN.finditer(piece), AT_MOST))
        for match in spans:
            number = match[0].strip()
            before = piece[max(0, match.start() - 20) : match.start()]
            alone = len(spans) == 1 and not re.search(r"\w", piece[: match.start()] + piece[match.end() :])
            meant = alone or NAMED.search(before) or number.startswith(("978", "979"))
            try:
                found.append(Found(number, parse(number)))
            except ISBNError as error:
                if meant:
                    found.append(Found(number, problem=str(error)))
        if not spans and (broken := _broken(piece)):
            found.append(broken)
        if len(found) >= AT_MOST:
            break
    return found[:AT_MOST]


def _broken(piece: str) -> Found | None:
    """A line that is a single number, or labelled as an ISBN, with too few or too many digits."""
    named = re.sub(r"(?i)^.*\bisbn(?:[ -]?1[03])?\s*[:=]?\s*", "", piece).strip()
    digits = re.sub(rf"[\s{HYPHENS}.]", "", named)
    if not re.fullmatch(r"[0-9]{5,}[Xx]?", digits) or (named == piece.strip() and len(digits) < 8):
        return None
    return Found(named, problem=f"“{_short(named)}” is not an ISBN: it has {len(digits)} digits, not 10 or 13.")


def clean(text: str) -> str:
    """The ISBN in `text` as 13 digits, or "" if there is no valid one."""
    try:
        return parse(text)
    except ISBNError:
        return ""


def to_isbn10(isbn13: str) -> str:
    """The ISBN-10, or "" for the 979 range, which has none."""
    return stdnum_isbn.to_isbn10(isbn13) if isbn13.startswith("978") else ""


def hyphenated(isbn13: str) -> str:
    return stdnum_isbn.format(isbn13) if isbn13 else ""
