"""The library as a list: pagination, the counts beside places and statuses, the columns its owner chose, and suggestions
while typing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, Max, Q, QuerySet
from django.utils.formats import date_format

from catalogs import folding
from catalogs.languages import language_name
from library.copies import tagging
from library.models import CopyAuthor, Preferences, Status, UserBook
from library.models.copy_queries import WISHED

PAGE_SIZE = 48
ON_A_TILE = ("title", "authors", "language", "cover", "cover_key")
FOR_THE_SEARCH = ("search_text", "title_words", "author_words", "series_words", "about_words", "own_words")
NOT_SHOWN = (*FOR_THE_SEARCH, "notes", "review", "description", "origins", "imported", "categories")


def rows_between(found: QuerySet, first: int, until: int, rows: QuerySet) -> list[UserBook]:
    """The books at these places of `found`, as `rows` loads them. Finds the primary keys first, because an index alone can
    answer that even for the last page."""
    keys = list(found.values_list("pk", flat=True)[first:until])
    by_key = rows.in_bulk(keys)
    return [by_key[key] for key in keys if key in by_key]


class CopyPaginator(Paginator):
    """Loads only what cover tiles show, or `all_columns`."""

    def __init__(self, copies: QuerySet, numbers: tuple[int, int] | None = None, all_columns: bool = False):
        super().__init__(copies, PAGE_SIZE)
        self.owned, self.wished = numbers or copies.owned_and_wished()
        self.count = self.owned + self.wished
        rows = UserBook.objects.all()
        self.rows = rows.defer(*NOT_SHOWN).select_related("shelf") if all_columns else rows.only(*ON_A_TILE)

    def page(self, number):
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        page = rows_between(self.object_list, first, first + self.per_page, self.rows)
        return self._get_page(page, number, self)


def pages_around(page):
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


def shelves_of(user) -> list:
    """Only names and keys: every library page needs them, and a large library has hundreds of shelves."""
    return list(user.shelves.values_list("pk", "room", "bookcase", "name", named=True))


class Numbers:
    """How many books are on every shelf and have every status, in one query. The wishlist only counts as a status."""

    def __init__(self, user):
        books = UserBook.objects.of(user).order_by()
        self.by_shelf, self.by_status = Counter(), Counter()
        for shelf, status, number in books.values_list("shelf", "status").annotate(n=Count("*")):
            self.by_shelf[shelf] += 0 if status == Status.WISHLIST else number
            self.by_status[status] += number
        self.owned, self.wished = self.by_shelf.total(), self.by_status[Status.WISHLIST]

    def on(self, shelves: list) -> int:
        return sum(self.by_shelf[shelf.pk] for shelf in shelves)


# ── Columns ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Column:
    """One column of the list view. `sort` is the order that its heading links to."""

    name: str
    label: str
    of: Callable[[UserBook], str | int | None]
    sort: str = ""
    number: bool = False
    falls: bool = False  # sorted from the highest down


def _short_date(moment) -> str:
    return date_format(moment, "j M Y")


ALL = (
    Column("author", "Author", lambda copy: copy.author, "author"),
    Column("series", "Series", lambda copy: f"{copy.series} {copy.series_number}".strip(), "series"),
    Column("year", "Year", lambda copy: copy.year, "year", number=True, falls=True),
    Column("shelf", "Shelf", lambda copy: str(copy.shelf) if copy.shelf else ""),
    Column("status", "Status", lambda copy: copy.get_status_display()),
    Column("rating", "Rating", lambda copy: f"{copy.rating / 2:g}" if copy.rating else "", "rating", number=True, falls=True),
    Column("tags", "Tags", lambda copy: ", ".join(tag.name for tag in copy.tags.all())),
    Column("language", "Language", lambda copy: language_name(copy.language)),
    Column("pages", "Pages", lambda copy: copy.pages or "", number=True),
    Column("publisher", "Publisher", lambda copy: copy.publisher),
    Column("isbn", "ISBN", lambda copy: copy.isbn_hyphenated, number=True),
    Column("binding", "Binding", lambda copy: copy.binding),
    Column("entry", "Added by", lambda copy: copy.get_entry_display()),
    Column("added", "Added", lambda copy: _short_date(copy.added), "added", number=True, falls=True),
    Column("changed", "Changed", lambda copy: _short_date(copy.changed), "changed", number=True, falls=True),
)
USUAL = ("author", "year", "shelf", "status")


def columns_of(user) -> list[Column]:
    """The columns that this person chose, in the order of `ALL`."""
    chosen = Preferences.objects.choices_of(user).get("columns", USUAL)
    return [column for column in ALL if column.name in chosen]


def choose_columns(user, names: list[str]):
    Preferences.objects.choose(user, columns=[column.name for column in ALL if column.name in names])


# ── Chips ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Chip:
    """A filter for one place or status with its number of books. `name` and `value` are the parameter in the address."""

    name: str
    value: str
    label: str
    count: int
    on: bool


FEW = 12  # shelves shown without grouping them by room


def place_chips(shelves: list, numbers: Numbers, requested) -> list[Chip]:
    """The shelves. If there are many: the rooms first, then the bookcases of the chosen room, then the shelves in that."""
    room, bookcase = requested.value("room"), requested.value("bookcase")
    if len(shelves) > FEW and any(shelf.room for shelf in shelves):
        if not room:
            return _grouped("room", shelves, numbers, requested)
        shelves = [shelf for shelf in shelves if shelf.room == room]
        if not bookcase and len({shelf.bookcase for shelf in shelves} - {""}) > 1:
            return _grouped("bookcase", shelves, numbers, requested)
        shelves = [shelf for shelf in shelves if bookcase in ("", shelf.bookcase)]
    chosen = requested.value("shelf")
    chips = [
        Chip("shelf", str(s.pk), label_of(s, room, bookcase), numbers.by_shelf[s.pk], chosen == str(s.pk))
        for s in shelves[: 2 * FEW]
    ]
    return chips + _none_chip(numbers, requested)


def label_of(shelf, room: str, bookcase: str) -> str:
    """The shelf with its bookcase and room, without those already chosen."""
    parts = ("" if room else shelf.room, "" if bookcase else shelf.bookcase, shelf.name)
    return " · ".join(part for part in parts if part)


def _grouped(name: str, shelves: list, numbers: Numbers, requested) -> list[Chip]:
    places: dict[str, list] = {}
    for shelf in shelves:
        places.setdefault(getattr(shelf, name), []).append(shelf)
    chips = [
        Chip(name, place, place, numbers.on(there), requested.value(name) == place) for place, there in places.items() if place
    ]
    return chips + (_none_chip(numbers, requested) if name == "room" else [])


def _none_chip(numbers: Numbers, requested) -> list[Chip]:
    if not numbers.by_shelf[None] or requested.value("room") or len(numbers.by_shelf) == 1:
        return []
    return [Chip("shelf", "none", "No shelf", numbers.by_shelf[None], requested.value("shelf") == "none")]


def status_chips(numbers: Numbers, requested) -> list[Chip]:
    chosen, there = requested.value("status"), [status for status in Status if numbers.by_status[status]]
    if len(there) < 2 and not chosen:
        return []
    return [Chip("status", s.value, s.label, numbers.by_status[s], chosen == s) for s in Status if s in there or s == chosen]


MOST_SUGGESTIONS = 20


def words_begin(column: str, text: str) -> Q:
    """Every word of `text` begins a word in the folded `column`."""
    fits = Q()
    for word in folding.fold(text).split():
        fits &= Q(**{f"{column}__startswith": word}) | Q(**{f"{column}__contains": f" {word}"})
    return fits


def _suggest_authors(user, text: str) -> list[tuple[str, int]]:
    named = CopyAuthor.objects.with_counts(user).filter(words_begin("folded", text)).order_by("-count", "folded")
    return [(row["name"], row["count"]) for row in named[:MOST_SUGGESTIONS]]


def _suggest_series(user, text: str) -> list[tuple[str, int]]:
    fits = UserBook.objects.of(user).filter(words_begin("series_key", text)).exclude(series_key="").order_by()
    named = fits.values("series_key").annotate(name=Max("series"), n=Count("pk", filter=~WISHED)).order_by("-n", "series_key")
    return [(row["name"], row["n"]) for row in named[:MOST_SUGGESTIONS]]


def _suggest_tags(user, text: str) -> list[tuple[str, int]]:
    return [(tag.name, tag.count) for tag in tagging.matching_tags(user, text, MOST_SUGGESTIONS)]


SUGGESTIONS = {"author": _suggest_authors, "series": _suggest_series, "tag": _suggest_tags}
