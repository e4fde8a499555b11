"""Numbers in words, and stretches of days."""

import calendar
import re
from datetime import date, timedelta

from chat.wordings import NUMBERS


def number_words_as_digits(text: str) -> str:
    return re.sub(
        r"(?<= )[a-z]+(?= )", lambda word: str(NUMBERS[word[0]]) if word[0] in NUMBERS and word[0] != "one" else word[0], text
    )


def span(unit: str, before: bool, today: date) -> tuple[date, date]:
    if unit == "year":
        return year_start(today.year - before), year_end(today.year - before)
    if unit == "week":
        start = today - timedelta(days=today.weekday() + 7 * before)
        return start, start + timedelta(days=6)
    first = today.replace(day=1)
    first = (first - timedelta(days=1)).replace(day=1) if before else first
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def year_start(year) -> date:
    return date(min(9999, max(1, int(year))), 1, 1)


def year_end(year) -> date:
    return date(min(9999, max(1, int(year))), 12, 31)
