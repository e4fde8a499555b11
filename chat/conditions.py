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
MAY_LACK = "notes review isbn cover rating shelf tag author pages language year series publisher price description".split()
WRITTEN = ("notes", "review", "isbn", "cover")  # a question that names one means books that have it
MARKED = ("tags", "rating")  # one that names these does so after "with"
CENTURY = ("centur", "jahrhundert", "siecle", "siglo")
STATES = {"unfinished": (Status.READING, Status.DID_NOT_FINISH)}
VOLUME = frozenset("volume vol book part number band buch teil nummer tome livre partie numero tomo libro parte".split())
CONDITION = {"tag": "tags", "genre": "genres"}
OR, AND = frozenset("or oder ou o".split()), frozenset("and und et y e".split())
LINKING = frozenset(  # what may stand between a "not" and the name that it denies
    "in on by from of the a an as written tagged im auf an am von vom der die das dem den als de d du des la le les en dans sur "
    "el los las del con".split()
)
TO = frozenset("to until and bis und a et y hasta jusqu".split())


class Conditions:
    def __init__(self, reading: ReadQuestion):
        self.reading, self.found = reading, {}

    def query(self) -> BookQuery:
        for step in (self.states, self.names, self.volume, self.numbers, self.lengths, self.times, self.fields):
            step()
        return BookQuery(**self.found)

    def denied(self, mark: Mark) -> bool:
        """Whether a "not" stands shortly before it, or right after, and denies nothing else."""
        deniable = self.reading.all("read", "lent", "field", "favourite", "status", "genre", "language", *NAMED)
        for no in self.reading.all("neg"):
            after = next((other for other in deniable if 0 <= other.start - no.end <= NEGATED), None)
            if after is mark or (after is None and 0 <= no.start - mark.end <= 1):
                return True
        return False

    def states(self):
        reading = self.reading
        for mark in reading.all("status"):
            states = STATES.get(mark.value("status")) or (Status[mark.value("status").upper()],)
            self.found["not_status" if states == (Status.WISHLIST,) and self.denied(mark) else "status"] = states
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
        """What names and kinds of books narrow to, and what a "not" takes away."""
        wanted: dict[str, list[str]] = {}
        unwanted: list[tuple[str, str]] = []
        for mark in self.reading.all(*NAMED, "person", "language", "genre"):
            if self.reading.has("lent") and "person" in mark.kinds:
                self.found |= {"lent": True, "lent_to": mark.value("person")}
            elif kind := self.kind_of(mark):
                name, values = CONDITION.get(kind, kind), [value for its, value in mark.meanings if its == kind]
                joined = self.reading.before(mark, "and", within=2) or "weder" in self.reading.words
                if self.name_denied(mark) or (joined and unwanted and unwanted[-1][0] == name):
                    unwanted += [(name, value) for value in values]
                else:
                    wanted[name] = list(dict.fromkeys([*wanted.get(name, ()), *values]))
        for name, values in wanted.items():
            self.choose(name, values)
        if unwanted:
            self.found["but_not"] = tuple(unwanted)

    def kind_of(self, mark: Mark) -> str:
        """What a name is taken for: a tag where tags are mentioned, an author after "by"."""
        hinted = [kind for kind in ("tag", "series", "publisher", "shelf") if kind in self.reading.values("field")]
        likely = [*hinted, *(["author"] if self.reading.before(mark, "by") else []), *NAMED, "language"]
        if not mark.kinds & {"title", "author", "tag", "series"}:
            likely.append("genre")
        return next((kind for kind in likely if kind in mark.kinds), "")

    def name_denied(self, mark: Mark) -> bool:
        """`not in the hall`, `pas de Pratchett`; but not `do I not have Pratchett`."""
        between = [self.reading.words[no.end : mark.start] for no in self.reading.all("neg", "without")]
        linked = any(len(words) < 4 and set(words) <= LINKING for words in between if words)
        return linked or self.reading.before(mark, "neg", "without") is not None

    def choose(self, name: str, values: list[str]):
        """Several tags hold together, and so do kinds of books without "and"; of other names any one will do."""
        joining = {"tags": OR, "genres": OR | AND}.get(name)
        if len(values) > 1 and (joining is None or joining & set(self.reading.words)):
            self.found["either"] = (*self.found.get("either", ()), *((name, value) for value in values))
        else:
            self.found[name] = tuple(values) if name in ("tags", "genres") else values[0]

    def volume(self):
        """`the third Discworld book`, `Discworld 3`, `volume 3 of Discworld`."""
        words, near = self.reading.words, self.reading.all("series")
        for mark in self.reading.all("nth", "number") if "series" in self.found else ():
            nth = mark.value("nth")
            follows = nth and (words[mark.end : mark.end + 1] or [""])[0] in VOLUME
            precedes = not nth and words[mark.start - 1] in VOLUME
            beside = any(other.start == mark.end if nth else other.end == mark.start for other in near)
            if (follows or precedes or beside) and not self.is_counted(mark):
                self.found["number"] = nth or words[mark.start]

    def is_counted(self, mark: Mark) -> bool:
        return any(0 <= other.start - mark.end <= 1 for other in self.reading.all("unit"))

    def numbers(self):
        """`under 300 pages`, `at least four stars`, `between 100 and 200 pages`."""
        marks = self.reading.all("number")
        for place, mark in enumerate(marks):
            unit = next((other for other in self.reading.all("unit") if 0 <= other.start - mark.end <= 1), None)
            number = number_in(self.reading.words[mark.start])
            if number is None or number > 10**6:
                continue
            if unit.value("unit") == "stars" if unit else (number <= 5 and "rating" in self.reading.values("field")):
                low, high = self.ends(mark, int(number * 2))
                self.found["rating"] = (low, high)
                continue
            if not unit:
                continue
            earlier = marks[place - 1] if place and self.reading.before(marks[place - 1], "between", within=2) else None
            first = number_in(self.reading.words[earlier.start]) if earlier else None
            self.found["pages"] = (int(first), int(number)) if first else self.ends(mark, int(number))

    def lengths(self):
        if (mark := next(iter(self.reading.all("length")), None)) and not {"pages", "sort"} & set(self.found):
            self.found["pages"] = (None, SHORT) if mark.value("length") == "short" else (LONG, None)
        for low, _, high in (value.partition("-") for value in self.reading.values("rated")):
            self.found.setdefault("rating", (int(low) if low else None, int(high) if high else None))

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
        unread = self.found.get("status") == (Status.TO_READ,)
        if unread and any(self.reading.before(mark, "by", "less", "more") for mark in self.reading.all("number")):
            return "year"  # `from before 1950 that I have not read`
        if "price" in self.reading.values("field"):
            return "bought"
        for kind, result in (("published", "year"), ("added", "added"), ("bought", "bought"), ("read", "read")):
            if self.reading.has(kind):
                return result
        exact = self.reading.has("month", "period", "last", "total", "average", "unit")
        return "read" if exact or "read" in self.found.get("sort", "") else "year"

    def days(self) -> tuple[date | None, date | None] | None:
        """The first period that is mentioned; all of them are `reading.spans`, for questions that compare two."""
        reading, today = self.reading, self.reading.today
        if (last := reading.all("last")) and (count := reading.before(last[0], "number")):
            length = {"day": 1, "week": 7, "month": 30, "year": 365}[last[0].value("last")]
            number = number_in(reading.words[count.start]) or 1
            return today - timedelta(days=min(int(number * length), 365 * 900)), today
        years = [mark for mark in reading.all("number") if self.is_year(mark) and not reading.before(mark, "month", within=2)]
        if len(years) > 1 and years[1].start - years[0].end <= 2 and TO & set(reading.words[years[0].end : years[1].start]):
            first, last_year = (int(reading.words[mark.start]) for mark in years[:2])
            return date(first, 1, 1), date(last_year, 12, 31)
        marks = sorted([*reading.all("period", "month"), *years], key=lambda mark: mark.start)
        reading.spans = [self.span(mark) for mark in marks]
        reading.dropped += [reading.raw[place] for mark in marks[1:] for place in range(mark.start, mark.end)]
        return self.open_span(marks[0]) if marks else None

    def open_span(self, mark: Mark) -> tuple[date | None, date | None]:
        """`before 1950` has no first day."""
        if not mark.value("number"):
            return self.span(mark)
        low, high = self.ends(mark, int(self.reading.words[mark.start]))
        return low and date(low, 1, 1), high and date(high, 12, 31)

    def span(self, mark: Mark) -> tuple[date | None, date | None]:
        if month := mark.value("month"):
            return self.month(mark, int(month))
        if period := mark.value("period"):
            unit, before = period.split()
            return _span(unit, int(before), self.reading.today)
        year = int(self.reading.words[mark.start])
        return date(year, 1, 1), date(year, 12, 31)

    def month(self, mark: Mark, number: int) -> tuple[date, date]:
        after = next((other for other in self.reading.all("number") if 0 <= other.start - mark.end <= 1), None)
        past = self.reading.today.year - (number > self.reading.today.month)
        year = min(max(int(number_in(self.reading.words[after.start])) if after else past, 1), 9999)
        return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])

    def is_year(self, mark: Mark) -> bool:
        word = self.reading.words[mark.start]
        return word.isdecimal() and len(word) == 4 and 1000 <= int(word) <= 2100 and not self.is_counted(mark)

    # ── What is noted and what is not ───────────────────────────────────────────────────────────────────────────────
    def fields(self):
        """`without notes`, `not rated`, `with a review`, `short`."""
        reading = self.reading
        for mark in reading.all("field"):
            name = next((value for kind, value in mark.meanings if kind == "field" and value in MAY_LACK), "")
            key = "tags" if name == "tag" else name
            if key and (reading.before(mark, "without", within=3) or (self.denied(mark) and name in ("rating", "shelf", "tag"))):
                self.found["lacks"] = (*self.found.get("lacks", ()), key)
            elif "rating" not in self.found and (key in WRITTEN or (key in MARKED and reading.before(mark, "with", within=3))):
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
