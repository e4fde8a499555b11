"""Which books somebody means: "unread science fiction under 300 pages" as conditions on their own library, and in words again."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import date

from django.db.models import F, Max, Min, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, LPad

from catalogs.languages import language_name
from library.in_words import day_in_words
from library.models import Status, UserBook

Range = tuple  # (lowest, highest), both included, either may be None
NAMES_OF_STATUS = {status: status.label.lower() for status in Status} | {
    Status.TO_READ: "unread", Status.READING: "being read", Status.READ: "read", Status.DID_NOT_FINISH: "not finished",
    Status.WISHLIST: "on the wishlist",
}  # fmt: skip
BINDING_WORDS = {"hard": "hardcover", "paper": "paperback", "book": "e-book"}
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
    "author": "by {}", "series": "in the series “{}”", "tags": "tagged “{}”", "publisher": "from {}", "shelf": "on “{}”",
    "language": "in {}", "genres": "in the genre {}",
}  # fmt: skip


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
    binding: str = ""
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
        books = books.with_pages(max(self.pages[0] or 1, 1), self.pages[1]) if self.pages else books
        books = books.rated(*self.rating) if self.rating else books
        books = books.published(*self.year) if self.year else books
        books = books.in_language(self.language) if self.language else books
        books = books.favourites(self.favourite) if self.favourite is not None else books
        books = books.containing(self.publisher, "publisher") if self.publisher else books
        books = books.containing(self.binding, "binding") if self.binding else books
        books = books.added_between(*self.added) if self.added else books
        books = books.read_between(*self.read) if self.read else books
        return books.bought_between(*self.bought) if self.bought else books

    def _of_names(self, books):
        books = books.by_author(self.author) if self.author else books
        books = books.in_series(self.series) if self.series else books
        books = books.filter(series_number=self.number) if self.number else books
        books = books.at_place(self.shelf) if self.shelf else books
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
        noun = "book" if count == 1 else "books"
        before = [NAMES_OF_STATUS[item] for item in self.status if item in (Status.TO_READ, Status.READ)]
        before += ["favourite"] if self.favourite else []
        before += [language_name(self.language)] if self.language else []
        before += [GENRE_WORDS.get(genre, genre) for genre in self.genres]
        states = [NAMES_OF_STATUS[item] for item in self.status if item not in (Status.TO_READ, Status.READ)]
        after = [" or ".join(states)] if states else []
        after += [f"not {NAMES_OF_STATUS[item]}" for item in self.not_status]
        after += [f"by {self.author}"] if self.author else []
        after += [f"in the series “{self.series}”{f', number {self.number}' if self.number else ''}"] if self.series else []
        after += [f"tagged “{tag}”" for tag in self.tags]
        after += [f"from {self.publisher}"] if self.publisher else []
        after += [f"in {BINDING_WORDS.get(self.binding, self.binding)}"] if self.binding else []
        after += [f"on “{self.shelf}”"] if self.shelf else []
        for condition in dict.fromkeys(name for name, _ in self.either):
            after += [" or ".join(_name_words(name, value) for name, value in self.either if name == condition)]
        after += [f"not {_name_words(name, value)}" for name, value in self.but_not]
        after += (
            [_range_words(self.pages, "with {} pages or more", "with at most {} pages", "with {}", " pages")]
            if self.pages
            else []
        )
        after += (
            [_range_words(self.year, "published in {} or later", "published in {} or before", "published in {}")]
            if self.year
            else []
        )
        if self.rating:
            stars = tuple(end if end is None else f"{end / 2:g}" for end in self.rating)
            after += [_range_words(stars, "rated {} stars or more", "rated {} stars or less", "rated {} stars")]
        after += ["lent"] if self.lent and not self.lent_to else []
        after += ["not lent"] if self.lent is False else []
        after += [f"lent to {self.lent_to}"] if self.lent_to else []
        after += ["overdue"] if self.overdue else []
        after += [HAS[name] for name in self.has if name in HAS] + [LACKS.get(name, f"without a {name}") for name in self.lacks]
        for days, verb in ((self.added, "added"), (self.read, "read"), (self.bought, "bought")):
            after += [f"{verb} {_day_words(days)}"] if days else []
        after += [f"about “{self.topic}”"] if self.topic else []
        return " ".join([*before, noun, *after])


def _only(name: str, value: str) -> BookQuery:
    return BookQuery(**{name: (value,) if name in ("tags", "genres") else value})


def _name_words(name: str, value: str) -> str:
    return NAME_WORDS[name].format(language_name(value) if name == "language" else value)


DAYS = ("added", "read", "bought")
_DEFAULTS = {item.name: item.default for item in fields(BookQuery)}


def _plain(value):
    return value.isoformat() if isinstance(value, date) else value


def _item(name: str, value):
    if name in DAYS and isinstance(value, str):
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


def _of_genre(books, genre: str) -> Q:
    """A kind of book, as catalogues and tags call it."""
    some = Q()
    for name in GENRES.get(genre, (genre,)):
        for start in ('"', " ", "/", "-"):  # where a word begins in the list of categories
            some |= Q(categories__icontains=f"{start}{name}")
        some |= Q(pk__in=books.tagged(name).values("pk"))
    for name in EXCEPT.get(genre, ()):
        some &= ~Q(categories__icontains=name)
    return some


def _range_words(ends: Range, least: str, most: str, both: str, unit: str = "") -> str:
    low, high = ends
    if low is not None and high is not None:
        return both.format(f"{low}{unit}" if low == high else f"{low} to {high}{unit}")
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


# What people call a kind of book, and how catalogues and tags call it.
GENRES = {
    "science fiction": ("science fiction", "sci-fi", "sci fi", "scifi", "sf", "space opera"),
    "fantasy": ("fantasy",),
    "crime": ("crime", "mystery", "detective", "thriller", "whodunit"),
    "thriller": ("thriller", "suspense"),
    "horror": ("horror", "ghost"),
    "romance": ("romance", "love stories"),
    "poetry": ("poetry", "poems", "lyrik"),
    "history": ("history", "historical"),
    "historical fiction": ("historical fiction", "historical novel", "fiction / historical"),
    "biography": ("biograph", "memoir", "autobiograph"),
    "memoir": ("memoir", "autobiograph"),
    "cookery": ("cook", "food", "recipe", "baking"),
    "travel": ("travel",),
    "children's": ("children", "juvenile", "kids", "picture book"),
    "young adult": ("young adult", "ya", "teen"),
    "comics": ("comic", "graphic novel", "manga"),
    "philosophy": ("philosoph",),
    "psychology": ("psycholog",),
    "science": ("science", "physics", "biology", "chemistry", "astronomy"),
    "mathematics": ("mathemat",),
    "art": ("art", "photograph", "painting"),
    "music": ("music",),
    "gardening": ("garden",),
    "nature": ("nature", "natural history"),
    "religion": ("religio", "theolog", "spiritual"),
    "politics": ("politic",),
    "business": ("business", "management", "economics"),
    "computing": ("computer", "programming", "software"),
    "drama": ("drama", "plays", "theatre"),
    "short stories": ("short stor", "anthology"),
    "essays": ("essay",),
    "classics": ("classic",),
    "humour": ("humor", "humour", "comedy"),
    "non-fiction": ("nonfiction", "non-fiction", "non fiction", "history", "biograph", "science", "essay", "memoir", "travel",
                    "cook", "philosoph", "psycholog", "politic", "business", "art", "garden", "reference"),
    "fiction": ("fiction", "novel"),
    "sports": ("sport",),
    "war": ("war",),
    "reference": ("reference", "dictionar", "encyclop"),
}  # fmt: skip
GENRE_WORDS = {"biography": "biographical", "history": "history", "comics": "comic", "classics": "classic", "humour": "humorous"}
EXCEPT = {
    "science": ("science fiction", "political science"), "fiction": ("nonfiction", "non-fiction"),
    "history": ("natural history",),
    "non-fiction": ("science fiction", "historical fiction"),
}  # fmt: skip
