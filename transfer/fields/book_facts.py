"""Columns that describe the book: titles, series, numbers, publication. Every function writes to an Item."""

import re
from collections.abc import Callable

from catalogs import isbn, series, statements
from catalogs.languages import language_of
from catalogs.statements import repaired, without_isbd
from library.copies.tagging import split_list
from transfer import dates
from transfer.fields.texts import unmarked
from transfer.items import Hints, Item

OTHER_SERIES, OTHER_ISBNS = "Other series", "Other ISBNs"
NUMBERED = r"(?:\d+(?:[.,]\d+)?(?:\s*[-–&]\s*\d+(?:[.,]\d+)?)?)"
# `The Expanse, #8; another, #2`: a number behind the sign makes a series of it, `C#` and `The #1 Bestseller` are none.
SERIES = re.compile(rf"(?P<series>[^;]+?),?\s+#\s*(?P<number>{NUMBERED})(?:\s*[;,]\s*(?P<others>.+))?")
BARE_SERIES = re.compile(rf"(?P<series>.+?)[\s,]*\(\s*#?(?P<number>{NUMBERED})\s*\)(?:\s*[;,|]\s*(?P<others>.+))?")
MARKED_SERIES = re.compile(rf"(?P<series>.*\w)\W*[\s(\[]{series.WORD}\s*(?P<number>{NUMBERED})[)\]]?(?P<others>)", re.IGNORECASE)
FIRST_PUBLISHED = re.compile(r"(?P<year>-?\d{1,4})(?:\.0)?(?:[-/]\d.*)?(?:\s*(?P<era>BCE?|v\. ?Chr\.?))?", re.IGNORECASE)
LATEST_YEAR = 2100


def _title(item: Item, text: str, hints: Hints):
    """Goodreads and those who follow it put the series behind the title: `Tiamat's Wrath (The Expanse, #8)`."""
    read_title(item, text, hints)
    start = _opening_of_last_bracket(item.title)
    if start > 0 and (match := SERIES.fullmatch(item.title[start + 1 : -1])):
        item.facts["title"] = item.title[:start].strip()
        _put_series(item, match)


def read_title(item: Item, text: str, hints: Hints):
    """What ends with a sign of library catalogues has it after a space; `Who's There?` keeps its own."""
    title = " ".join(repaired(text).split())
    item.facts["title"] = without_isbd(title) if title.endswith((" /", " :", " ;", " =")) else title


def _opening_of_last_bracket(text: str) -> int:
    depth = 0
    for place in range(len(text) - 1, -1, -1) if text.endswith(")") else ():
        depth += (text[place] == ")") - (text[place] == "(")
        if not depth:
            return place
    return -1


def _series(item: Item, text: str, hints: Hints):
    """`The Expanse #8`, `The Expanse (8)`, `The Expanse, Book 8`, or the name alone; of several the first."""
    text = without_isbd(" ".join(repaired(text).split()))
    if match := SERIES.fullmatch(text) or BARE_SERIES.fullmatch(text) or MARKED_SERIES.fullmatch(text):
        _put_series(item, match)
    elif text:
        item.facts["series"] = text


def _put_series(item: Item, match: re.Match):
    """The first series of several; the others are kept by their names."""
    item.facts |= {"series": match["series"].strip(), "series_number": re.sub(r"\s", "", match["number"]).replace("–", "-")}
    if match["others"]:
        item.extra[OTHER_SERIES] = match["others"].strip()
        item.notes.append(f"A book is in one series here; “{match['others'].strip()[:80]}” is kept with the imported columns.")


def _series_number(item: Item, text: str, hints: Hints):
    item.facts["series_number"] = re.sub(r"\.0+$", "", text.removeprefix("#").strip())


def read_isbn(item: Item, text: str, hints: Hints):
    """An ISBN, however it is written; the number of something else is kept apart, with a remark."""
    whole = isbn.read(text, spreadsheet=True)
    parts = [text] if isbn.SCIENTIFIC.fullmatch(text.strip('="[] ')) else re.split(r"[,;|\n]| {2,}", text)
    for part in [text] if whole.isbn else filter(None, (part.strip('="[] ') for part in parts)):
        found = isbn.read(part, spreadsheet=True)
        if found.problem:
            item.extra["ISBN"] = part[:100]
            item.notes.append(found.problem)
        elif not item.isbn13:
            item.facts["isbn13"] = found.isbn
            item.notes += [found.note] if found.note else []
        elif found.isbn != item.isbn13:
            item.extra[OTHER_ISBNS] = "; ".join(dict.fromkeys([*item.extra.get(OTHER_ISBNS, "").split("; "), found.isbn])).lstrip(
                "; "
            )


def _published(item: Item, text: str, hints: Hints):
    """The more precise of two columns that agree counts; of two that do not, the first."""
    when = dates.parse_date(text, hints.date_order)
    if not when.text and (year := statements.published_date(text)):
        when = dates.When(year, when.note and f"Only the year of “{text[:60]}” could be read.")
    known = item.facts.get("published_date", "")
    if when.text and not known.startswith(when.text):
        if known and not when.text.startswith(known):
            item.extra["Published"] = text
        else:
            item.facts["published_date"] = when.text
    if when.note:
        item.extra["Published"] = text
        item.notes.append(when.note)


def _first_published(item: Item, text: str, hints: Hints):
    """The year in which the work appeared, before our era as a negative number."""
    if year := _year_in(text, hints):
        item.facts["first_published"] = year
    elif text.strip("0.- "):
        item.extra["First published"] = text
        item.notes.append(f"“{text[:40]}” could not be read as a year.")


def _year_in(text: str, hints: Hints) -> int:
    """0 where there is none; 65 may be 1965."""
    if match := FIRST_PUBLISHED.fullmatch(text):
        year = int(match["year"])
        year = -abs(year) if match["era"] else year
        return 0 if 0 < year < 100 or year > LATEST_YEAR else year
    year = dates.parse_date(text, hints.date_order).text[:4]
    return int(year) if year and year in text else 0


def _pages(item: Item, text: str, hints: Hints):
    if count := statements.pages(text):
        item.facts["pages"] = count
    elif re.search(r"[1-9]", text) or not re.search(r"\d", text):
        item.extra["Pages"] = text
        item.notes.append(f"“{text[:40]}” could not be read as a number of pages.")


def _language(item: Item, text: str, hints: Hints):
    """The first, where several are named."""
    if code := language_of(re.split(r"[,;|(]", text)[0].strip()):
        item.facts["language"] = code
    else:
        item.extra["Language"] = text


def _categories(item: Item, text: str, hints: Hints):
    item.facts["categories"] = [*item.facts.get("categories", []), *split_list(text)]


def _description(item: Item, text: str, hints: Hints):
    item.facts["description"] = unmarked(text)


def _publisher(item: Item, text: str, hints: Hints):
    item.facts["publisher"] = without_isbd(" ".join(repaired(text).split()))


def _fact(name: str) -> Callable:
    def put(item: Item, text: str, hints: Hints):
        item.facts[name] = " ".join(repaired(text).split())

    return put


TITLE_FIELDS: dict[str, tuple[str, Callable]] = {
    "title": ("Title, with series in brackets", _title),
    "plain_title": ("Title", read_title),
    "subtitle": ("Subtitle", _fact("subtitle")),
}
FACT_FIELDS: dict[str, tuple[str, Callable]] = {
    "isbn": ("ISBN", read_isbn),
    "publisher": ("Publisher", _publisher),
    "published": ("Published", _published),
    "first_published": ("First published", _first_published),
    "language": ("Language", _language),
    "series": ("Series", _series),
    "series_number": ("Number in the series", _series_number),
    "pages": ("Pages", _pages),
    "binding": ("Binding", _fact("binding")),
    "description": ("Description", _description),
    "categories": ("Subjects", _categories),
}
