"""What can be looked up for an answer, in the person's own library and nowhere else, by the planner and by models alike."""

import random
import re
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Avg, Count, F, Max, Min, Sum

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

# What books are counted by: the model of the rows, how they are compared, and how they are written.
GROUPS = {
    "author": (CopyAuthor, "folded", "name"), "borrower": (Loan, "borrower", "borrower"),
    "tag": (UserBook, "tags__name", "tags__name"),
    "series": (UserBook, "series_key", "series"), "read year": (Reading, "finished__year", F("finished__year")),
}  # fmt: skip
PIECES = {  # what a column may hold more than one of, or only begins with
    "genre": ("categories", lambda names: map(str, names)),
    "year": ("published_date", lambda day: re.findall(r"^\d{4}", day)),
    "decade": ("published_date", lambda day: [f"{start}0s" for start in re.findall(r"^\d{3}(?=\d)", day)]),
}
SHOWN = {
    "language": language_name, "status": lambda value: Status(value).label, "rating": lambda value: f"{value / 2:g} stars",
}  # fmt: skip
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
        key, books = _title_key(title), self.books.select_related("shelf", "book")
        books = books.by_author(author) if author else books
        results = hybrid.find_books(self.user, re.sub(r"[^\w\s]", " ", title), "text", within=books if author else None)
        copies = books.in_bulk([pk for pk, _ in results.ranked[: min(results.exact, MOST_KEPT)]])
        likeness = {pk: _title_likeness(key, copy.title) for pk, copy in copies.items()}
        wanted = set(results.meant.values()) | {word for word in results.query.words if word not in results.meant}
        if max(likeness.values(), default=0) == 0:  # none has it as it was typed
            likeness = {pk: int(bool((wanted - terms.SILENT) & {*_title_key(copy.title).split()})) for pk, copy in copies.items()}
        found = [copies[pk] for pk, like in likeness.items() if like and like == max(likeness.values())]
        self.step("book", title, found[0].title if found else "not in this library")
        return found

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
        if what in PIECES:
            column, pieces = PIECES[what]
            counted = Counter(name for value in books.values_list(column, flat=True) for name in pieces(value)).items()
        else:
            model, key, written = GROUPS.get(what, (UserBook, what, what))
            rows = books if model is UserBook else model.objects.filter(copy__in=books).order_by()
            counted = rows.values_list(key).annotate(least=Min(written), n=Count("pk")).values_list("least", "n")
        shown = {shelf.pk: str(shelf) for shelf in self.user.shelves.all()}.get if what == "shelf" else SHOWN.get(what, str)
        pairs = [(shown(name), number) for name, number in counted if name not in ("", None)]
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


def _title_likeness(key: str, title: str) -> int:
    """3 where a title, or its main part, is what was typed, 2 where it begins so, 1 where that stands in it."""
    own, main = _title_key(title), _title_key(re.split(r"[:(]", title)[0])
    return 3 if key in (own, main) else 2 if f"{own} ".startswith(f"{key} ") else int(f" {key} " in f" {own} ")
