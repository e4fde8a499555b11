"""Finding in a question the names of the library, the phrases of words.txt, and numbers."""

import re
from datetime import date

from catalogs import folding
from chat import words
from chat.conditions import Conditions
from chat.names import LONGEST, LibraryNames
from chat.reading import Mark, ReadQuestion, number_in

TOKEN = re.compile(r"\d+[.,]\d+|[^\W_]+")
COMPOUNDS = ("bucher", "buchern", "buch", "romane", "romanen", "roman")


def read_question(text: str, names: LibraryNames, today: date, years: bool = True) -> ReadQuestion:
    raw = [word for word in TOKEN.findall(text) if folding.fold(word)][:80]
    folded = [word if word[0].isdigit() else folding.fold(word).replace(" ", "") for word in map(str.lower, raw)]
    reading = ReadQuestion(raw, folded, names, today, years=years)
    periods = _periods(reading.words)
    place = 0
    while place < len(raw):
        until = min((start for start in periods if start > place), default=len(raw))
        mark = periods.get(place) or _mark_at(reading, place, until)
        if mark:
            reading.marks.append(mark)
        place = mark.end if mark else place + 1
    reading.query = Conditions(reading).query()
    return reading


def _periods(folded: list[str]) -> dict[int, Mark]:
    """`last year` first: in "read last year" nothing was read last."""
    found = {}
    for place in range(len(folded)):
        size, meanings = words.longest_phrase(folded, place)
        if size > 1 and meanings[0][0] == "period":
            found[place] = Mark(place, place + size, meanings)
    return found


def _mark_at(reading: ReadQuestion, place: int, until: int) -> Mark | None:
    """The longest name or phrase that begins here; of two alike the phrase, unless it is a capital that makes a name."""
    size, meanings = words.longest_phrase(reading.words[:until], place)
    for length in range(min(LONGEST, len(reading.words) - place), 0, -1):
        found = reading.names.names.get(" ".join(reading.words[place : place + length]))
        if found and length >= size and (length > 1 or _is_name(reading, place, size, found)):
            return Mark(place, place + length, found + (meanings if length == size else []))
    last = place + 1 == len(reading.raw) or reading.raw[place + 1][0].islower()
    if not size and last and (found := reading.names.given.get(reading.words[place])) and _follows_by(reading, place):
        return Mark(place, place + 1, found)
    if size:
        return Mark(place, place + size, meanings)
    word = reading.words[place]
    spelled = word in words.single_words("digit") and place + 1 < len(reading.words)
    if spelled or (word[0].isdigit() and number_in(word) is not None):
        return Mark(place, place + 1, [("number", word)])
    return _time_mark(word, place) or _compound_mark(word, place)


def _compound_mark(word: str, place: int) -> Mark | None:
    """`Fantasybücher` are books of fantasy."""
    for ending in COMPOUNDS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            size, meanings = words.longest_phrase([word.removesuffix(ending)], 0)
            genres = [meaning for meaning in meanings if meaning[0] == "genre"]
            return Mark(place, place + size, genres) if genres else None
    return None


def _is_name(reading: ReadQuestion, place: int, size: int, found: list) -> bool:
    if _has_other_given_name(reading, place, found):
        return False
    word = reading.words[place]
    if not size and not any(word in words.single_words(kind) for kind in ("capital", "silent")):
        return not word.isdecimal() or not reading.years
    if len(reading.words) == 1:
        return True
    capital = place > 0 and reading.raw[place][0].isupper()
    followed = reading.words[place + 1 : place + 2] in (["by"], ["von"])
    return capital or followed or _follows_by(reading, place) or {"tag", "shelf"} & {kind for kind, _ in found} != set()


def _has_other_given_name(reading: ReadQuestion, place: int, found: list) -> bool:
    """`Stephen King` is not the Tabitha King of this library."""
    if {kind for kind, _ in found} != {"author"} or place < 2 or not reading.raw[place - 1][0].isupper():
        return False
    before = reading.words[place - 1]
    given = [part for _, name in found for part in folding.fold(name).split()[:-1]]
    known = any(before == part or (len(before) == 1 and before == part[0]) for part in given)
    return not known and not any(mark.end == place for mark in reading.marks)


def _follows_by(reading: ReadQuestion, place: int) -> bool:
    return any(mark.end == place and mark.value("by") is not None for mark in reading.marks)


def _time_mark(word: str, place: int) -> Mark | None:
    digits = word.rstrip("esrn")
    if digits.isdecimal() and digits != word and digits.endswith("0") and len(digits) in (2, 4):
        return Mark(place, place + 1, [("decade", digits if len(digits) == 4 else f"19{digits}")])
    found = [(kind, value) for kind in ("decade", "century") if (value := words.single_words(kind).get(word))]
    return Mark(place, place + 1, found) if found else None
