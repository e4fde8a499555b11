"""What can be looked up for an answer, in the person's own library and nowhere else, by the planner and by models alike."""

import random
import re
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Avg, Count, Max, Min, Q, Sum

from catalogs.languages import language_name
from chat.book_query import BookQuery
from chat.models import Step
from chat.names import LibraryNames
from library import sightings
from library.copies import loans
from library.in_words import count_of
from library.models import CopyAuthor, Loan, Reading, Status, UserBook
from library.search import hybrid, terms
from library.series import Series, books_of, grouped, in_order

MOST_SHOWN = 12
MOST_KEPT = 500


@dataclass
class Tools:
    """The tools of one answer. Each use is a step that can be shown."""

    user: object
    steps: list[Step] = field(default_factory=list)
    tell: object = None  # called with every step as it happens, and with every piece of text
    seed: int = field(default_factory=lambda: random.getrandbits(32))  # of what is chosen by chance

    def step(self, tool: str, question_text: str, found: str):
        self.steps.append({"tool": tool, "query": question_text[:200], "found": found[:200]})
        if self.tell:
            self.tell(self.steps[-1])

    @property
    def books(self):
        return UserBook.objects.of(self.user)

    def author(self, name: str) -> str:
        """The author of this library that a name means, or the name itself."""
        return (LibraryNames.of(self.user).author(name) or name) if name else ""

    # ── Many ────────────────────────────────────────────────────────────────────────────────────────────────────────
    def find(self, query: BookQuery) -> list[int]:
        """The keys of the books that fit, in order; those about a topic by words and meaning, nearest first."""
        if query.topic and not query.sort:
            keys = self.about(query)
        else:
            keys = list(query.books(self.user).values_list("pk", flat=True))
            if query.topic:
                inside = set(self.about(query))
                keys = [pk for pk in keys if pk in inside]
        self.step("filter", query.words(), f"{count_of(len(keys), 'book')}")
        return keys[: query.limit] if query.limit else keys

    def about(self, query: BookQuery) -> list[int]:
        """Books with the words of the topic; where there are none, the nearest in meaning."""
        within = query.narrow(self.books)
        found = hybrid.find_books(self.user, query.topic, "text", limit=MOST_KEPT, within=within)
        if found.exact:
            return [pk for pk, _ in found.ranked[: found.exact]]
        near = hybrid.find_books(self.user, query.topic, "vector", limit=MOST_SHOWN, within=within)
        return [pk for pk, likeness in near.ranked if likeness >= NEAR][:MOST_SHOWN]

    def count(self, query: BookQuery) -> int:
        if query.topic or query.limit:
            return len(self.find(query))
        number = query.books(self.user).count()
        self.step("count", query.words(), str(number))
        return number

    # ── One ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    def titled(self, title: str, author: str = "") -> list[UserBook]:
        """The copies that a title means: exactly so, then those that begin so, then by its words, slips of the pen allowed."""
        key = _title_key(title)
        if not key:
            return []
        books = self.books.select_related("shelf", "book")
        if author:
            books = books.by_author(author)
        sort = re.sub(r"\d+", lambda number: number[0].zfill(6), key)
        first = key.split()[0]
        some = list(books.filter(Q(sort_title__startswith=sort.split()[0]) | Q(search_text__contains=first))[:3000])
        found = [copy for copy in some if _title_key(copy.title) == key or _title_key(_main_title_of(copy.title)) == key]
        found = found or [copy for copy in some if f"{_title_key(copy.title)} ".startswith(f"{key} ")]
        found = found or [copy for copy in some if f" {key} " in f" {_title_key(copy.title)} "]
        if not found:
            found = self.near_title(title, books)
        self.step("book", title, found[0].title if found else "not in this library")
        return found

    def near_title(self, title: str, books) -> list[UserBook]:
        results = hybrid.find_books(self.user, re.sub(r"[:\"]", " ", title), "text", limit=5)
        if not results.exact:
            return []
        copies = books.in_bulk([pk for pk, _ in results.ranked[: results.exact]][:5])
        wanted = set(results.meant.values()) | {word for word in results.query.words if word not in results.meant}
        return [copy for copy in copies.values() if any(word in _title_key(copy.title).split() for word in wanted - terms.SILENT)]

    def place(self, copy: UserBook) -> dict:
        """Where a copy stands: its shelf, and its place on the latest photo it was seen on, with the link to that photo."""
        seen = next(iter(sightings.by_copy([copy])[copy.pk]), None)
        photo = {"words": seen.words, "url": seen.url, "day": seen.day} if seen else {}
        return {"shelf": str(copy.shelf) if copy.shelf else "", "photo": photo}

    def kin(self, copy: UserBook):
        """Where no vectors are there yet: other books of the author, then of the same kind."""
        others = self.books.exclude(book__work_key=copy.book.work_key)
        own = [pk for (pk,) in others.filter(author_rows__folded__in=copy.author_rows.values("folded")).values_list("pk")]
        kinds = [name for name in copy.categories if name.casefold() not in ("fiction", "general")]
        same = [other.pk for other in others.only("pk", "categories") if set(other.categories) & set(kinds)] if kinds else []
        found = others.in_bulk([*own, *same])
        return [found[pk] for pk in dict.fromkeys([*own, *same])]

    # ── Loans, series ───────────────────────────────────────────────────────────────────────────────────────────────
    def lent(self, person: str = "") -> list[Loan]:
        current, wanted = loans.current_loans(self.user), terms.search_words(person)
        found = [loan for loan in current if not person or wanted == terms.search_words(loan.borrower)]
        found = found or [loan for loan in current if set(wanted) <= set(terms.search_words(loan.borrower))]
        self.step("loans", person or "everybody", f"{len(found)} lent")
        return found

    def series(self, name: str = "") -> list[Series]:
        """Each series with its volumes, or the one called `name`; what is only wished for is left out."""
        books = books_of(self.user, name) if name else in_order(self.books)
        columns = ("pk", "series_key", "series", "series_number", "title", "status", "authors")
        found = grouped(books.exclude(status=Status.WISHLIST).only(*columns))
        self.step("series", name or "all", f"{len(found)} series")
        return found

    # ── Numbers ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def most(self, what: str, query: BookQuery, limit: int = 10) -> list[tuple[str, int]]:
        """How many of the books every author, series, language, … has; most first."""
        books = query.narrow(self.books).order_by()
        if what in ("author", "series"):  # counted as they are compared, shown as they are written
            rows, key, shown = books.exclude(series_key=""), "series_key", "series"
            if what == "author":
                rows, key, shown = CopyAuthor.objects.filter(user=self.user, copy__in=books).order_by(), "folded", "name"
            counted = rows.values_list(key).annotate(
                n=Count("copy" if what == "author" else "pk", distinct=True), shown=Min(shown)
            )
            pairs = [(name, number) for _, number, name in counted]
        elif what == "tag":
            pairs = list(self.user.tags.filter(books__in=books).values_list("name").annotate(n=Count("books", distinct=True)))
        elif what == "shelf":
            counts = Counter(books.values_list("shelf", flat=True))
            pairs = [(str(shelf), counts[shelf.pk]) for shelf in self.user.shelves.all() if counts[shelf.pk]]
        elif what == "genre":
            pairs = [*Counter(str(name) for names in books.values_list("categories", flat=True) for name in names).items()]
        elif what in ("year", "decade"):
            years = books.exclude(published_date="").values_list("published_date", flat=True)
            counts = Counter(year[:3] + "0s" if what == "decade" else year[:4] for year in years if year[:4].isdecimal())
            pairs = list(counts.items())
        elif what == "borrower":
            pairs = list(Loan.objects.filter(copy__in=books).order_by().values_list("borrower").annotate(n=Count("pk")))
        elif what == "read year":
            days = Reading.objects.filter(copy__in=books, finished__isnull=False).values_list("finished", flat=True)
            pairs = list(Counter(str(day.year) for day in days).items())
        else:
            shown = {"language": language_name, "status": lambda value: Status(value).label, "rating": "{:g} stars".format}
            rows = books.values_list(what).annotate(n=Count("pk"))
            pairs = [
                (shown.get(what, str)(name / 2 if what == "rating" else name), n) for name, n in rows if name not in ("", None)
            ]
        pairs.sort(key=lambda pair: (-pair[1], pair[0]))
        self.step("statistics", f"{query.words()} by {what}", f"{len(pairs)} groups")
        return pairs[:limit] if limit else pairs

    def sums(self, query: BookQuery) -> dict:
        """Pages, ratings, prices of the books that fit."""
        books = query.narrow(self.books)
        found = books.aggregate(
            n=Count("pk"), all_pages=Sum("pages"), mean_pages=Avg("pages"), with_pages=Count("pages"), mean_rating=Avg("rating"),
            rated=Count("rating"), first=Min("added"), last=Max("added"), priced=Count("price"),
        )  # fmt: skip
        found["spent"] = list(books.filter(price__isnull=False).order_by().values_list("currency").annotate(total=Sum("price")))
        self.step("statistics", query.words(), f"{found['n']} books")
        return found

    def readings(self, ends: tuple) -> list[Reading]:
        found = Reading.objects.filter(copy__user=self.user, copy__removed__isnull=True, finished__isnull=False)
        for bound, day in zip(("gte", "lte"), ends, strict=False):
            found = found.filter(**{f"finished__{bound}": day}) if day else found
        return list(found.select_related("copy").order_by("-finished"))

    def duplicates(self) -> list[list[UserBook]]:
        """Copies of one work that are there more than once."""
        counted = self.books.order_by().values_list("book__work_key").annotate(n=Count("pk")).filter(n__gt=1)
        works = [key for key, _ in counted]
        groups: dict[str, list] = {}
        for copy in self.books.filter(book__work_key__in=works).select_related("book").order_by("-series_number", "pk"):
            same = groups.setdefault(copy.book.work_key, [])
            numbers = {other.series_number for other in same} - {""}
            if not numbers or not copy.series_number or copy.series_number in numbers:
                same.append(copy)  # volumes of one title are not the same book
        found = [copies for copies in groups.values() if len(copies) > 1]
        self.step("duplicates", "the same work twice", f"{len(found)} works")
        return found


ARTICLES = frozenset("the a an der die das le la les el los".split())
NEAR = 0.33  # a likeness in meaning from which on a book is said to be about something


def _title_key(title: str) -> str:
    """As titles are compared: without article, accents and signs."""
    words = terms.search_words(title)
    return " ".join(words[1:] if len(words) > 1 and words[0] in ARTICLES else words)


def _main_title_of(title: str) -> str:
    return re.split(r"[:(]", title)[0]
