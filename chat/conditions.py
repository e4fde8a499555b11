"""From the marks of a question to the books that it means, as a BookQuery."""

import calendar
import re
from datetime import date, timedelta

from chat import words
from chat.book_query import BookQuery
from chat.reading import Mark, ReadQuestion, number_in
from library.models import Status

NAMED = ("author", "series", "shelf", "tag", "publisher")  # what a name narrows books to, the likeliest first
SHORT, LONG = 200, 500  # pages
NEGATED = 5  # words between a "not" and what it denies
MAY_LACK = (*"notes review isbn cover rating shelf tag author pages language year series publisher price description".split(),)
WRITTEN = ("notes", "review", "isbn", "cover")  # a question that names one means books that have it
CENTURY = ("centur", "jahrhundert", "siecle", "siglo")
TO = frozenset("to until and bis und a et y hasta jusqu".split())


class Conditions:
    def __init__(self, reading: ReadQuestion):
        self.reading, self.found = reading, {}

    def query(self) -> BookQuery:
        for step in (self.states, self.names, self.kinds, self.numbers, self.lengths, self.times, self.fields):
            step()
        return BookQuery(**self.found)

    def denied(self, mark: Mark) -> bool:
        """Whether a "not" stands shortly before it, or right after, and denies nothing else."""
        deniable = self.reading.all("read", "lent", "field", "favourite", "status", "genre", "shelf", "author", "language")
        for no in self.reading.all("neg"):
            after = next((other for other in deniable if 0 <= other.start - no.end <= NEGATED), None)
            if after is mark or (after is None and 0 <= no.start - mark.end <= 1):
                return True
        return False

    def states(self):
        reading = self.reading
        for mark in reading.all("status"):
            status = Status[mark.value("status").upper()]
            self.found["not_status" if status == Status.WISHLIST and self.denied(mark) else "status"] = (status,)
        for mark in reading.all("read"):
            if "status" not in self.found:
                self.found["status"] = (Status.TO_READ,) if self.denied(mark) else (Status.READ,)
        for mark in reading.all("lent"):
            self.found["lent"] = not self.denied(mark)
        if reading.has("overdue"):
            self.found |= {"lent": True, "overdue": True}
        if reading.has("favourite"):
            self.found["favourite"] = True
        if lacks := reading.values("lacks"):
            self.found["lacks"] = tuple(lacks)
        for mark in reading.all("sort"):
            self.found["sort"] = mark.value("sort")

    def names(self):
        reading = self.reading
        for mark in reading.all(*NAMED, "person"):
            kinds = ["author", *NAMED] if reading.before(mark, "by") else list(NAMED)
            hint = next(
                (
                    kind
                    for kind in ("tag", "series", "publisher", "shelf")
                    if kind in mark.kinds and kind in reading.values("field")
                ),
                None,
            )
            if reading.has("lent") and "person" in mark.kinds:
                self.found |= {"lent": True, "lent_to": mark.value("person")}
                continue
            kind = hint or next((kind for kind in kinds if kind in mark.kinds), None)
            if kind in ("author", "language") and any(0 <= mark.start - no.end <= 1 for no in reading.all("neg")):
                kind = f"not_{kind}"
            if kind == "tag":
                negative = self.denied(mark) or reading.before(mark, "without")
                self.found["not_tags" if negative else "tags"] = (mark.value("tag"),)
            elif kind == "author":
                self.found["authors"] = (
                    *self.found.get("authors", ()),
                    *(name for its, name in mark.meanings if its == "author"),
                )
            elif kind and kind not in self.found:
                self.found[kind] = mark.value(kind.removeprefix("not_"))
            elif kind and self.found[kind] != mark.value(kind):
                reading.dropped += reading.raw[mark.start : mark.end]
        if len(names := tuple(dict.fromkeys(self.found.pop("authors", ())))) == 1:
            self.found["author"] = names[0]
        elif names:
            self.found["authors"] = names

    def kinds(self):
        for mark in self.reading.all("genre"):
            if not mark.kinds & {"title", "author", "tag", "series"}:
                genres = self.found.get("genres", ())
                if genres and self.reading.before(mark, "and", within=2):  # `fantasy and poetry` are books of one or the other
                    genres = (*genres[:-1], f"{genres[-1]}|{mark.value('genre')}")
                else:
                    genres = (*genres, mark.value("genre"))
                self.found["genres"] = genres
        for mark in self.reading.all("language"):
            self.found["not_language" if self.denied(mark) else "language"] = mark.value("language")

    def numbers(self):
        """`under 300 pages`, `at least four stars`, `between 100 and 200 pages`."""
        marks = self.reading.all("number")
        for place, mark in enumerate(marks):
            unit = next((other for other in self.reading.all("unit") if 0 <= other.start - mark.end <= 1), None)
            number = number_in(self.reading.words[mark.start])
            if not unit or number is None or number > 10**6:
                continue
            if unit.value("unit") == "stars" or (number <= 5 and "field rating" in self._fields()):
                low, high = self.ends(mark, int(number * 2))
                self.found["rating"] = (low, high)
                continue
            earlier = marks[place - 1] if place and self.reading.before(marks[place - 1], "between", within=2) else None
            first = number_in(self.reading.words[earlier.start]) if earlier else None
            self.found["pages"] = (int(first), int(number)) if first else self.ends(mark, int(number))

    def lengths(self):
        if (mark := next(iter(self.reading.all("length")), None)) and not {"pages", "sort"} & set(self.found):
            self.found["pages"] = (None, SHORT) if mark.value("length") == "short" else (LONG, None)

    def _fields(self) -> set[str]:
        return {f"field {name}" for name in self.reading.values("field")}

    def ends(self, mark: Mark, number: int) -> tuple[int | None, int | None]:
        near = [other for other in self.reading.all("less", "more", "atleast", "atmost")
                if 0 <= mark.start - other.end <= 1 or 0 <= other.start - mark.end <= 2]  # fmt: skip
        kinds = {kind for other in near for kind in other.kinds}
        if "atleast" in kinds:
            return number, None
        if "atmost" in kinds and "less" not in kinds:
            return None, number
        return (number + 1, None) if "more" in kinds else (None, number - 1) if "less" in kinds else (number, number)

    # ── Days and years ──────────────────────────────────────────────────────────────────────────────────────────────
    def times(self):
        for mark in self.reading.all("decade"):
            self.found["year"] = (int(mark.value("decade")), int(mark.value("decade")) + 9)
        if hundred := self.century():
            self.found["year"] = ((hundred - 1) * 100, hundred * 100 - 1)
            return
        if ends := self.days():
            kind = self.of_days()
            if kind == "year":
                self.found["year"] = (ends[0] and ends[0].year, ends[1] and ends[1].year)
            else:
                self.found[kind] = ends
            if kind == "read":
                self.found.pop("status", None)

    def century(self) -> int:
        """`19th century`, `19. Jahrhundert`, `siglo XIX`."""
        folded = self.reading.words
        for place in (place for place, word in enumerate(folded) if word.startswith(CENTURY)):
            for word in folded[max(0, place - 1) : place + 2]:
                number = words.single_words("century").get(word) or re.match(r"\d*", word)[0]
                if number and 10 <= int(number) <= 21:
                    return int(number)
        return 0

    def of_days(self) -> str:
        """What is said to have happened then; of a year alone, that the book came out."""
        for kind, result in (("published", "year"), ("added", "added"), ("bought", "bought"), ("read", "read")):
            if self.reading.has(kind):
                return result
        exact = self.reading.has("month", "period", "last", "total", "average", "unit")
        return "read" if exact or "read" in self.found.get("sort", "") else "year"

    def days(self) -> tuple[date | None, date | None] | None:
        today = self.reading.today
        for mark in self.reading.all("period", "month"):
            if month := mark.value("month"):
                return self.month(mark, int(month))
            unit, before = mark.value("period").split()
            return _span(unit, int(before), today)
        if (last := self.reading.all("last")) and (count := self.reading.before(last[0], "number")):
            length = {"day": 1, "week": 7, "month": 30, "year": 365}[last[0].value("last")]
            number = number_in(self.reading.words[count.start]) or 1
            return today - timedelta(days=min(int(number * length), 365 * 900)), today
        return self.years()

    def month(self, mark: Mark, number: int) -> tuple[date, date]:
        after = next((other for other in self.reading.all("number") if 0 <= other.start - mark.end <= 1), None)
        year = (
            int(number_in(self.reading.words[after.start]))
            if after
            else self.reading.today.year - (number > self.reading.today.month)
        )
        year = min(max(year, 1), 9999)
        return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])

    def years(self) -> tuple[date | None, date | None] | None:
        marks = [mark for mark in self.reading.all("number") if self.is_year(mark)]
        if not marks:
            return None
        year = int(self.reading.words[marks[0].start])
        if len(marks) > 1:
            if TO & set(self.reading.words[marks[0].end : marks[1].start]):
                return date(year, 1, 1), date(int(self.reading.words[marks[1].start]), 12, 31)
            self.reading.dropped += [self.reading.raw[mark.start] for mark in marks[1:]]
        low, high = self.ends(marks[0], year)
        return low and date(low, 1, 1), high and date(high, 12, 31)

    def is_year(self, mark: Mark) -> bool:
        word = self.reading.words[mark.start]
        unit = any(0 <= other.start - mark.end <= 1 for other in self.reading.all("unit"))
        return word.isdecimal() and len(word) == 4 and 1000 <= int(word) <= 2100 and not unit

    # ── What is noted and what is not ───────────────────────────────────────────────────────────────────────────────
    def fields(self):
        """`without notes`, `not rated`, `with a review`, `short`."""
        reading = self.reading
        for mark in reading.all("field"):
            name = next((value for kind, value in mark.meanings if kind == "field" and value in MAY_LACK), "")
            key = "tags" if name == "tag" else name
            if key and (reading.before(mark, "without", within=3) or (self.denied(mark) and name in ("rating", "shelf", "tag"))):
                self.found["lacks"] = (*self.found.get("lacks", ()), key)
            elif "rating" not in self.found and (
                key in WRITTEN or (key in ("tags", "rating") and reading.before(mark, "with", within=3))
            ):
                self.found["has"] = (*self.found.get("has", ()), key)


def _span(unit: str, before: int, today: date) -> tuple[date, date]:
    """This year, month, week or day, or the one before."""
    if unit == "year":
        return date(today.year - before, 1, 1), date(today.year - before, 12, 31)
    if unit == "month":
        first = today.replace(day=1)
        first = (first - timedelta(days=1)).replace(day=1) if before else first
        return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
    start = today - timedelta(days=today.weekday() + 7 * before if unit == "week" else before)
    return start, start + timedelta(days=6 if unit == "week" else 0)
