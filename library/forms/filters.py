"""The filters and the sort order in the library page's query string."""

from dataclasses import dataclass

from django import forms
from django.db.models import Case, F, Value, When
from django.http import QueryDict

from catalogs.languages import language_name
from library.listing import label_of
from library.models import Entry, Status, SyncStatus
from library.search import hybrid


def _last(column: str) -> Case:
    """Sorts rows with an empty `column` last, in both directions."""
    return Case(When(**{column: ""}, then=Value(1)), default=Value(0))


# Name -> label, label of the reverse order, and the columns of both; the last columns break ties.
SORTS = {
    "added": ("Recently added", "Least recently added", ["-added", "-pk"], ["added", "pk"]),
    "title": ("Title", "Title, Z to A", ["sort_title", "pk"], ["-sort_title", "-pk"]),
    "author": (
        "Author", "Author, Z to A",
        [_last("sort_author"), "sort_author", "sort_title", "pk"], [_last("sort_author"), "-sort_author", "sort_title", "pk"],
    ),
    "series": (
        "Series", "Series, Z to A",
        [_last("sort_series"), "sort_series", "sort_title", "pk"], [_last("sort_series"), "-sort_series", "sort_title", "pk"],
    ),
    "year": (
        "Year, newest first", "Year, oldest first",
        ["-published_date", "sort_title", "pk"], [_last("published_date"), "published_date", "sort_title", "pk"],
    ),
    "rating": (
        "Rating, highest first", "Rating, lowest first",
        [F("rating").desc(nulls_last=True), "sort_title", "pk"], [F("rating").asc(nulls_last=True), "sort_title", "pk"],
    ),
    "changed": ("Recently changed", "Least recently changed", ["-changed", "-pk"], ["changed", "pk"]),
}  # fmt: skip
SORT_CHOICES = [choice for name, (label, backwards, *_) in SORTS.items() for choice in ((name, label), (f"-{name}", backwards))]
NO_SHELF = "none"
BEST_MATCH = "match"  # the order while one searches, unless another is chosen
FIRST = 96  # books that are sorted by how well they match; nobody turns more pages to find one
NEAREST = 48  # results with some of the words, if no book has all of them
NO_LANGUAGE = "none"
MISSING = {"cover": "No cover", "isbn": "No ISBN"}


def _order_of(sort: str) -> list:
    name = sort.removeprefix("-")
    return SORTS[name][3 if sort.startswith("-") else 2]


@dataclass(frozen=True)
class _Narrowing:
    """An active filter, shown as a chip that removes it."""

    name: str
    value: str
    label: str


class _SeveralField(forms.Field):
    """A parameter that may be repeated."""

    widget = forms.SelectMultiple

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def to_python(self, value):
        given = [value] if isinstance(value, str) else value or []
        return [text for item in given if (text := " ".join(str(item).replace("\0", "").split())[:100])]


class LibraryFilter(forms.Form):
    """The filters in the query string of the library page. Invalid values are ignored."""

    q = forms.CharField(required=False, max_length=200)
    shelf = forms.RegexField(rf"^(\d{{1,18}}|{NO_SHELF})$", required=False)
    room = forms.CharField(required=False, max_length=100)
    bookcase = forms.CharField(required=False, max_length=100)
    status = forms.ChoiceField(choices=Status.choices, required=False)
    tag = _SeveralField()
    author = forms.CharField(required=False, max_length=200)
    series = forms.CharField(required=False, max_length=200)
    language = forms.CharField(required=False, max_length=8)
    year_from = forms.IntegerField(required=False, min_value=-4000, max_value=2999)
    year_to = forms.IntegerField(required=False, min_value=-4000, max_value=2999)
    rating = forms.IntegerField(label="Rating at least, in half stars", required=False, min_value=1, max_value=10)
    entry = forms.ChoiceField(choices=Entry.choices, required=False)
    missing = forms.MultipleChoiceField(choices=list(MISSING.items()), required=False)
    favourite = forms.BooleanField(required=False)
    lent = forms.BooleanField(required=False)
    lookup = forms.BooleanField(label="Not found yet", required=False)
    sort = forms.ChoiceField(choices=SORT_CHOICES, required=False)
    view = forms.ChoiceField(choices=[("grid", "Covers"), ("list", "List")], required=False)

    # The fields that filter. Add a new one here, to `narrow` and to `narrowings`.
    NARROWS = (
        "q", "room", "bookcase", "shelf", "status", "tag", "author", "series", "language", "year_from", "year_to", "rating",
        "entry", "missing", "favourite", "lent", "lookup",
    )  # fmt: skip

    def __init__(self, data, user=None):
        """If `user`, the library's owner, is given, `q` uses the full-text search; its index does not contain the trash."""
        super().__init__(data)
        self.user, self.meant, self.some_words, self.ranked = user, [], False, []
        self.full_clean()

    def value(self, name: str, default=""):
        return self.cleaned_data.get(name) or default

    @property
    def narrows(self) -> bool:
        return any(self.value(name) for name in self.NARROWS)

    @property
    def order(self) -> str:
        return self.value("sort", BEST_MATCH if self.user and self.value("q") else "added")

    def narrow(self, books):
        """The books that match the filters, unsorted."""
        return self.owned(self.printed(self.placed(self.worded(books))))

    def worded(self, books):
        if not self.user or not self.value("q"):
            return books.matching(self.value("q"))
        found = hybrid.find_books(self.user, self.value("q"), "text")
        if not found.query:
            return books
        self.meant, self.some_words = list(found.meant.values()), bool(found.ranked and not found.exact)
        self.ranked = [pk for pk, _ in found.ranked[: NEAREST if self.some_words else None]]
        return books.filter(pk__in=self.ranked)

    def select(self, books):
        """The books that match the filters, sorted."""
        narrowed = self.narrow(books)
        return narrowed.order_by(*self.by_match() if self.order == BEST_MATCH else _order_of(self.order))

    def by_match(self) -> list:
        """The best matches first, the others as they were added."""
        places = [When(pk=pk, then=place) for place, pk in enumerate(self.ranked[:FIRST])]
        return [Case(*places, default=FIRST), *_order_of("added")] if places else _order_of("added")

    def placed(self, books):
        if shelf := self.value("shelf"):
            books = books.on_shelf(None if shelf == NO_SHELF else int(shelf))
        if room := self.value("room"):
            books = books.in_room(room)
        if bookcase := self.value("bookcase"):
            books = books.in_bookcase(bookcase)
        return books

    def printed(self, books):
        if author := self.value("author"):
            books = books.by_author(author)
        if series := self.value("series"):
            books = books.in_series(series)
        if language := self.value("language"):
            books = books.missing("language") if language == NO_LANGUAGE else books.in_language(language)
        years = self.cleaned_data.get("year_from"), self.cleaned_data.get("year_to")
        if years != (None, None):
            books = books.published(*years)
        for field in self.value("missing"):
            books = books.missing(field)
        return books

    def owned(self, books):
        if status := self.value("status"):
            books = books.with_status(status)
        if tags := self.value("tag"):
            books = books.tagged(*tags)
        if rating := self.value("rating"):
            books = books.rated(rating)
        if entry := self.value("entry"):
            books = books.filter(entry=entry)
        if self.value("favourite"):
            books = books.favourites()
        if self.value("lent"):
            books = books.lent()
        if self.value("lookup"):
            books = books.filter(sync_status__in=(SyncStatus.PENDING, SyncStatus.FAILED))
        return books

    def narrowings(self, shelves) -> list[_Narrowing]:
        """Labels of the active filters, except `q`, which the search box shows. `shelves` are the person's own."""
        found = [_Narrowing(name, self.value(name), self.value(name)) for name in ("room", "bookcase") if self.value(name)]
        if shelf := self.value("shelf"):
            names = {NO_SHELF: "No shelf"} | {
                str(shelf.pk): label_of(shelf, self.value("room"), self.value("bookcase")) for shelf in shelves
            }
            found.append(_Narrowing("shelf", shelf, names.get(shelf, "A deleted shelf")))
        if status := self.value("status"):
            found.append(_Narrowing("status", status, Status(status).label))
        found += [_Narrowing("tag", tag, f"Tag: {tag}") for tag in self.value("tag")]
        found += [
            _Narrowing(n, self.value(n), f"{n.capitalize()}: {self.value(n)}") for n in ("author", "series") if self.value(n)
        ]
        if language := self.value("language"):
            label = "Unknown language" if language == NO_LANGUAGE else language_name(language)
            found.append(_Narrowing("language", language, label))
        found += self.years()
        if rating := self.value("rating"):
            found.append(_Narrowing("rating", str(rating), f"{rating / 2:g} stars or more" if rating < 10 else "5 stars"))
        if entry := self.value("entry"):
            found.append(_Narrowing("entry", entry, f"Added by: {Entry(entry).label}"))
        found += [_Narrowing("missing", value, MISSING[value]) for value in self.value("missing")]
        flags = {"favourite": "Favourites", "lent": "On loan", "lookup": "Not found yet"}
        return found + [_Narrowing(name, "on", label) for name, label in flags.items() if self.value(name)]

    def years(self) -> list[_Narrowing]:
        first, until = self.cleaned_data.get("year_from"), self.cleaned_data.get("year_to")
        if first is not None and first == until:
            return [_Narrowing("year", str(first), str(first))]
        found = [_Narrowing("year_from", str(first), f"From {first}")] if first is not None else []
        return found + ([_Narrowing("year_to", str(until), f"Up to {until}")] if until is not None else [])


def query_without(query: QueryDict, narrowing: _Narrowing) -> str:
    """`query` without this filter, as a query string."""
    query = query.copy()
    if narrowing.name == "year":
        query.pop("year_from", None), query.pop("year_to", None)
    else:
        rest = [value for value in query.getlist(narrowing.name) if " ".join(value.split()) != narrowing.value]
        query.setlist(narrowing.name, rest if len(query.getlist(narrowing.name)) > 1 else [])
    query.pop("page", None)
    return f"?{query.urlencode()}"
