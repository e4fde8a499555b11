"""Which books somebody means: "unread science fiction under 300 pages" as conditions on their own library, and in words again."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import date

from django.conf.locale import LANG_INFO
from django.db.models import Max, Min, Q

from library.models import CopyAuthor, Loan, Reading, Shelf, Status, UserBook

Range = tuple  # (lowest, highest), both included, either may be None
NAMES_OF_STATUS = {
    Status.TO_READ: "unread", Status.READING: "being read", Status.READ: "read", Status.DID_NOT_FINISH: "not finished",
    Status.WISHLIST: "on the wishlist",
}  # fmt: skip
BINDING_WORDS = {"hard": "hardcover", "paper": "paperback", "book": "e-book"}
LACKS = {
    "notes": "without notes", "review": "without a review", "isbn": "without ISBN", "cover": "without a cover",
    "rating": "without a rating", "shelf": "without a shelf", "tags": "without tags", "author": "without an author",
}  # fmt: skip
HAS = {
    "notes": "with notes", "review": "with a review", "isbn": "with an ISBN", "cover": "with a cover", "tags": "with tags",
    "rating": "with a rating", "shelf": "on a shelf", "series": "in a series", "author": "with an author",
}  # fmt: skip
SORTS = {
    "longest": ("-pages", "pages"), "shortest": ("pages", "pages"), "oldest": ("published_date", "published_date"),
    "newest": ("-published_date", "published_date"), "added": ("-added", ""), "first added": ("added", ""),
    "best": ("-rating", "rating"), "worst": ("rating", "rating"), "dearest": ("-price", "price"), "cheapest": ("price", "price"),
    "last read": ("-last_read", "last_read"), "first read": ("first_read", "first_read"),
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """Conditions that all must hold. Names (author, series, …) are as they stand in the library."""

    status: tuple[str, ...] = ()
    not_status: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()  # each looked for among categories and tags
    author: str = ""
    not_author: str = ""
    series: str = ""
    number: str = ""  # in the series
    shelf: str = ""
    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    publisher: str = ""
    language: str = ""
    not_language: str = ""
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
        return self != Wish(sort=self.sort, limit=self.limit)

    def as_json(self) -> dict:
        return {
            name: [_plain(each) for each in value] if isinstance(value, tuple) else _plain(value)
            for name, value in asdict(self).items()
            if value != _DEFAULTS[name]
        }

    @classmethod
    def of_json(cls, said: dict) -> "Wish":
        """What cannot be understood in it is left out: it may come from a model."""
        known = {each.name for each in fields(cls)}
        made = {}
        for name, value in said.items():
            if name in known and value not in (None, "", []):
                made[name] = tuple(_day(each) if name in DAYS else each for each in value) if isinstance(value, list) else value
        return cls(**made)

    def without_order(self) -> "Wish":
        return replace(self, sort="", limit=0)

    # ── As conditions ───────────────────────────────────────────────────────────────────────────────────────────────
    def q(self, user) -> Q:
        q = self.of_the_copy() & self.of_names(user) & self.of_marks()
        if self.lent is not None or self.lent_to or self.overdue:
            out = Loan.objects.filter(copy__user=user, returned__isnull=True)
            out = out.filter(borrower__icontains=self.lent_to) if self.lent_to else out
            out = out.filter(due__lt=date.today()) if self.overdue else out
            inside = Q(pk__in=out.values("copy_id"))
            q &= ~inside if self.lent is False else inside
        if self.read:
            finished = between("finished", self.read) & Q(copy__user=user, finished__isnull=False)
            q &= Q(pk__in=Reading.objects.filter(finished).values("copy_id"))
        return q if self.among is None else q & Q(pk__in=self.among)

    def of_the_copy(self) -> Q:
        q = Q(status__in=self.status) if self.status else Q()
        q &= ~Q(status__in=self.not_status) if self.not_status else Q()
        if self.pages:
            q &= between("pages", self.pages) & Q(pages__gt=0)
        if self.rating:
            q &= between("rating", self.rating) & Q(rating__isnull=False)
        if self.year:
            low, high = self.year
            q &= ~Q(published_date="")
            q &= Q(published_date__gte=f"{low:04d}") if low is not None else Q()
            q &= Q(published_date__lt=f"{high + 1:04d}") if high is not None else Q()
        q &= Q(language=self.language) if self.language else Q()
        q &= ~Q(language__in=(self.not_language, "")) if self.not_language else Q()
        q &= Q(favourite=self.favourite) if self.favourite is not None else Q()
        q &= Q(publisher__icontains=self.publisher) if self.publisher else Q()
        q &= Q(binding__icontains=self.binding) if self.binding else Q()
        q &= between("added__date", self.added) if self.added else Q()
        return q & (between("bought", self.bought) if self.bought else Q())

    def of_names(self, user) -> Q:
        q = Q()
        for name, no in ((self.author, False), (self.not_author, True)):
            if name:
                written = Q(pk__in=CopyAuthor.objects.filter(user=user, name__iexact=name).values("copy_id"))
                q &= ~written if no else written
        if self.series:
            q &= Q(series__iexact=self.series)
        q &= Q(series_number=self.number) if self.number else Q()
        if self.shelf:
            q &= Q(shelf__in=[shelf.pk for shelf in Shelf.objects.filter(user=user) if on_place(shelf, self.shelf)])
        through = UserBook.tags.through.objects.filter(tag__user=user)
        for tag in self.tags:
            q &= Q(pk__in=through.filter(tag__name__iexact=tag).values("userbook_id"))
        for tag in self.not_tags:
            q &= ~Q(pk__in=through.filter(tag__name__iexact=tag).values("userbook_id"))
        for genre in self.genres:
            some = Q()
            for name in GENRES.get(genre, (genre,)):
                for start in ('"', " ", "/", "-"):  # where a word begins in the list of categories
                    some |= Q(categories__icontains=f"{start}{name}")
                some |= Q(pk__in=through.filter(tag__folded=name.replace("-", " ")).values("userbook_id"))
            for name in EXCEPT.get(genre, ()):
                some &= ~Q(categories__icontains=name)
            q &= some
        return q

    def of_marks(self) -> Q:
        q = Q()
        for name in self.has:
            q &= filled(name)
        for name in self.lacks:
            q &= ~filled(name)
        return q

    # ── In order ────────────────────────────────────────────────────────────────────────────────────────────────────
    def books(self, user):
        """The books that fit, without the topic; in the order asked for, else by title."""
        found = UserBook.objects.of(user).filter(self.q(user))
        if not self.sort:
            return found.order_by("sort_series", "sort_title", "pk") if self.series else found.order_by("sort_title", "pk")
        if "read" in self.sort:
            found = found.annotate(last_read=Max("readings__finished"), first_read=Min("readings__finished"))
        column, needed = SORTS[self.sort]
        if needed:
            empty = {needed: ""} if needed == "published_date" else {f"{needed}__isnull": True}
            found = found.exclude(**empty)
        return found.order_by(column, "sort_title", "pk")

    # ── In words ────────────────────────────────────────────────────────────────────────────────────────────────────
    def words(self, count: int | None = None) -> str:
        """`unread science fiction books under 300 pages`; singular for one."""
        noun = "book" if count == 1 else "books"
        before = [NAMES_OF_STATUS[each] for each in self.status if each in (Status.TO_READ, Status.READ)]
        before += ["favourite"] if self.favourite else []
        before += [language_name(self.language)] if self.language else []
        before += [GENRE_WORDS.get(genre, genre) for genre in self.genres]
        after = [NAMES_OF_STATUS[each] for each in self.status if each not in (Status.TO_READ, Status.READ)]
        after += [f"not {NAMES_OF_STATUS[each]}" for each in self.not_status]
        after += [f"by {self.author}"] if self.author else []
        after += [f"not by {self.not_author}"] if self.not_author else []
        after += [f"in the series “{self.series}”{f', number {self.number}' if self.number else ''}"] if self.series else []
        after += [f"tagged “{tag}”" for tag in self.tags] + [f"not tagged “{tag}”" for tag in self.not_tags]
        after += [f"from {self.publisher}"] if self.publisher else []
        after += [f"in {BINDING_WORDS.get(self.binding, self.binding)}"] if self.binding else []
        after += [f"not in {language_name(self.not_language)}"] if self.not_language else []
        after += [f"on “{self.shelf}”"] if self.shelf else []
        after += (
            [range_words(self.pages, "with {} pages or more", "with at most {} pages", "with {}", " pages")] if self.pages else []
        )
        after += (
            [range_words(self.year, "published in {} or later", "published in {} or before", "published in {}")]
            if self.year
            else []
        )
        if self.rating:
            stars = tuple(end if end is None else f"{end / 2:g}" for end in self.rating)
            after += [range_words(stars, "rated {} stars or more", "rated {} stars or less", "rated {} stars")]
        after += ["lent"] if self.lent and not self.lent_to else []
        after += ["not lent"] if self.lent is False else []
        after += [f"lent to {self.lent_to}"] if self.lent_to else []
        after += ["overdue"] if self.overdue else []
        after += [HAS[name] for name in self.has if name in HAS] + [LACKS[name] for name in self.lacks if name in LACKS]
        for days, verb in ((self.added, "added"), (self.read, "read"), (self.bought, "bought")):
            after += [f"{verb} {day_words(days)}"] if days else []
        after += [f"about “{self.topic}”"] if self.topic else []
        return " ".join([*before, noun, *after])


DAYS = ("added", "read", "bought")
_DEFAULTS = {each.name: each.default for each in fields(Wish)}


def _plain(value):
    return value.isoformat() if isinstance(value, date) else value


def _day(value):
    return date.fromisoformat(value) if isinstance(value, str) else value


def between(column: str, ends: Range) -> Q:
    low, high = ends
    q = Q(**{f"{column}__gte": low}) if low is not None else Q()
    return q & (Q(**{f"{column}__lte": high}) if high is not None else Q())


def filled(name: str) -> Q:
    column = {"isbn": "isbn13"}.get(name, name)
    if name == "tags":
        return Q(pk__in=UserBook.tags.through.objects.values("userbook_id"))
    if name == "author":
        return ~Q(sort_author="")
    if name in ("rating", "shelf", "pages", "price"):
        return Q(**{f"{name}__isnull": False})
    if name == "cover":
        return ~Q(cover="") | ~Q(cover_key="")
    return ~Q(**{column: ""})


def on_place(shelf: Shelf, place: str) -> bool:
    return place in (shelf.name, shelf.room, shelf.bookcase, str(shelf))


def language_name(code: str) -> str:
    return LANG_INFO.get(code, {}).get("name", code)


def range_words(ends: Range, least: str, most: str, both: str, unit: str = "") -> str:
    low, high = ends
    if low is not None and high is not None:
        return both.format(f"{low}{unit}" if low == high else f"{low} to {high}{unit}")
    return least.format(low) if low is not None else most.format(high)


def day_words(ends: Range) -> str:
    low, high = ends
    if low and high and low == high:
        return f"on {low:%-d %B %Y}"
    if low and high and (low.month, low.day, high.month, high.day) == (1, 1, 12, 31):
        return f"in {low.year}" if low.year == high.year else f"from {low.year} to {high.year}"
    if low and high:
        return f"between {low:%-d %B %Y} and {high:%-d %B %Y}"
    return f"since {low:%-d %B %Y}" if low else f"until {high:%-d %B %Y}"


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
    "science": ("science fiction", "political science"), "fiction": ("nonfiction", "non-fiction"), "history": ("natural history",),
    "non-fiction": ("science fiction", "historical fiction"),
}  # fmt: skip
