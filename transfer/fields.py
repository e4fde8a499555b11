"""What a column of a file may be here, and how its text is read. One function a kind of field; each writes to an Item."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from catalogs import isbn, names, statements
from catalogs.languages import language_of
from catalogs.statements import repaired
from library.models import Condition, Status, UserBook
from transfer import dates
from transfer.items import Item

LONGEST = {field.name: field.max_length for field in UserBook._meta.fields if getattr(field, "max_length", None)}
NAMES = {"authors": "author", "isbn13": "ISBN"} | {name: name.replace("_", " ") for name in ("bought_from", "condition_note")}
FORMULA = re.compile(r"'+[=+\-@＝＋－＠\t\r]")
TAGS = re.compile(r"</?[a-zA-Z][^<>]*>")
BREAK = re.compile(r"(?i)<br\s*/?>|\s*</?(?:p|div|h[1-6]|ul|ol|li|tr|table|blockquote|hr)\b[^<>]*>\s*")
BREAKS = re.compile(r"\n{3,}")
NUMBERED = r"(?:\d+(?:[.,]\d+)?(?:\s*[-–&]\s*\d+(?:[.,]\d+)?)?)"
# `The Expanse, #8; another, #2`: a number behind the sign makes a series of it, `C#` and `The #1 Bestseller` are none.
SERIES = re.compile(rf"(?P<series>[^;]+?),?\s+#\s*(?P<number>{NUMBERED})(?:\s*[;,]\s*(?P<others>.+))?")
BARE_SERIES = re.compile(rf"(?P<series>.+?)[\s,]*\(\s*#?(?P<number>{NUMBERED})\s*\)(?:\s*[;,|]\s*(?P<others>.+))?")
FAVOURITES = frozenset(["favorites", "favourites", "favorite", "favourite"])
OTHER_SERIES = "Other series"
YES = frozenset("1 true yes y x ja oui sí si sim wahr vrai ✓ ✔".split())
NO = frozenset("0 false no n nein non não falsch faux".split())
RATING = re.compile(r"(?P<value>\d+(?:\.\d+)?)(?:\s*(?:/|of|out of|von|sur|de|\|)\s*(?P<best>\d+))?\s*(?:stars?|★|⭐|\*)?")

WORDS_OF_STATUS = {
    Status.TO_READ: "to-read, to read, unread, not begun, not started, tbr, want to read, up next, not read, planned",
    Status.READING: "currently-reading, currently reading, reading, in progress, paused, on hold, started",
    Status.READ: "read, already-read, already read, completed, finished, done",
    Status.DID_NOT_FINISH: (
        "did-not-finish, did not finish, dnf, stopped, abandoned, did not finish / stopped, stopped reading, unfinished, gave up"
    ),
    Status.WISHLIST: "wishlist, wish list, wished, to-buy, to buy",
}
STATUSES = {word.replace("-", " "): status for status, words in WORDS_OF_STATUS.items() for word in words.split(", ")}


@dataclass(frozen=True)
class Hints:
    """What the file as a whole says about its values."""

    date_order: str = ""  # day or month, where dates such as 03/04/2020 are clear by others
    stars: int = 5  # the best rating
    program: str = ""  # whose file it is
    statuses: Mapping[str, str] = field(default_factory=dict)  # the program's own words


def plain(text: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking a text for a formula."""
    return text[1:] if FORMULA.match(text) else text


def unmarked(text: str) -> str:
    """A review as text: programs that show it on a web page keep it with its marks."""
    if not TAGS.search(text):
        return html.unescape(text)
    return html.unescape(BREAKS.sub("\n\n", TAGS.sub("", BREAK.sub("\n", text)))).strip()


def title(item: Item, text: str, hints: Hints):
    """Goodreads and those who follow it put the series behind the title: `Tiamat's Wrath (The Expanse, #8)`."""
    plain_title(item, text, hints)
    start = _opening_of_last_bracket(item.title)
    if start > 0 and (match := SERIES.fullmatch(item.title[start + 1 : -1])):
        item.facts["title"] = item.title[:start].strip()
        _put_series(item, match)


def _put_series(item: Item, match: re.Match):
    """The first series of several; the others are kept by their names."""
    item.facts |= {"series": match["series"].strip(), "series_number": re.sub(r"\s", "", match["number"]).replace("–", "-")}
    if match["others"]:
        item.extra[OTHER_SERIES] = match["others"].strip()
        item.notes.append(f"A book is in one series here; “{match['others'].strip()[:80]}” is kept with the imported columns.")


def _opening_of_last_bracket(text: str) -> int:
    depth = 0
    for place in range(len(text) - 1, -1, -1) if text.endswith(")") else ():
        depth += (text[place] == ")") - (text[place] == "(")
        if not depth:
            return place
    return -1


def plain_title(item: Item, text: str, hints: Hints):
    item.facts["title"] = " ".join(repaired(text).split())


def authors(item: Item, text: str, hints: Hints):
    """As a person typed them: a comma that may mean two things stays."""
    people, unclear = names.as_written(re.sub(r"\s*\([^()]*\)(?=\s*(?:[;|&,]|$))", "", repaired(text)))
    add_authors(item, people)
    if unclear:
        item.notes.append(f"“{text[:80]}” may be one author or several, so it was left as it is. Separate authors by semicolons.")


def author_list(item: Item, text: str, hints: Hints):
    """`Terry Pratchett, Neil Gaiman (Narrator)`: who did something else than write is kept by the role."""
    for name in names.listed(repaired(text)):
        role = re.fullmatch(r"(.*?)\s*\(([^()]*)\)", name)
        if not role or role[2].casefold() in ("author", "writer", "goodreads author", ""):
            add_authors(item, [role[1] if role else name])
        else:
            item.extra[role[2]] = "; ".join(filter(None, [item.extra.get(role[2]), role[1]]))


def author_surname_first(item: Item, text: str, hints: Hints):
    """`García Márquez, Gabriel`, several of them between semicolons or lines."""
    people = re.split(r"\s*[;|&\n]\s*", repaired(text))
    add_authors(item, [names.PersonName.surname_first(name).display for name in people])


def surname(item: Item, text: str, hints: Hints):
    item.name_parts["surname"] = repaired(text)


def given_name(item: Item, text: str, hints: Hints):
    item.name_parts["given"] = repaired(text)


def one_author(item: Item, text: str, hints: Hints):
    add_authors(item, [" ".join(repaired(text).split())])


def more_authors(item: Item, text: str, hints: Hints):
    add_authors(item, names.listed(repaired(text)) if '"' not in text else _parts_of(repaired(text)))


def add_authors(item: Item, people):
    known = item.facts.setdefault("authors", [])
    known += [name for name in people if name and name not in known]


def _parts_of(text: str) -> list[str]:
    """What stands between commas; a part that holds one itself stands in quotes."""
    found = re.findall(r'\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)', text)
    return [part for quoted, bare in found if (part := " ".join((quoted.replace('""', '"') or bare).split()))]


def number(item: Item, text: str, hints: Hints):
    """An ISBN, however it is written; what is the number of something else is told and kept apart."""
    whole = isbn.read(text, spreadsheet=True)
    parts = [text] if whole.isbn or isbn.SCIENTIFIC.fullmatch(text.strip('="[] ')) else re.split(r"[,;|]| {2,}", text)
    for part in parts:
        if not (part := part.strip('="[] ')):
            continue
        found = isbn.read(part, spreadsheet=True)
        if found.problem:
            item.extra["ISBN"] = part[:100]
            item.notes.append(found.problem)
        elif not item.isbn13:
            item.facts["isbn13"] = found.isbn
            item.notes += [found.note] if found.note else []


def rating(item: Item, text: str, hints: Hints):
    """Stars of five, or of what the value or the file says, in half stars; 0 means that there is no rating."""
    match = RATING.fullmatch(text.strip().replace(",", ".").casefold())
    if match is None:
        return _rating_in_stars(item, text)
    stars = Decimal(match["value"]) * 5 / (Decimal(match["best"] or 0) or hints.stars)
    if not 0 <= stars <= 5 or match["best"] == "0":
        item.extra["Rating"] = text
        item.notes.append(f"“{text[:40]}” is not a rating between 0 and {match['best'] or hints.stars}, so it was not imported.")
    elif halves := stars * 2:
        item.own["rating"] = max(1, int(halves + Decimal("0.5")))
        if halves != int(halves):
            item.notes.append(f"{text} stars became {item.own['rating'] / 2:g}, because only half stars can be stored.")


def _rating_in_stars(item: Item, text: str):
    stars = text.count("★") + text.count("⭐")
    if stars and not re.search(r"[^★⭐☆½\s\ufe0f]", text) and stars * 2 + text.count("½") <= 10:
        item.own["rating"] = stars * 2 + text.count("½")
    else:
        item.extra["Rating"] = text
        item.notes.append(f"“{text[:40]}” could not be read as a rating.")


def status(item: Item, text: str, hints: Hints):
    word = " ".join(re.sub(r"[\s_-]+", " ", text.casefold()).split())
    known = hints.statuses.get(text.casefold().strip()) or hints.statuses.get(word) or STATUSES.get(word)
    if known:
        item.own["status"] = str(known)
    else:
        item.tags.append(text)
        item.notes.append(f"“{text[:60]}” is not a reading status here, so it became a tag.")


def tags(item: Item, text: str, hints: Hints):
    item.tags += _parts_of(text.replace(";", ","))


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
    elif when.text and len(when.text) < 10:
        item.notes.append(f"{name} {when.text} has no day, so it was kept with the imported columns.")
    if text and len(when.text) < 10:
        item.extra[name] = text
        return ""
    return when.text


def published(item: Item, text: str, hints: Hints):
    """The more precise of two columns that agree counts; of two that do not, the first."""
    when = dates.parse(text, hints.date_order)
    known = item.facts.get("published_date", "")
    if when.text and not known.startswith(when.text):
        if known and not when.text.startswith(known):
            item.extra["Published"] = text
        else:
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
    if count := statements.pages(text):
        item.facts["pages"] = count
    elif re.search(r"[1-9]", text) or not re.search(r"\d", text):
        item.extra["Pages"] = text
        item.notes.append(f"“{text[:40]}” could not be read as a number of pages.")


def copies(item: Item, text: str, hints: Hints):
    match = re.fullmatch(r"(\d{1,4})(?:\.0+)?", text)
    if match and int(match[1]) > 1:
        item.copies = min(int(match[1]), 20)


def language(item: Item, text: str, hints: Hints):
    """The first, where several are named."""
    first = re.split(r"[,;|(]", text)[0].strip()
    if code := language_of(first):
        item.facts["language"] = code
    else:
        item.extra["Language"] = text


def series(item: Item, text: str, hints: Hints):
    """`The Expanse #8`, `The Expanse (8)`, or the name alone; of several the first."""
    text = " ".join(repaired(text).split())
    if match := SERIES.fullmatch(text) or BARE_SERIES.fullmatch(text):
        _put_series(item, match)
    else:
        item.facts["series"] = text


def series_number(item: Item, text: str, hints: Hints):
    item.facts["series_number"] = re.sub(r"\.0+$", "", text.removeprefix("#").strip())


def categories(item: Item, text: str, hints: Hints):
    item.facts["categories"] = [*item.facts.get("categories", []), *_parts_of(text.replace(";", ","))]


def description(item: Item, text: str, hints: Hints):
    item.facts["description"] = unmarked(text)


def source_id(item: Item, text: str, hints: Hints):
    item.ids[hints.program] = text[:100]


def lent_to(item: Item, text: str, hints: Hints):
    item.loans = [{"borrower": text[:200], **(item.loans[0] if item.loans else {})}]


def lent_on(item: Item, text: str, hints: Hints):
    """Stands behind `lent_to` in the order of the fields."""
    day = exact(item, text, hints, "Lent on")
    if day and item.loans:
        item.loans[0]["since"] = day
    elif day:
        item.extra["Lent on"] = text


def stopped(item: Item, text: str, hints: Hints):
    """The day on which a book was put away unfinished."""
    if day := exact(item, text, hints, "Stopped on"):
        item.own["status"] = Status.DID_NOT_FINISH.value
        item.readings = [[item.readings[0][0], day], *item.readings[1:]] if item.readings else [["", day]]


def favourite(item: Item, text: str, hints: Hints):
    if answer(item, text, "favourite"):
        item.own["favourite"] = True


def wished(item: Item, text: str, hints: Hints):
    if answer(item, text, "wish"):
        item.own["status"] = Status.WISHLIST.value


def was_read(item: Item, text: str, hints: Hints):
    """A column of ticks beside books that were read."""
    read = answer(item, text, "tick")
    if read is not None:
        item.own.setdefault("status", (Status.READ if read else Status.TO_READ).value)


def deleted(item: Item, text: str, hints: Hints):
    if answer(item, text, "mark of deletion"):
        item.left_out = "This book was deleted in the other program."


def answer(item: Item, text: str, meant: str) -> bool | None:
    """Yes, no, or a remark."""
    word = re.sub(r"\.0+$", "", text.casefold().strip())
    if word not in YES | NO:
        item.notes.append(f"“{text[:40]}” could not be read as a {meant}.")
        return None
    return word in YES


def fact(name: str) -> Callable:
    def put(item: Item, text: str, hints: Hints):
        item.facts[name] = " ".join(repaired(text).split())

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
    "authors": ("Authors, as they were typed", authors),
    "author_list": ("Authors: first last, first last", author_list),
    "author_surname_first": ("Authors: last, first", author_surname_first),
    "surname": ("Author’s surname", surname),
    "given_name": ("Author’s given names", given_name),
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
    "was_read": ("Read: yes or no", was_read),
    "wished": ("On the wishlist: yes or no", wished),
    "deleted": ("Deleted: yes or no", deleted),
    "favourite": ("Favourite", favourite),
    "review": ("Review", review),
    "notes": ("Private notes", notes),
    "tags": ("Tags", tags),
    "shelf": ("Shelf", shelf),
    "read_on": ("Read on", read_on),
    "read_between": ("Read from – to", read_between),
    "begun": ("Started on", begun),
    "finished": ("Finished on", finished),
    "stopped": ("Stopped reading on", stopped),
    "added": ("Added on", added),
    "copies": ("Number of copies", copies),
    "bought": ("Bought on", bought),
    "bought_from": ("Bought from", own("bought_from")),
    "price": ("Price", price),
    "condition": ("Condition", condition),
    "condition_note": ("Notes on its condition", condition_note),
    "lent_to": ("Lent to", lent_to),
    "lent_on": ("Lent on", lent_on),
    "id": ("Record number in the other program", source_id),
}
KEEP, DROP = "keep", "drop"  # among the imported columns, or not at all


def finish(item: Item):
    """Cuts what does not fit, and says so; a row without title and ISBN is none."""
    if item.name_parts and not item.facts.get("authors"):
        add_authors(item, [" ".join(filter(None, [item.name_parts.get("given"), item.name_parts.get("surname")]))])
    if any(tag.casefold() in FAVOURITES for tag in item.tags):
        item.own["favourite"] = True
    for values in (item.facts, item.own):
        for name, value in values.items():
            if isinstance(value, str) and len(value) > LONGEST.get(name, len(value)):
                item.notes.append(f"The {NAMES.get(name, name)} was too long and has been shortened.")
                values[name] = value[: LONGEST[name]]
    if any(end for _, end in item.readings):
        item.own.setdefault("status", Status.READ.value)
    if not item.title and not item.isbn13 and "open_library" not in item.ids and not item.problem and not item.left_out:
        item.problem = item.notes[0] if item.notes else "This row has neither a title nor an ISBN."
