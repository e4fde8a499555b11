"""ISBNs: a thin layer over python-stdnum. Everything is kept as 13 digits without hyphens."""

import re

from stdnum import isbn as stdnum_isbn
from stdnum.exceptions import ValidationError


class ISBNError(ValueError):
    """A sentence about what is wrong with a supposed ISBN."""


def parse(text: str) -> str:
    """The ISBN in `text` (10 or 13 digits, hyphens and spaces allowed, an EAN with its 2 or 5 digit add-on too) as 13 digits."""
    compact = re.sub(r"(?i)isbn(?:-1[03])?[:\s]*", "", text or "")
    compact = re.sub(r"[\s\-‐‑–—.]", "", compact).upper()
    if re.fullmatch(r"97[89]\d{10}(\d{2}|\d{5})", compact):
        compact = compact[:13]  # scanners glue the add-on to the ISBN
    if not re.fullmatch(r"\d{9}[\dX]|\d{13}", compact):
        raise ISBNError(f"“{text}” is not an ISBN: it needs 10 or 13 digits.")
    if len(compact) == 13 and not compact.startswith(("978", "979")):
        raise ISBNError(f"“{text}” is the barcode of something else: a book's begins with 978 or 979.")
    try:
        return stdnum_isbn.to_isbn13(stdnum_isbn.validate(compact))
    except ValidationError:
        raise ISBNError(f"“{text}” has a digit wrong: its check digit does not fit.") from None


def clean(text: str) -> str:
    """The ISBN in `text` as 13 digits, or "" where there is none that is right."""
    try:
        return parse(text)
    except ISBNError:
        return ""


def to_isbn10(isbn13: str) -> str:
    """Ten digits, or "" for the 979 range, which has no ten-digit form."""
    return stdnum_isbn.to_isbn10(isbn13) if isbn13.startswith("978") else ""


def hyphenated(isbn13: str) -> str:
    return stdnum_isbn.format(isbn13) if isbn13 else ""
