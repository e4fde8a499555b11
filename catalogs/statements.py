"""Parses what catalogues print about a book: dates, numbers of pages, languages, text that was encoded twice.

What cannot be read for certain is left out: a wrong year is worse than none."""

import re
from collections.abc import Iterable
from datetime import date

FIRST_YEAR, LAST_YEAR = 1000, 2100  # of a printed book; 0101-01-01 and the like mean that nobody knows
YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
UNCERTAIN = re.compile(r"(?i)\b(?:not (?:after|before)|before|after|between|or later|or earlier)\b")
DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?:T.*)?")
COPYRIGHT = re.compile(r"(?i)(?:©|\bc|\bcop\.?|\bcopyright|\bp)\s*$")
INSTEAD = re.compile(r"(?i)\bi\.?\s?e\.?\s*$|\brecte\s*$")
PAGES = re.compile(
    r"(?i)(?P<numbers>(?:[\[(]?\b(?:\d{1,3}(?:[.,]\d{3})+(?!\d)|\d{1,5}(?!\d)|[ivxlcdm]+\b)[\])]?(?:\s*,\s*|\s*\+\s*|\s+)?)+)"
    r"(?:unnumbered\s+)?(?:p\b|pp\b|pg\b|pgs\b|pages?\b|s\b|seiten?\b|págs?\b|páginas?\b|pagine\b|pag\b|str\b|с\b|стр\b|blz\b|bladzijden\b|sidor\b|sider\b|sivua\b)"
)
BARE_PAGES = re.compile(r"(?:[ivxlcdm]+\s*[,+]\s*)?(\d{1,3}(?:[.,]\d{3})|\d{1,5})(?:\.0)?")
VOLUMES = re.compile(r"(?i)\b\d+\s*(?:v|vols?|volumes?|bde?|bände|t|tomes?)\b\.?")
ENCODED_TWICE = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]"
)


def published_date(text, coded: str = "") -> str:
    """`2017-02-07`, `2017-02` or `2017` of a date as it was printed; "" where it names none for certain. `coded` is the year that
    a library gave beside it (MARC 008)."""
    text = " ".join(str(text or "").split())[:200]
    if (match := DAY.fullmatch(text)) and _in_print(match[1]):
        return _day(*match.groups())
    coded = coded if re.fullmatch(r"\d{4}", coded) and _in_print(coded) else ""
    years = [] if UNCERTAIN.search(text) else _years(text)
    if coded and (coded in {year for year, _ in years} or not _first(years)):
        return coded
    return _first(years)


def is_partial_date(text: str) -> bool:
    """Whether this is `2017`, `2017-02` or `2017-02-07`, and there is such a day."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", text, re.ASCII)
    try:
        return bool(match and date(*(int(part or 1) for part in match.groups())))
    except ValueError:
        return False


def _years(text: str) -> list[tuple[str, str]]:
    """(year, what stands before it) of each."""
    return [(match[0], text[: match.start()]) for match in YEAR.finditer(text)]


def _first(years: list[tuple[str, str]]) -> str:
    """The year that counts: a corrected one (`1867 [i.e. 1876]`), one in brackets after that of another calendar
    (`5759 [1998 or 1999]`), else the first that is not of the copyright alone."""
    if corrected := [year for year, before in years if INSTEAD.search(before)]:
        return corrected[0] if _in_print(corrected[0]) else ""
    bracketed = [year for year, before in years if before.count("[") > before.count("]") and not COPYRIGHT.search(before)]
    outside = [year for year, before in years if before.count("[") <= before.count("]")]
    if outside and bracketed:
        return next(filter(_in_print, bracketed), "")
    plain = [year for year, before in years if not COPYRIGHT.search(before)] or [year for year, _ in years]
    return next(filter(_in_print, plain), "")


def _in_print(year: str) -> bool:
    return FIRST_YEAR <= int(year) <= LAST_YEAR


def _day(year: str, month: str, day: str | None) -> str:
    if not 1 <= int(month) <= 12:
        return year
    return f"{year}-{month}-{day}" if day and 1 <= int(day) <= 31 else f"{year}-{month}"


def pages(text) -> int | None:
    """The numbered pages of `xii, 340 p.` or `1 online resource (340 pages)`; none where several volumes are named."""
    text = " ".join(str(text or "").split())[:300]
    if match := BARE_PAGES.fullmatch(text):
        return _in_a_book(match[1])
    if VOLUMES.search(text):
        return None
    found = [_in_a_book(number) for match in PAGES.finditer(text) for number in _arabic(match["numbers"])]
    return max(filter(None, found), default=None)


def _arabic(numbers: str) -> list[str]:
    """Without what stands in brackets, which is not numbered."""
    return re.findall(r"\d{1,3}(?:[.,]\d{3})+|\d+", re.sub(r"[\[(]\w+[\])]", " ", numbers)) or re.findall(r"\d+", numbers)


def _in_a_book(number: str) -> int | None:
    count = int(re.sub(r"[.,]", "", number))
    return count if 0 < count < 100_000 else None


def as_text(value) -> str:
    """Text of an answer, also where it comes as `{"value": …}`, as the first of a list or as a number; tidied and repaired."""
    if isinstance(value, list | tuple):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return repaired(value.replace("\0", "")).strip() if isinstance(value, str) else ""


def as_texts(value) -> list[str]:
    """Each text of a list, or the one that stands where a list should."""
    values = value if isinstance(value, list | tuple) else [value]
    return [text for item in values if (text := as_text(item))]


def without_isbd(text: str) -> str:
    """Without the sign that library catalogues put between this part and the next one: `Dune /`, `Ace Books,`."""
    text = text.strip()
    return text[:-1].rstrip() if text.endswith(("/", ":", ";", ",", "=")) else text


def repaired(text: str) -> str:
    """`AÃ±os` as `Años`: UTF-8 that somebody read as Windows-1252, where all of it is that beyond doubt."""
    if text.isascii() or not ENCODED_TWICE.search(text):
        return text
    try:
        return bytes(_bytes_of(text)).decode("utf-8")
    except ValueError:
        return text


def _bytes_of(text: str) -> Iterable[int]:
    for char in text:
        try:
            yield from char.encode("cp1252")
        except UnicodeEncodeError:
            yield ord(char)  # the five bytes that Windows-1252 leaves open; above 255 `bytes` refuses it
