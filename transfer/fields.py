"""What a column of a file may be here, and how its text is read. One function a kind of field; each writes to an Item."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.conf.locale import LANG_INFO
from stdnum import issn

from catalogs import isbn
from catalogs.languages import iso
from catalogs.names import authors_of
from library.models import Condition, Status, UserBook
from transfer import dates
from transfer.items import Item

LONGEST = {field.name: field.max_length for field in UserBook._meta.fields if getattr(field, "max_length", None)}
LANGUAGES = {info["name"].lower(): code[:2] for code, info in LANG_INFO.items() if "name" in info}
NAMES = {"authors": "author", "isbn13": "ISBN"} | {name: name.replace("_", " ") for name in ("bought_from", "condition_note")}
FORMULA = re.compile(r"'+[=+\-@＝＋－＠\t\r]")
TAGS = re.compile(r"</?[a-zA-Z][^<>]*>")
BREAK = re.compile(r"(?i)<br\s*/?>|</p>\s*<p[^>]*>")
SERIES = re.compile(r"(?P<series>.*?),?\s*#\s*(?P<number>[^#;)]*)(?:;.*)?")

WORDS_OF_STATUS = {
    Status.TO_READ: "to-read, to read, unread, not begun, tbr, want to read, want-to-read",
    Status.READING: "currently-reading, currently reading, reading, in progress, paused, on hold",
    Status.READ: "read, already-read, already read, completed, finished",
    Status.DID_NOT_FINISH: "did-not-finish, did not finish, dnf, stopped, abandoned, did not finish / stopped",
    Status.WISHLIST: "wishlist, wish list, to-buy",
}
STATUSES = {word: status for status, words in WORDS_OF_STATUS.items() for word in words.split(", ")}


@dataclass(frozen=True)
class Hints:
    """What the file as a whole says about its values."""

    date_order: str = ""  # day or month, where dates such as 03/04/2020 are clear by others
    stars: int = 5  # the best rating
    program: str = ""  # whose file it is


def plain(text: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking a text for a formula."""
    return text[1:] if FORMULA.match(text) else text


def unmarked(text: str) -> str:
    """A review as text: programs that show it on a web page keep it with its marks."""
    return html.unescape(TAGS.sub("", BREAK.sub("\n", text)))


def title(item: Item, text: str, hints: Hints):
    """Goodreads and those who follow it put the series behind the title: `Tiamat's Wrath (The Expanse, #8)`."""
    item.facts["title"] = text
    start = _opening_of_last_bracket(text)
    if start > 0 and (match := SERIES.fullmatch(text[start + 1 : -1])) and match["series"]:
        item.facts |= {"title": text[:start].strip(), "series": match["series"].strip(), "series_number": match["number"].strip()}


def _opening_of_last_bracket(text: str) -> int:
    depth = 0
    for place in range(len(text) - 1, -1, -1) if text.endswith(")") else ():
        depth += (text[place] == ")") - (text[place] == "(")
        if not depth:
            return place
    return -1


def plain_title(item: Item, text: str, hints: Hints):
    item.facts["title"] = text


def authors(item: Item, text: str, hints: Hints):
    """Several people, in any of the ways they are joined; `Last, First` turned round."""
    text = re.sub(r"\s*[|&;]\s*", "; ", text)
    add_authors(item, [re.sub(r"\s*\([^()]*\)$", "", name) for name in authors_of(text)])


def one_author(item: Item, text: str, hints: Hints):
    add_authors(item, [" ".join(text.split())])


def more_authors(item: Item, text: str, hints: Hints):
    add_authors(item, parts_of(text))


def add_authors(item: Item, names):
    known = item.facts.setdefault("authors", [])
    known += [name for name in names if name and name not in known]


def parts_of(text: str) -> list[str]:
    """What stands between commas; a part that holds one itself stands in quotes."""
    found = re.findall(r'\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)', text)
    return [part for quoted, bare in found if (part := " ".join((quoted.replace('""', '"') or bare).split()))]


def number(item: Item, text: str, hints: Hints):
    """An ISBN, however it is written; what is the number of something else is told and kept apart."""
    for part in re.split(r"[,;|]| {2,}", text.strip().removeprefix("=").strip('"[] ')):
        if not (part := part.strip('="[] ')):
            continue
        found, note = read_number(part)
        if found:
            item.facts.setdefault("isbn13", found)
        elif note:
            item.extra["ISBN"] = part[:100]
            item.notes.append(note)


def read_number(text: str) -> tuple[str, str]:
    """(ISBN, "") or ("", what it is instead)."""
    digits = re.sub(r"[\s-]", "", text)
    if len(digits) == 8 and issn.is_valid(digits):
        return "", f"“{text}” is a magazine number (ISSN), not an ISBN."
    try:
        return isbn.parse(text), ""
    except isbn.ISBNError as error:
        if re.fullmatch(r"B0[A-Z0-9]{8}", digits):
            return "", f"“{text}” is Amazon’s own number, not an ISBN."
        return "", str(error)


def rating(item: Item, text: str, hints: Hints):
    """Stars of five (or ten) in half stars; 0 means that there is no rating."""
    try:
        stars = Decimal(text.replace(",", ".").split("/")[0].strip(" ★*"))
    except InvalidOperation:
        if count := text.count("★"):
            item.own["rating"] = min(10, count * 2 + text.count("½"))
        else:
            item.notes.append(f"“{text[:40]}” could not be read as a rating.")
        return
    halves = stars * 2 * 5 / hints.stars
    if not 0 <= halves <= 10:
        item.notes.append(f"A rating of {text} is not between 0 and 5, so it was skipped.")
    elif halves:
        item.own["rating"] = max(1, int(halves + Decimal("0.5")))
        if halves != int(halves):
            item.notes.append(f"{text} stars became {item.own['rating'] / 2:g}, because only half stars can be stored.")


def status(item: Item, text: str, hints: Hints):
    known = STATUSES.get(text.casefold().strip())
    if known:
        item.own["status"] = known.value
    else:
        item.tags.append(text)
        item.notes.append(f"“{text[:60]}” is not a reading status here, so it became a tag.")


def tags(item: Item, text: str, hints: Hints):
    item.tags += parts_of(text.replace(";", ","))


def shelf(item: Item, text: str, hints: Hints):
    item.shelf = [" ".join(text.split())[:100]]


def review(item: Item, text: str, hints: Hints):
    item.own["review"] = unmarked(text)


def notes(item: Item, text: str, hints: Hints):
    item.own["notes"] = "\n\n".join(filter(None, [item.own.get("notes"), text]))


def read_on(item: Item, text: str, hints: Hints):
    """The days on which a book was finished; several where it was read again."""
    for part in re.split(r"[,;]\s*", text) if re.match(r"[\d\[/.-]+[,;]", text) else [text]:
        item.readings.append(["", exact(item, part, hints, "Date read")])


def read_between(item: Item, text: str, hints: Hints):
    """`2021/01/20-2021/02/09`, several of them between commas."""
    days = r"\d{4}(?:/\d{1,2}){0,2}"
    for part in filter(None, re.split(r",\s*", text)):
        match = re.fullmatch(rf"({days})?\s*-\s*({days})?|({days})", part.strip())
        start, end = (match[1] or "", match[2] or match[3] or "") if match else ("", part)
        item.readings.append([exact(item, start, hints, "Date started"), exact(item, end, hints, "Date read")])


def begun(item: Item, text: str, hints: Hints):
    if day := exact(item, text, hints, "Date started"):
        item.readings = [[day, item.readings[0][1]], *item.readings[1:]] if item.readings else [[day, ""]]


def finished(item: Item, text: str, hints: Hints):
    if day := exact(item, text, hints, "Date read"):
        item.readings = [[item.readings[0][0], day], *item.readings[1:]] if item.readings else [["", day]]


def exact(item: Item, text: str, hints: Hints, name: str) -> str:
    """A date to the day, or "" and a note: no day is made up."""
    when = dates.parse(text, hints.date_order)
    if when.note:
        item.notes.append(when.note)
    if when.text and len(when.text) < 10:
        item.notes.append(f"{name} {when.text} has no day, so it was kept with the imported columns.")
    if text and len(when.text) < 10:
        item.extra[name] = text
        return ""
    return when.text


def published(item: Item, text: str, hints: Hints):
    when = dates.parse(text, hints.date_order)
    if when.text:
        item.facts["published_date"] = when.text
    if when.note:
        item.extra["Published"] = text
        item.notes.append(when.note)


def first_year(item: Item, text: str, hints: Hints):
    """Only where the year of the edition is not there."""
    if not item.facts.get("published_date"):
        published(item, text, hints)


def added(item: Item, text: str, hints: Hints):
    if dates.is_moment(text):
        item.own["added"] = text
    elif day := exact(item, text, hints, "Date added"):
        item.own["added"] = day


def bought(item: Item, text: str, hints: Hints):
    if day := exact(item, text, hints, "Bought"):
        item.own["bought"] = day


def price(item: Item, text: str, hints: Hints):
    """`$12.99`, `12,99 EUR`: the last sign between digits that leaves one or two of them is the decimal point."""
    match = re.search(r"\d[\d.,' ]*", text)
    digits = re.sub(r"[.,' ](?=\d{3}(?!\d))", "", match[0]).strip(".,' ") if match else ""
    try:
        value = Decimal(digits.replace(",", "."))
    except InvalidOperation:
        item.notes.append(f"“{text[:40]}” could not be read as a price.")
        return
    if value < Decimal("99999999"):
        item.own["price"] = str(value.quantize(Decimal("0.01")))
        signs = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
        code = re.search(r"\b[A-Z]{3}\b", text)
        item.own["currency"] = code[0] if code else next((signs[sign] for sign in signs if sign in text), "")


def condition(item: Item, text: str, hints: Hints):
    known = {name.lower(): value for value, name in Condition.choices} | {
        "like new": "fine",
        "very good": "fine",
        "acceptable": "fair",
    }
    if found := known.get(text.casefold()):
        item.own["condition"] = str(found)
    else:
        item.own["condition_note"] = " · ".join(filter(None, [text, item.own.get("condition_note")]))


def condition_note(item: Item, text: str, hints: Hints):
    item.own["condition_note"] = " · ".join(filter(None, [item.own.get("condition_note"), text]))


def pages(item: Item, text: str, hints: Hints):
    match = re.search(r"\d+", text.replace(",", ""))
    if match and 0 < int(match[0][:9]) < 100_000:
        item.facts["pages"] = int(match[0])


def copies(item: Item, text: str, hints: Hints):
    match = re.fullmatch(r"(\d{1,4})(?:\.0+)?", text)
    if match and int(match[1]) > 1:
        item.copies = min(int(match[1]), 20)


def language(item: Item, text: str, hints: Hints):
    """The first, where several are named."""
    first = re.split(r"[,;|(]", text)[0].strip()
    if code := LANGUAGES.get(first.lower()) or iso(first):
        item.facts["language"] = code


def series(item: Item, text: str, hints: Hints):
    """`The Expanse #8`, `The Expanse (8)`, or the name alone."""
    match = re.fullmatch(r"(.*?)[\s,]*(?:#|\()\s*([\d.\-–]+)\)?", text)
    item.facts["series"] = match[1] if match else text
    if match:
        item.facts["series_number"] = match[2]


def series_number(item: Item, text: str, hints: Hints):
    item.facts["series_number"] = re.sub(r"\.0+$", "", text)


def categories(item: Item, text: str, hints: Hints):
    item.facts["categories"] = [*item.facts.get("categories", []), *parts_of(text.replace(";", ","))]


def description(item: Item, text: str, hints: Hints):
    item.facts["description"] = unmarked(text)


def source_id(item: Item, text: str, hints: Hints):
    item.ids[hints.program] = text[:100]


def lent_to(item: Item, text: str, hints: Hints):
    item.loans = [{"borrower": text[:200], **(item.loans[0] if item.loans else {})}]


def favourite(item: Item, text: str, hints: Hints):
    if text.casefold() in ("1", "true", "yes", "x"):
        item.own["favourite"] = True


def fact(name: str) -> Callable:
    def put(item: Item, text: str, hints: Hints):
        item.facts[name] = " ".join(text.split())

    return put


def own(name: str) -> Callable:
    def put(item: Item, text: str, hints: Hints):
        item.own[name] = text

    return put


# What a column may be: our name for it -> (what people read, how its text is read), in the order of the choice in the preview.
TARGETS: dict[str, tuple[str, Callable]] = {
    "title": ("Title, with series in brackets", title),
    "plain_title": ("Title", plain_title),
    "subtitle": ("Subtitle", fact("subtitle")),
    "authors": ("Authors", authors),
    "one_author": ("First author", one_author),
    "more_authors": ("Other authors", more_authors),
    "isbn": ("ISBN", number),
    "publisher": ("Publisher", fact("publisher")),
    "published": ("Published", published),
    "first_year": ("First published", first_year),
    "language": ("Language", language),
    "series": ("Series", series),
    "series_number": ("Number in the series", series_number),
    "pages": ("Pages", pages),
    "binding": ("Binding", fact("binding")),
    "description": ("Description", description),
    "categories": ("Subjects", categories),
    "status": ("Reading status", status),
    "rating": ("Rating", rating),
    "favourite": ("Favourite", favourite),
    "review": ("Review", review),
    "notes": ("Private notes", notes),
    "tags": ("Tags", tags),
    "shelf": ("Shelf", shelf),
    "read_on": ("Read on", read_on),
    "read_between": ("Read from – to", read_between),
    "begun": ("Started on", begun),
    "finished": ("Finished on", finished),
    "added": ("Added on", added),
    "copies": ("Number of copies", copies),
    "bought": ("Bought on", bought),
    "bought_from": ("Bought from", own("bought_from")),
    "price": ("Price", price),
    "condition": ("Condition", condition),
    "condition_note": ("Notes on its condition", condition_note),
    "lent_to": ("Lent to", lent_to),
    "id": ("Record number in the other program", source_id),
}
KEEP, DROP = "keep", "drop"  # among the imported columns, or not at all


def finish(item: Item):
    """Cuts what does not fit, and says so; a row without title and ISBN is none."""
    for values in (item.facts, item.own):
        for name, value in values.items():
            if isinstance(value, str) and len(value) > LONGEST.get(name, len(value)):
                item.notes.append(f"The {NAMES.get(name, name)} was too long and has been shortened.")
                values[name] = value[: LONGEST[name]]
    if any(end for _, end in item.readings):
        item.own.setdefault("status", Status.READ.value)
    if not item.title and not item.isbn13 and "open_library" not in item.ids and not item.problem and not item.left_out:
        item.problem = item.notes[0] if item.notes else "This row has neither a title nor an ISBN."
