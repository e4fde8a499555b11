"""Dates of every kind, as far as they are known: 2017, 2017-02 or 2017-02-07. What two readers would read differently is told."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from dateutil import parser
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.dates import MONTHS, MONTHS_3

YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:[T ]\d.*)?")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,]+\d.*)?")
MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})")
IN_EAST_ASIA = re.compile(r"(\d{4}) ?[年.년] ?(\d{1,2}) ?[月.월](?: ?(\d{1,2}) ?[日.일])?")
MONTH_IN_LETTERS = re.compile(r"(\d{1,2})[- ]([^\W\d_]{3,4})\.?[- ](\d{2})")  # 5-Mar-20, as spreadsheets write it
CLOCK = re.compile(r"\s+\d{1,2}:\d{2}:\d{2}.*$")
SERIAL = re.compile(r"[2-6]\d{4}(?:\.\d+)?")  # how spreadsheets count: 20000 is in 1954, 69999 in 2091
UNKNOWN_DAY = re.compile(r"[0/.-]+|0[01]01-01-01.*")  # what programs write where they know none
LANGUAGES = ("de", "fr", "es", "it", "pt", "nl")
DAY_FIRST, MONTH_FIRST = "day", "month"
UNCLEAR = "“{}” could mean two dates, and no other date in the file settles it. Choose the order of day and month in the preview."
UNKNOWN = "“{}” could not be read as a date."


@dataclass(frozen=True)
class When:
    text: str = ""  # 2017, 2017-02, 2017-02-07 or ""
    note: str = ""


def parse_date(text: str, order: str = "") -> When:
    """The date in `text`. `order` says which of day and month stands first in this file, where that is known."""
    text = " ".join(text.strip("[]()~© \t\r\n").split())
    text = re.sub(r"(?<=\d{4})\?$", "", CLOCK.sub("", text) if text[:1].isalpha() else text)
    if not text or UNKNOWN_DAY.fullmatch(text):
        return When()
    if match := YEAR_FIRST.fullmatch(text) or COMPACT.fullmatch(text) or IN_EAST_ASIA.fullmatch(text):
        return _checked(text, *match.groups())
    if match := YEAR_LAST.fullmatch(text):
        first, separator, second, year = match.groups()
        return _year_last(text, int(first), int(second), year, order, separator)
    if match := MONTH_YEAR.fullmatch(text):
        return _checked(text, match[2], match[1])
    if SERIAL.fullmatch(text):
        day = (date(1899, 12, 30) + timedelta(days=int(float(text)))).isoformat()
        return When(day, f"“{text}” was read as a spreadsheet date, {day}.")
    if match := MONTH_IN_LETTERS.fullmatch(text):
        text = f"{match[1]} {match[2]} {_century(match[3])}"
    return _in_words(text)


def _century(year: str) -> str:
    """Spreadsheets take 29 for 2029 and 30 for 1930; nobody has read a book in the future."""
    return f"20{year}" if int(year) < min(30, timezone.localdate().year % 100 + 2) else f"19{year}"


def order_of(texts) -> str:
    """Which of day and month comes first, by those dates in which only one of them can; "" where none says, or two disagree."""
    found = {order for text in texts if (order := _order(text))}
    return found.pop() if len(found) == 1 else ""


def _order(text: str) -> str:
    match = YEAR_LAST.fullmatch(text.strip("[] "))
    if not match or match[2] == ".":
        return ""
    first, second = int(match[1]), int(match[3])
    if len(match[4]) == 2 and first > 12 and int(match[4]) > 12:
        return ""  # may begin with its year
    if first > 12 >= second:
        return DAY_FIRST
    return MONTH_FIRST if second > 12 >= first else ""


def is_moment(text: str) -> bool:
    """Whether this is a day with its time, as programs write it."""
    try:
        return len(text) > 10 and text[4:5] == "-" and parse_datetime(text) is not None
    except ValueError:
        return False


def _year_last(text: str, first: int, second: int, year: str, order: str, separator: str) -> When:
    """7.2.2017 begins with the day everywhere; with slashes and hyphens it depends on where one lives."""
    if len(year) == 2:
        if not order and first > 12 and int(year) > 12:
            return When(note=UNKNOWN.format(text))  # 20/10/25 may begin with its year
        year = _century(year)
    if separator != "." and not order and first <= 12 and second <= 12 and first != second:
        return When(year, UNCLEAR.format(text))
    day_first = second <= 12 and (separator == "." or first > 12 or order == DAY_FIRST)
    day, month = (first, second) if day_first else (second, first)
    return _checked(text, year, str(month), str(day))


def _checked(text: str, year: str, month: str | None = None, day: str | None = None) -> When:
    """Goodreads and others fill with zeros what they do not know: 2017/00/00 is a year."""
    year, month, day = int(year), int(month or 0), int(day or 0)
    if not 100 <= year <= 2200:
        return When(note=UNKNOWN.format(text))
    if not month:
        return When(f"{year:04}")
    if not 1 <= month <= 12:
        return When(f"{year:04}", f"“{text}” is not a full date, so only its year was used.")
    if not day:
        return When(f"{year:04}-{month:02}")
    try:
        return When(date(year, month, day).isoformat())
    except ValueError:
        return When(f"{year:04}-{month:02}", f"“{text}” is not a real date, so only its month was used.")


def _in_words(text: str) -> When:
    """February 7, 2017; 7 Feb 2017; Feb 2017. What the text leaves open comes out differently on two different days."""
    if len(text) > 60 or not re.search(r"\d{4}", text) or not re.search(r"[^\W\d_]", text):
        return When(note=UNKNOWN.format(text[:60]))
    english = _in_english(text)
    try:
        one, other = (parser.parse(english, default=datetime(1904, month, day, tzinfo=UTC)) for month, day in ((1, 1), (3, 3)))
    except (ValueError, ArithmeticError, TypeError, AttributeError):
        year = re.search(r"(?<!\d)(1[0-9]{3}|20[0-9]{2})(?!\d)", text)
        return When(year[1], f"Only the year of “{text}” could be read.") if year else When(note=UNKNOWN.format(text))
    if one.month != other.month:
        return When(f"{one.year:04}")
    if one.day != other.day:
        return When(f"{one.year:04}-{one.month:02}")
    return When(one.date().isoformat())


def _in_english(text: str) -> str:
    """`3. März 2020` and `12 de mayo de 2020` with the month as the parser knows it; what is English stays."""
    words = re.findall(r"\w+|\W+", re.sub(r"\b1(?:er|º|°|ro)(?!\w)", "1", text.casefold()))
    small = {"de", "del", "le", "der", "den", "am", "of", "the"}
    return "".join(_english_months().get(word, "" if word in small else word) for word in words)


@cache
def _english_months() -> dict[str, str]:
    found = {}
    for language in reversed(LANGUAGES):
        with translation.override(language):
            found |= {str(names[n]).casefold(): f"{n:02}" for names in (MONTHS_3, MONTHS) for n in names}
    with translation.override("en"):
        english = {f"{n:02}": str(MONTHS[n]) for n in MONTHS}
        own = {str(names[n]).casefold() for names in (MONTHS_3, MONTHS) for n in names}
    return {word: english[number] for word, number in found.items() if word not in own}
