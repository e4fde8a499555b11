"""Which books somebody means: "unread science fiction under 300 pages" as conditions on their own library, and in words again."""

import json
import re
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path

from django.db.models import F, Max, Min, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, LPad

from catalogs import folding
from catalogs.languages import language_name
from library.in_words import day_in_words
from library.models import Status, UserBook

Range = tuple  # (lowest, highest), both included, either may be None
NAMES_OF_STATUS = {status: status.label.lower() for status in Status} | {
    Status.TO_READ: "unread", Status.READING: "being read", Status.READ: "read", Status.DID_NOT_FINISH: "not finished",
    Status.WISHLIST: "on the wishlist",
}  # fmt: skip
LACKS = {
    "notes": "without notes", "review": "without a review", "isbn": "without ISBN", "cover": "without a cover",
    "pages": "without a page count", "rating": "without a rating", "shelf": "without a shelf", "tags": "without tags",
    "author": "without an author",
}  # fmt: skip
HAS = {
    "notes": "with notes", "review": "with a review", "isbn": "with an ISBN", "cover": "with a cover", "tags": "with tags",
    "rating": "with a rating", "shelf": "on a shelf", "series": "in a series", "author": "with an author",
}  # fmt: skip
SORTS = {
    "longest": ("-pages", "pages"), "shortest": ("pages", "pages"), "oldest": ("work_year", "year"),
    "newest": ("-work_year", "year"), "added": ("-added", ""), "first added": ("added", ""),
    "best": ("-rating", "rating"), "worst": ("rating", "rating"), "dearest": ("-price", "price"), "cheapest": ("price", "price"),
    "last read": ("-last_read", "last_read"), "first read": ("first_read", "first_read"),
}  # fmt: skip
# The year of the work, where it is known, before that of the edition; shifted, so that years BC are in order as text.
WORK_YEAR = Coalesce(
    LPad(Cast(F("first_published") + 10_000, TextField()), 5, Value("0"), output_field=TextField()),
    Concat(Value("1"), "published_date", output_field=TextField()),
)
NAME_WORDS = {
    "author": "by {}", "series": "in the series “{}”", "number": "(number {})", "tags": "tagged “{}”", "publisher": "from {}",
    "shelf": "on “{}”", "language": "in {}", "genres": "in the genre {}",
}  # fmt: skip
RANGE_WORDS = {  # for a lowest number, a highest, both
    "pages": ("with {} pages or more", "with at most {} pages", "with {} pages"),
    "year": ("published in {} or later", "published in {} or before", "published in {}"),
    "rating": ("rated {} stars or more", "rated {} stars or less", "rated {} stars"),
}
DAYS = {"added": "added_between", "read": "read_between", "bought": "bought_between"}
METHODS = {"author": "by_author", "series": "in_series", "shelf": "at_place", "language": "in_language"}
RANGES = {"pages": "with_pages", "rating": "rated", "year": "published", **DAYS}
GENRES = {  # how people call a kind of book -> how catalogues and tags call it, and what else begins so
    name: tuple(part.split(", ") if part else [] for part in values.partition(" except ")[::2])
    for name, _, values in (
        line.partition(": ")
        for line in Path(__file__).with_name("genres.txt").read_text().splitlines()
        if line and line[0] != "#"
    )
}
GENRE_WORDS = {"biography": "biographical", "comics": "comic", "classics": "classic", "humour": "humorous"}


@dataclass(frozen=True)
class BookQuery:
    """Conditions that all must hold. Names (author, series, …) are as they stand in the library."""

    status: tuple[str, ...] = ()
    not_status: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()  # every one looked for among categories and tags
    author: str = ""
    series: str = ""
    number: str = ""  # in the series
    shelf: str = ""
    tags: tuple[str, ...] = ()
    either: tuple[tuple[str, str], ...] = ()  # conditions and their values: of every condition one value holds
    but_not: tuple[tuple[str, str], ...] = ()  # none of these holds
    publisher: str = ""
    language: str = ""
    pages: Range = ()
    year: Range = ()
    rating: Range = ()  # in half stars
    favourite: bool | None = None
    lent: bool | None = None
    lent_to: str = ""
    overdue: bool = False
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    added: Range = ()  # days
    read: Range = ()  # days
    bought: Range = ()
    among: tuple[int, ...] | None = None  # those of the last answer
    topic: str = ""  # words that no condition was made of
    sort: str = ""
    limit: int = 0

    @property
    def narrows(self) -> bool:
        return self != BookQuery(sort=self.sort, limit=self.limit)

    def as_json(self) -> dict:
        return {
            name: [_plain(item) for item in value] if isinstance(value, tuple) else _plain(value)
            for name, value in asdict(self).items()
            if value != _DEFAULTS[name]
        }

    @classmethod
    def of_json(cls, values: dict) -> "BookQuery":
        """What cannot be understood in it is left out: it may come from a model."""
        known = {item.name for item in fields(cls)}
        made = {}
        for name, value in values.items():
            if name in known and value not in (None, "", []):
                made[name] = tuple(_item(name, item) for item in value) if isinstance(value, list) else value
        return cls(**made)

    def without_order(self) -> "BookQuery":
        return replace(self, sort="", limit=0)

    # ── As conditions ───────────────────────────────────────────────────────────────────────────────────────────────
    def narrow(self, books):
        """Those of `books` that fit, without the topic."""
        books = self._of_names(self._of_the_copy(books))
        for name in self.has:
            books = books.having(name)
        for name in self.lacks:
            books = books.missing(name)
        if self.lent or self.lent_to or self.overdue:
            books = books.lent(self.lent_to, self.overdue)
        elif self.lent is False:
            books = books.but_not(lambda all_books: all_books.lent())
        return books if self.among is None else books.filter(pk__in=self.among)

    def _of_the_copy(self, books):
        books = books.with_status(*self.status) if self.status else books
        books = books.exclude(status__in=self.not_status) if self.not_status else books
        books = books.favourites(self.favourite) if self.favourite is not None else books
        books = books.containing(self.publisher, "publisher") if self.publisher else books
        for name, method in RANGES.items():
            books = getattr(books, method)(*getattr(self, name)) if getattr(self, name) else books
        return books.filter(pages__gt=0) if self.pages else books  # a count of no pages is none

    def _of_names(self, books):
        for name, method in METHODS.items():
            books = getattr(books, method)(getattr(self, name)) if getattr(self, name) else books
        books = books.filter(series_number=self.number) if self.number else books
        books = books.tagged(*self.tags) if self.tags else books
        for genre in self.genres:
            books = books.filter(_of_genre(UserBook.objects.of(books.owner), genre))
        return self._of_choices(books)

    def _of_choices(self, books):
        for condition in dict.fromkeys(name for name, _ in self.either):
            found = [_only(name, value).narrow(books).order_by() for name, value in self.either if name == condition]
            books = books.filter(Q(*(Q(pk__in=some.values("pk")) for some in found), _connector=Q.OR))
        for name, value in self.but_not:
            books = books.exclude(language="") if name == "language" else books
            books = books.but_not(_only(name, value).narrow)
        return books

    # ── In order ────────────────────────────────────────────────────────────────────────────────────────────────────
    def books(self, user):
        """The books that fit, without the topic; in the order asked for, else by title."""
        found = self.narrow(UserBook.objects.of(user))
        if not self.sort:
            return found.order_by("sort_series", "sort_title", "pk") if self.series else found.order_by("sort_title", "pk")
        if "read" in self.sort:
            found = found.annotate(last_read=Max("readings__finished"), first_read=Min("readings__finished"))
        column, needed = SORTS[self.sort]
        if needed == "year":
            found = found.having("year").annotate(work_year=WORK_YEAR)
        elif needed:
            found = found.exclude(**{f"{needed}__isnull": True})
        return found.order_by(column, "sort_title", "pk")

    def days_in_words(self) -> str:
        """When they were read."""
        return _day_words(self.read)

    # ── In words ────────────────────────────────────────────────────────────────────────────────────────────────────
    def words(self, count: int | None = None) -> str:
        """`unread science fiction books under 300 pages`; singular for one."""
        adjectives = [item for item in self.status if item in (Status.TO_READ, Status.READ)]
        before = [NAMES_OF_STATUS[item] for item in adjectives] + (["favourite"] if self.favourite else [])
        before += [language_name(self.language)] if self.language else []
        before += [GENRE_WORDS.get(genre, genre) for genre in self.genres]
        after = [" or ".join(NAMES_OF_STATUS[item] for item in self.status if item not in adjectives)]
        after += [f"not {NAMES_OF_STATUS[item]}" for item in self.not_status]
        names = [(name, getattr(self, name)) for name in ("author", "series", "number", "publisher", "shelf")]
        after += [_name_words(*pair) for pair in (*names, *(("tags", tag) for tag in self.tags)) if pair[1]]
        for condition in dict.fromkeys(name for name, _ in self.either):
            after += [" or ".join(_name_words(name, value) for name, value in self.either if name == condition)]
        after += [f"not {_name_words(name, value)}" for name, value in self.but_not]
        after += [_range_words(name, getattr(self, name)) for name in RANGE_WORDS if getattr(self, name)]
        lent = f"lent to {self.lent_to}" if self.lent_to else {True: "lent", False: "not lent"}.get(self.lent, "")
        after += [lent, "overdue" if self.overdue else "", *(HAS[name] for name in self.has if name in HAS)]
        after += [LACKS.get(name, f"without a {name}") for name in self.lacks]
        after += [f"{verb} {_day_words(getattr(self, verb))}" for verb in DAYS if getattr(self, verb)]
        after += [f"about “{self.topic}”"] if self.topic else []
        return " ".join(filter(None, [*before, "book" if count == 1 else "books", *after]))


def _only(name: str, value: str) -> BookQuery:
    return BookQuery(**{name: (value,) if name in ("tags", "genres") else value})


def _name_words(name: str, value: str) -> str:
    return NAME_WORDS[name].format(language_name(value) if name == "language" else value)


_DEFAULTS = {item.name: item.default for item in fields(BookQuery)}


def _plain(value):
    return value.isoformat() if isinstance(value, date) else value


def _item(name: str, value):
    if name in DAYS and isinstance(value, str):
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


def _of_genre(books, genre: str) -> Q:
    """A kind of book, as catalogues and tags call it."""
    names, others = GENRES.get(genre, ((genre,), ()))
    tagged = books.filter(tags__folded__in=map(folding.fold_name, names)).order_by().values("pk")
    some = Q(categories__iregex=_where_words_begin(names)) | Q(pk__in=tagged)
    return some & ~Q(categories__iregex=_where_words_begin(others)) if others else some


def _where_words_begin(names) -> str:
    """A pattern for a list of categories; SQLite keeps that with letters beyond ASCII as their numbers."""
    forms = {re.escape(form) for name in names for form in (name, json.dumps(name)[1:-1])}
    return f'["/ -]({"|".join(sorted(forms))})'


def _range_words(name: str, ends: Range) -> str:
    least, most, both = RANGE_WORDS[name]
    low, high = (end if end is None or name != "rating" else f"{end / 2:g}" for end in ends)
    if low is not None and high is not None:
        return both.format(low if low == high else f"{low} to {high}")
    return least.format(low) if low is not None else most.format(high)


def _day_words(ends: Range) -> str:
    low, high = ends
    if low and high and low == high:
        return f"on {day_in_words(low)}"
    if low and high and (low.month, low.day, high.month, high.day) == (1, 1, 12, 31):
        return f"in {low.year}" if low.year == high.year else f"from {low.year} to {high.year}"
    if low and high:
        return f"between {day_in_words(low)} and {day_in_words(high)}"
    return f"since {day_in_words(low)}" if low else f"until {day_in_words(high)}"
