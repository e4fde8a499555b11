"""Statistics of a library and of what was read when, with charts. Every figure takes one query, however many books there are."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, Sum
from django.db.models.functions import Substr
from django.utils.safestring import mark_safe

from catalogs.languages import language_name
from library import listing
from library.models import CopyAuthor, Entry, Preferences, Reading, Status, Tag, UserBook

MOST = 12  # names in one chart


@dataclass(frozen=True)
class Part:
    """A label, its number of books, and the query string of the library page that shows them, if there is one."""

    label: str
    count: int
    query: str = ""

    @property
    def number(self) -> str:
        return f"{self.count:,}"


@dataclass(frozen=True)
class Progress:
    """How many books were finished in a year, and how many were meant to be."""

    year: int
    read: int
    goal: int | None

    @property
    def left(self) -> int:
        return max(0, (self.goal or 0) - self.read)


class Statistics:
    """The figures of one person's library, without the trash and the wishlist."""

    def __init__(self, user):
        self.user = user
        self.books = UserBook.objects.of(user).owned().order_by()

    def counted(self, column: str) -> list[tuple]:
        return list(self.books.values_list(column).annotate(n=Count("pk")).order_by("-n", column))

    @cached_property
    def lengths(self) -> dict[int | None, int]:
        """Number of pages -> number of books; None -> books whose page count is unknown."""
        return dict(self.books.values_list("pages").annotate(n=Count("pk")))

    @cached_property
    def totals(self) -> dict:
        known = {pages: n for pages, n in self.lengths.items() if pages is not None}
        books, pages = sum(known.values()), sum(pages * n for pages, n in known.items())
        longest = max(known, default=None)
        total = {"books": sum(self.lengths.values()), "all_pages": pages if known else None}
        return total | {"average": pages / books if books else None, "longest": longest}

    @cached_property
    def _statuses(self) -> dict[str, int]:
        return dict(UserBook.objects.of(self.user).order_by().values_list("status").annotate(n=Count("pk")))

    @property
    def wished(self) -> int:
        return self._statuses.get(Status.WISHLIST, 0)

    @cached_property
    def by_status(self) -> list[Part]:
        owned = [status for status in Status if status != Status.WISHLIST and status in self._statuses]
        return [Part(status.label, self._statuses[status], f"status={status}") for status in owned]

    @cached_property
    def by_language(self) -> list[Part]:
        named = [(code, language_name(code) or "Unknown", n) for code, n in self.counted("language")]
        return _most_common([Part(name, n, f"language={code or 'none'}") for code, name, n in named], "Other languages")

    @cached_property
    def by_entry(self) -> list[Part]:
        return [Part(Entry(entry).label, n, f"entry={entry}") for entry, n in self.counted("entry")]

    @cached_property
    def by_rating(self) -> list[Part]:
        """From half a star to five, including those never given; empty if nothing was rated."""
        counts = dict(self.counted("rating"))
        counts.pop(None, None)
        return [Part(f"{half / 2:g}", counts.get(half, 0)) for half in range(1, 11)] if counts else []

    @cached_property
    def by_pages(self) -> list[Part]:
        hundreds: dict[int, int] = {}
        for pages, n in self.lengths.items():
            if pages:
                hundreds[pages // 100] = hundreds.get(pages // 100, 0) + n
        if not hundreds:
            return []
        last, beyond = min(12, max(hundreds)), sum(n for hundred, n in hundreds.items() if hundred > 12)
        parts = [Part(f"{hundred * 100 or 1}–{hundred * 100 + 99}", hundreds.get(hundred, 0)) for hundred in range(last + 1)]
        return parts + ([Part("1300 or more", beyond)] if beyond else [])

    @cached_property
    def by_year(self) -> list[Part]:
        """By year of first publication if known, or by decade if the years span more than 150."""
        counts: Counter[int] = Counter()
        rows = self.books.values_list("first_published", Substr("published_date", 1, 4)).annotate(n=Count("pk"))
        for work, edition, n in rows:
            if work is not None or (edition.isdecimal() and len(edition) == 4):
                counts[int(edition) if work is None else work] += n
        return parts_by_year(counts)

    @cached_property
    def by_author(self) -> list[Part]:
        rows = CopyAuthor.objects.with_counts(self.user).filter(count__gt=0).order_by("-count", "folded")
        return [Part(row["name"], row["count"]) for row in rows[:MOST]]

    @cached_property
    def by_shelf(self) -> list[Part]:
        """By shelf, or by room if there are many shelves."""
        named = {shelf.pk: shelf for shelf in listing.shelves_of(self.user)}
        counts = self.books.values_list("shelf").annotate(n=Count("pk")).order_by("-n", "shelf")
        rows = [(pk, getattr(named.get(pk), "room", ""), getattr(named.get(pk), "name", ""), n) for pk, n in counts]
        if len(rows) > MOST and any(room for _, room, _, _ in rows):
            rooms: dict = {}
            for shelf, room, _, n in rows:
                place = (room, urlencode({"room": room})) if room else ("No room", "") if shelf else ("No shelf", "shelf=none")
                rooms[place] = rooms.get(place, 0) + n
            parts = [Part(name, n, query) for (name, query), n in rooms.items()]
        else:
            parts = [Part(name or "No shelf", n, f"shelf={shelf or 'none'}") for shelf, _, name, n in rows]
        return _most_common(sorted(parts, key=lambda part: -part.count), "Other places")

    @cached_property
    def by_tag(self) -> list[Part]:
        gone = UserBook.objects.not_owned(self.user).values("pk")
        tagged = UserBook.tags.through.objects.filter(tag__user=self.user).exclude(userbook__in=gone)
        counts = dict(tagged.values_list("tag").annotate(n=Count("pk")))
        tags = sorted(Tag.objects.filter(pk__in=counts), key=lambda tag: (-counts[tag.pk], tag.folded))
        return [Part(tag.name, counts[tag.pk]) for tag in tags[:MOST]]

    # ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def finished(self) -> dict[tuple[int, int], tuple[int, int]]:
        """(year, month) -> number of readings finished then, and the pages of those books."""
        ended = Reading.objects.filter(copy__user=self.user, copy__removed__isnull=True, finished__isnull=False).order_by()
        months: dict[tuple[int, int], tuple[int, int]] = {}
        # Grouped by day and added up here: SQLite would call back into Python for every row to extract the month.
        for day, readings, pages in ended.values_list("finished").annotate(n=Count("pk"), p=Sum("copy__pages")):
            so_far = months.get((day.year, day.month), (0, 0))
            months[day.year, day.month] = (so_far[0] + readings, so_far[1] + (pages or 0))
        return months

    def months_of(self, year: int) -> list[Part]:
        return [Part(f"{date(year, month, 1):%B}", self.finished.get((year, month), (0, 0))[0]) for month in range(1, 13)]

    def finished_in(self, year: int) -> list[UserBook]:
        """The books finished in this year, in order; a book that was read twice is there twice."""
        ended = Reading.objects.filter(copy__user=self.user, copy__removed__isnull=True, finished__year=year)
        ended = ended.select_related("copy").defer(*(f"copy__{name}" for name in listing.NOT_SHOWN))
        return [reading.copy for reading in ended.order_by("finished", "pk")]

    @cached_property
    def goals(self) -> dict[int, int]:
        """Year -> how many books to read in it. An imported file may hold anything here."""
        chosen = Preferences.objects.choices_of(self.user).get("goals")
        kept = chosen.items() if isinstance(chosen, dict) else ()
        return {int(year): books for year, books in kept if year.isdecimal() and isinstance(books, int)}

    def set_goal(self, year: int, books: int | None):
        """None, or 0, is no goal."""
        self.goals = {key: value for key, value in (self.goals | {year: books}).items() if value}
        Preferences.objects.choose(self.user, goals=self.goals)

    def progress(self, year: int) -> Progress:
        count = sum(n for (when, _), (n, _) in self.finished.items() if when == year)
        return Progress(year, count, self.goals.get(year))

    def read_by_year(self) -> list[Part]:
        counts: dict[int, int] = {}
        for (year, _), (n, _) in self.finished.items():
            counts[year] = counts.get(year, 0) + n
        return parts_by_year(counts)

    def pages_by_year(self) -> list[Part]:
        counts: dict[int, int] = {}
        for (year, _), (_, pages) in self.finished.items():
            counts[year] = counts.get(year, 0) + pages
        return parts_by_year(counts) if any(counts.values()) else []

    def read_by_month(self, today: date, months: int = 24) -> list[Part]:
        """The last two years, ending with this month; empty if nothing was read in them."""
        last = today.year * 12 + today.month - 1
        span = [divmod(month, 12) for month in range(last - months + 1, last + 1)]
        parts = [
            Part(f"{date(year, month + 1, 1):%B %Y}", self.finished.get((year, month + 1), (0, 0))[0]) for year, month in span
        ]
        return parts if any(part.count for part in parts) else []


def _most_common(parts: list[Part], others: str) -> list[Part]:
    """The largest `parts`, and one for all others together."""
    if len(parts) <= MOST:
        return parts
    return [*parts[: MOST - 1], Part(others, sum(part.count for part in parts[MOST - 1 :]))]


def parts_by_year(counts: dict[int, int]) -> list[Part]:
    """A part for every year between the first and the last, also empty ones; for every decade if there are many years."""
    if not counts:
        return []
    first, last = min(counts), max(counts)
    if last - first <= 150:
        return [Part(str(year), counts.get(year, 0), f"year_from={year}&year_to={year}") for year in range(first, last + 1)]
    tens: dict[int, int] = {}
    for year, n in counts.items():
        tens[year // 10] = tens.get(year // 10, 0) + n
    begin = max(first // 10, last // 10 - 60)
    parts = [Part(f"{ten}0s", tens.get(ten, 0), f"year_from={ten}0&year_to={ten}9") for ten in range(begin, last // 10 + 1)]
    before = sum(n for ten, n in tens.items() if ten < begin)
    return [Part(f"Before {begin}0", before, f"year_to={begin * 10 - 1}"), *parts] if before else parts


LEAST_TOP = 5  # so that one book is no tall column
HEIGHT, STEP = 100, 10  # height of a column chart, and distance between columns; the page stretches them


@dataclass(frozen=True)
class _Mark:
    """One column or bar. x, y, width and height are in the units of the SVG."""

    part: Part
    x: float
    y: float
    width: float
    height: float

    @property
    def place(self) -> str:
        """The attributes of its rectangle, as one string: filters for hundreds of marks would take most of the page's time."""
        return mark_safe(f'x="{self.x:g}" y="{self.y:g}" width="{self.width:g}" height="{self.height:g}"')


@dataclass(frozen=True)
class _Chart:
    marks: list[_Mark]
    width: float
    height: float
    top: int  # the value at the upper edge
    _axis: list[str]  # labels below the first, the middle and the last column

    @property
    def parts(self) -> list[Part]:
        return [mark.part for mark in self.marks]


def columns(parts: list[Part]) -> _Chart | None:
    """Vertical columns, for ordered values: years, months, stars. A single one compares nothing."""
    if len(parts) < 2:
        return None
    top = round_up(max(LEAST_TOP, *(part.count for part in parts)))
    gap = 2 if len(parts) < 60 else 1
    marks = []
    for number, part in enumerate(parts):
        height = round(HEIGHT * part.count / top, 2)
        if part.count:
            height = max(height, 0.8)  # keeps one book among thousands visible
        marks.append(_Mark(part, number * STEP + gap / 2, round(HEIGHT - height, 2), STEP - gap, height))
    return _Chart(marks, len(parts) * STEP, HEIGHT, top, _axis(parts))


def bars(parts: list[Part]) -> _Chart | None:
    """Horizontal bars, for names: languages, authors, shelves."""
    if not parts:
        return None
    top = max(part.count for part in parts) or 1
    marks = [_Mark(part, 0, 0, round(max(100 * part.count / top, 0.6 if part.count else 0), 2), 10) for part in parts]
    return _Chart(marks, 100, 10, top, [])


def _axis(parts: list[Part]) -> list[str]:
    if len(parts) < 4:
        return [part.label for part in parts]
    middle = [parts[len(parts) // 2].label] if len(parts) % 2 else []
    return [parts[0].label, *middle, parts[-1].label]


def round_up(highest: int) -> int:
    """The next round number: 1, 2, 5, 10, 20, 50 …"""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if highest <= factor * step:
                return factor * step
        step *= 10
