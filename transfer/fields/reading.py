"""Columns about reading: status, rating, the days on which a book was begun and finished."""

import re
from collections.abc import Callable
from decimal import Decimal

from library.models import Status
from transfer import dates
from transfer.fields.texts import unmarked
from transfer.items import Hints, Item

FAVOURITES = frozenset(
    "favorites favourites favorite favourite favoriten favorit lieblingsbücher favoris favori favoritos preferiti".split()
)
YES = frozenset("1 true yes y x ja oui sí si sì sim wahr vrai ✓ ✔".split())
NO = frozenset("0 false no n nein non não nee falsch faux".split())
RATING = re.compile(
    r"(?P<value>\d+(?:\.\d+)?|\d(?=½))(?P<half>½)?\s*(?:(?:/|of|out of|von|sur|de|\|)\s*(?P<best>\d+)|(?P<percent>%))?"
    r"\s*(?P<stars>stars?|sterne?|★|⭐|\*)?"
)
STARS = re.compile(r"[★⭐☆*½\s\ufe0f]+")
MOST_READINGS = 50
UNCLEAR_SCALE = "The rating scale of this file is not clear, so “{}” was kept as it is. {}"
HOW_TO_SAY = "Call the column “Rating (out of 10)” or “Rating (out of 5)”."

WORDS_OF_STATUS = {
    Status.TO_READ: (
        "to-read, to read, unread, not begun, not started, tbr, want to read, up next, not read, planned, zu lesen, ungelesen, "
        "à lire, non lu, pas lu, pal, pile à lire, por leer, no leído, pendiente, quiero leer, da leggere, non letto, "
        "voglio leggere, te lezen, ongelezen, niet gelezen, wil ik lezen, quero ler, não lido, vou ler"
    ),
    Status.READING: (
        "currently-reading, currently reading, reading, in progress, paused, on hold, started, lese ich, lese gerade, "
        "angefangen, am lesen, en cours, en cours de lecture, leyendo, en progreso, in lettura, sto leggendo, in corso, "
        "aan het lezen, bezig, lendo, relendo"
    ),
    Status.READ: (
        "read, already-read, already read, completed, finished, done, gelesen, lu, leído, terminado, letto, lido, gelezen"
    ),
    Status.DID_NOT_FINISH: (
        "did-not-finish, did not finish, dnf, stopped, abandoned, did not finish / stopped, stopped reading, unfinished, "
        "gave up, abgebrochen, abandonné, abandonado, abandoné, abbandonato, gestopt, afgebroken, abandonei"
    ),
    Status.WISHLIST: (
        "wishlist, wish list, on wish list, wished, to-buy, to buy, wunschliste, wunschzettel, liste d’envies, "
        "liste de souhaits, lista de deseos, lista dei desideri, verlanglijst, lista de desejos"
    ),
}
STATUSES = {word.replace("-", " "): status for status, words in WORDS_OF_STATUS.items() for word in words.split(", ")}


def plain_word(text: str) -> str:
    """A status however it is written: `Currently_Reading`, `to-read`."""
    return " ".join(re.sub(r"[\s_-]+", " ", text.casefold().replace("'", "’")).split())


def _status(item: Item, text: str, hints: Hints):
    word = plain_word(text)
    known = hints.statuses.get(text.casefold().strip()) or hints.statuses.get(word) or STATUSES.get(word)
    if known:
        item.own["status"] = str(known)
    elif re.fullmatch(r"[\d.]+", text):
        item.extra["Reading status"] = text
        item.notes.append(f"“{text[:60]}” is not a reading status here, so it was kept with the imported columns.")
    else:
        item.tags.append(text)
        item.notes.append(f"“{text[:60]}” is not a reading status here, so it became a tag.")


def _rating(item: Item, text: str, hints: Hints):
    """Stars of five, or of what the value or the file says, in half stars; 0 means that there is no rating."""
    match = RATING.fullmatch(text.strip().replace(",", ".").casefold())
    if match is None:
        return _rating_in_stars(item, text)
    best = 100 if match["percent"] else int(match["best"] or hints.stars or (5 if match["stars"] else 0))
    value = Decimal(match["value"]) + (Decimal("0.5") if match["half"] else 0)
    if not match["best"] and not best:
        return _keep_rating(item, text, UNCLEAR_SCALE.format(text[:40], HOW_TO_SAY)) if value else None
    if not best or value > best:
        return _keep_rating(item, text, f"“{text[:40]}” is not a rating between 0 and {best or 5}, so it was not imported.")
    if halves := value * 10 / best:
        item.own["rating"] = max(1, int(halves + Decimal("0.5")))
        if halves != int(halves):
            item.notes.append(f"{text} became {item.own['rating'] / 2:g} stars, because only half stars can be stored.")
    return None


def _rating_in_stars(item: Item, text: str):
    halves = 2 * len(re.findall("[★⭐*]", text)) + text.count("½")
    if 0 < halves <= 10 and STARS.fullmatch(text):
        item.own["rating"] = halves
    else:
        _keep_rating(item, text, f"“{text[:40]}” could not be read as a rating.")


def _keep_rating(item: Item, text: str, note: str):
    item.extra["Rating"] = text
    item.notes.append(note)


def read_finish_days(item: Item, text: str, hints: Hints):
    """The days on which a book was finished; several where it was read again."""
    for part in re.split(r"[,;]\s*", text) if re.match(r"[\d\[/.-]+[,;]", text) else [text]:
        if day := _day_read(item, part, hints):
            item.readings.append(["", day])


def add_undated_readings(item: Item, count: int):
    """Of several readings a file dates the last one at most."""
    if count > 1:
        item.readings = [["", ""]] * (min(count, MOST_READINGS) - len(item.readings)) + item.readings


def _read_count(item: Item, text: str, hints: Hints):
    match = re.fullmatch(r"(\d{1,6})(?:\.0+)?", text)
    if not match:
        item.extra["Read count"] = text
        item.notes.append(f"“{text[:40]}” could not be read as a number of readings.")
    elif int(match[1]):
        item.own.setdefault("status", Status.READ.value)
        add_undated_readings(item, int(match[1]))


def _read_between(item: Item, text: str, hints: Hints):
    """`2021/01/20-2021/02/09`, several of them between commas."""
    days = r"\d{4}(?:/\d{1,2}){0,2}"
    for part in filter(None, re.split(r",\s*", text)):
        match = re.fullmatch(rf"({days})?\s*-\s*({days})?|({days})", part.strip())
        start, end = (match[1] or "", match[2] or match[3] or "") if match else ("", part)
        reading = [exact_day(item, start, hints, "Date started"), _day_read(item, end, hints)]
        item.readings += [reading] if any(reading) else []


def _day_read(item: Item, text: str, hints: Hints) -> str:
    """A month or a year alone is no day, but says that the book was read."""
    if dates.parse_date(text, hints.date_order).text:
        item.own.setdefault("status", Status.READ.value)
    return exact_day(item, text, hints, "Date read")


def exact_day(item: Item, text: str, hints: Hints, name: str) -> str:
    """A date to the day, or "" and a note: no day is made up."""
    when = dates.parse_date(text, hints.date_order)
    if when.note:
        item.notes.append(when.note)
    elif when.text and len(when.text) < 10:
        item.notes.append(f"{name} {when.text} has no day, so it was kept with the imported columns.")
    if text and len(when.text) < 10:
        item.extra[name] = text
        return ""
    return when.text


def _begun(item: Item, text: str, hints: Hints):
    if day := exact_day(item, text, hints, "Date started"):
        item.readings = [[day, item.readings[0][1]], *item.readings[1:]] if item.readings else [[day, ""]]


def _finished(item: Item, text: str, hints: Hints):
    if text.casefold() in YES | NO:
        return _was_read(item, text, hints)
    if day := _day_read(item, text, hints):
        item.readings = [[item.readings[0][0], day], *item.readings[1:]] if item.readings else [["", day]]
    return None


def _stopped(item: Item, text: str, hints: Hints):
    """The day on which a book was put away unfinished."""
    if day := exact_day(item, text, hints, "Stopped on"):
        item.own["status"] = Status.DID_NOT_FINISH.value
        item.readings = [[item.readings[0][0], day], *item.readings[1:]] if item.readings else [["", day]]


def _was_read(item: Item, text: str, hints: Hints):
    """A column of ticks, or of days, beside books that were read."""
    if dates.parse_date(text, hints.date_order).text:
        return _finished(item, text, hints)
    read = ticked(item, text, "tick")
    if read is not None:
        item.own.setdefault("status", (Status.READ if read else Status.TO_READ).value)
    return None


def _favourite(item: Item, text: str, hints: Hints):
    if ticked(item, text, "favourite"):
        item.own["favourite"] = True


def _wished(item: Item, text: str, hints: Hints):
    if ticked(item, text, "wish"):
        item.own["status"] = Status.WISHLIST.value


def ticked(item: Item, text: str, meant: str) -> bool | None:
    """Yes, no, or a remark."""
    word = re.sub(r"\.0+$", "", text.casefold().strip())
    if word not in YES | NO:
        item.notes.append(f"“{text[:40]}” could not be read as a {meant}.")
        return None
    return word in YES


def _review(item: Item, text: str, hints: Hints):
    item.own["review"] = unmarked(text)


READING_FIELDS: dict[str, tuple[str, Callable]] = {
    "status": ("Reading status", _status),
    "rating": ("Rating", _rating),
    "was_read": ("Read: yes or no", _was_read),
    "wished": ("On the wishlist: yes or no", _wished),
    "favourite": ("Favourite", _favourite),
    "review": ("Review", _review),
    "read_on": ("Read on", read_finish_days),
    "read_between": ("Read from – to", _read_between),
    "begun": ("Started on", _begun),
    "finished": ("Finished on", _finished),
    "stopped": ("Stopped reading on", _stopped),
    "read_count": ("How often it was read", _read_count),
}
