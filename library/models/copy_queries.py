"""Conditions on a person's books, used by the library page, feeds, the search box, the API and the chat alike.

Names are compared in folded form, so spelling variants of a tag or series match, but only that tag or series."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Self

from django.db.models import Count, F, Q
from django.utils import timezone

from catalogs import folding
from catalogs.series import series_key
from library.models.editions import author_key
from library.models.folded import FoldedQuerySet
from library.models.places import Shelf

LAST_YEAR = 9999
FIRST_DAY, LAST_DAY = date(2, 1, 1), date(9998, 12, 31)
HIGHEST = 10**9  # the largest number that fits every column
NULLABLE = ("rating", "pages", "shelf", "price")
TEXTS = {"isbn": "isbn13", "year": "published_date"} | {
    name: name for name in ("notes", "review", "series", "description", "publisher", "language", "binding")
}
RELATED = {"tags": "tags", "author": "author_rows"}
FIELDS = (*NULLABLE, *TEXTS, *RELATED, "cover")  # fields that may be empty
WISHED = Q(status="wishlist")
# For counting the books of shelves and tags.
OWNED_BOOKS = Q(books__removed__isnull=True) & ~Q(books__status="wishlist")


class UserBookQuerySet(FoldedQuerySet):
    owner = None  # set by `of` and `in_trash`: limits conditions on other tables to this person's rows

    def _clone(self) -> Self:
        clone = super()._clone()
        clone.owner = self.owner
        return clone

    # ── Owner ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def of(self, user) -> Self:
        """This person's library, without the trash."""
        found = self.filter(user=user, removed__isnull=True)
        found.owner = user
        return found

    def owned(self) -> Self:
        """Without the wishlist, which no count of a library includes."""
        return self.exclude(WISHED)

    def owned_and_wished(self) -> tuple[int, int]:
        counts = self.order_by().aggregate(owned=Count("pk", filter=~WISHED), wished=Count("pk", filter=WISHED))
        return counts["owned"], counts["wished"]

    def not_owned(self, user) -> Self:
        """The trash and the wishlist."""
        return self.filter(WISHED | Q(removed__isnull=False), user=user).order_by()

    def to_look_up(self) -> Self:
        """Books whose look-up is due."""
        pending = self.filter(sync_status="pending", removed__isnull=True)
        return pending.filter(Q(sync_after__isnull=True) | Q(sync_after__lte=timezone.now()))

    def in_trash(self, user) -> Self:
        found = self.filter(user=user, removed__isnull=False)
        found.owner = user
        return found

    def _all(self) -> Self:
        """All books of the same person."""
        books = self.model._default_manager.all()
        return books.filter(user=self.owner) if self.owner else books

    def _related(self, *conditions: Q, **row) -> Self:
        """Books with a matching row in another table. Uses a subquery, so no book appears twice."""
        return self.filter(pk__in=self._all().filter(*conditions, **row).order_by().values("pk"))

    def but_not(self, condition: Callable[[Self], Self]) -> Self:
        """Books that do not meet a condition: `books.but_not(lambda books: books.tagged("poetry"))`."""
        books = self._all()
        books.owner = self.owner
        return self.exclude(pk__in=condition(books).order_by().values("pk"))

    # ── Names ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def by_author(self, name: str) -> Self:
        # Includes the user, the first column of that index, so that only this author's copies are read.
        return self.filter(author_rows__user=F("user"), author_rows__folded=author_key(name))

    def tagged(self, *names: str) -> Self:
        """Books with all of these tags. Counts matches in one subquery: with one join per tag, PostgreSQL plans for seconds."""
        folded = {folding.fold_name(name)[:100] for name in names}
        rows = self.model.tags.through.objects.filter(tag__folded__in=folded)
        rows = rows.filter(tag__user=self.owner) if self.owner else rows
        counted = rows.values("userbook").annotate(found=Count("tag")).filter(found=len(folded))
        return self.filter(pk__in=counted.values("userbook"))

    def in_series(self, name: str) -> Self:
        key = series_key(name)
        return self.filter(series_key=key) if key else self.none()

    def with_words(self, column: str, groups: Iterable[Iterable[str]]) -> Self:
        """Books whose folded `column`, perhaps in another table, contains at least one word (or part of one) of every group."""
        fits = Q()
        for group in groups:
            fits &= Q(*(Q((f"{column}__contains", word)) for word in group), _connector=Q.OR)
        return self._related(fits) if fits else self.none()

    def containing(self, text: str, *columns: str) -> Self:
        """Books with exactly this text, except for case, in one of the columns."""
        return self.filter(Q(*(Q((f"{column}__icontains", text)) for column in columns), _connector=Q.OR))

    def matching(self, text: str) -> Self:
        """Books with every word of `text` in the title, authors, series, publisher or ISBN."""
        found = self
        for word in folding.fold(text).split():
            found = found.filter(search_text__contains=word)
        return found

    # ── Places and loans ────────────────────────────────────────────────────────────────────────────────────────────
    def on_shelf(self, shelf: int | None) -> Self:
        return self.filter(shelf=shelf)

    def in_room(self, room: str) -> Self:
        return self.filter(shelf__room=room)

    def in_bookcase(self, bookcase: str) -> Self:
        return self.filter(shelf__bookcase=bookcase)

    def at_place(self, name: str) -> Self:
        """Books on a shelf, in a bookcase or in a room with this name."""
        wanted = folding.fold_name(name)
        return self._on_shelves(
            lambda shelf: wanted in map(folding.fold_name, (shelf.name, shelf.room, shelf.bookcase, str(shelf)))
        )

    def at_place_with_words(self, text: str) -> Self:
        """Books on a shelf whose full place contains all these words."""
        words = set(folding.fold(text).split())
        return self._on_shelves(lambda shelf: words and words <= set(shelf.folded.split()))

    def _on_shelves(self, fits: Callable[[Shelf], bool]) -> Self:
        shelves = Shelf.objects.filter(user=self.owner) if self.owner else Shelf.objects.all()
        return self.filter(shelf__in=[shelf.pk for shelf in shelves if fits(shelf)])

    def lent(self, to: str = "", overdue: bool = False) -> Self:
        """Books that are lent now, optionally `to` somebody whose name contains these words."""
        due = {"loans__due__lt": timezone.localdate()} if overdue else {}
        out = self._all().filter(loans__isnull=False, loans__returned__isnull=True, **due)
        if not to:
            return self.filter(pk__in=out.order_by().values("pk"))
        words = set(folding.fold(to).split())
        borrowers = out.values_list("pk", "loans__borrower")
        return self.filter(pk__in=[pk for pk, name in borrowers if words and words <= set(folding.fold(name).split())])

    # ── Personal ────────────────────────────────────────────────────────────────────────────────────────────────────
    def with_status(self, *statuses: str) -> Self:
        return self.filter(status__in=statuses)

    def rated(self, low: float | None = None, high: float | None = None) -> Self:
        """Books with a rating in this range, in half stars."""
        return self._between("rating", low, high)

    def favourites(self, favourite: bool = True) -> Self:
        return self.filter(favourite=favourite)

    def read_between(self, first: date | None, last: date | None) -> Self:
        return self._related(**_ends("readings__finished", first, last), readings__finished__isnull=False)

    def bought_between(self, first: date | None, last: date | None) -> Self:
        return self._between("bought", first, last)

    def added_between(self, first: date | None, last: date | None) -> Self:
        """Books added between these days, inclusive, in the server's time zone."""
        found = self.filter(added__gte=_midnight(first)) if first else self
        return found.filter(added__lt=_midnight(min(last, LAST_DAY) + timedelta(days=1))) if last else found

    # ── Edition ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def published(self, first: int | None = None, last: int | None = None) -> Self:
        """Works first published between these years, inclusive; where that is unknown, editions published in them."""
        if (first or 0) > LAST_YEAR:
            return self.none()
        edition = ~Q(published_date="") if first is None else Q(published_date__gte=f"{max(first, 0):04}", published_date__gt="")
        if last is not None and last < LAST_YEAR:
            edition &= Q(published_date__lt=f"{max(last + 1, 0):04}")
        work = Q(**_ends("first_published", first, last), first_published__isnull=False)
        return self.filter(work | (Q(first_published__isnull=True) & edition))

    def in_language(self, code: str) -> Self:
        return self.filter(language=code)

    def with_pages(self, low: float | None = None, high: float | None = None) -> Self:
        return self._between("pages", low, high)

    def with_isbn(self, beginning: str) -> Self:
        """Books whose ISBN-13 starts with these digits."""
        return self.filter(isbn13__startswith=beginning) if beginning else self.none()

    # ── Empty fields ────────────────────────────────────────────────────────────────────────────────────────────────
    def having(self, field: str) -> Self:
        """Books whose `field` (one of FIELDS) is not empty."""
        if field in RELATED:
            return self._related(**{f"{RELATED[field]}__isnull": False})
        return self.exclude(_empty(field))

    def missing(self, field: str) -> Self:
        if field in RELATED:
            return self.but_not(lambda books: books.having(field))
        return self.filter(_empty(field))

    def _between(self, column: str, low, high) -> Self:
        return self.filter(**_ends(column, low, high), **{f"{column}__isnull": False})

    # ── Writing ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def change(self, **columns) -> int:
        """Updates all of these books, with their version and time of change, and returns their number. Sends no webhooks: the
        caller reports the whole change with `webhooks.notify_many`."""
        return self.update(**columns, changed=timezone.now(), version=F("version") + 1)

    change.alters_data = True


def _empty(field: str) -> Q:
    if field == "cover":
        return Q(cover="", cover_key="")
    if field == "year":
        return Q(published_date="", first_published__isnull=True)
    return Q(**{f"{field}__isnull": True}) if field in NULLABLE else Q(**{TEXTS[field]: ""})


def _ends(column: str, low, high) -> dict:
    """The lookups for an inclusive range; either end may be None."""
    ends = {"gte": low, "lte": high}
    return {
        f"{column}__{end}": min(value, HIGHEST) if isinstance(value, int | float) else value
        for end, value in ends.items()
        if value is not None
    }


def _midnight(day: date) -> datetime:
    """The start of the day. Clamped, because a time zone would move the first and last days beyond the range of dates."""
    return timezone.make_aware(datetime.combine(min(max(day, FIRST_DAY), LAST_DAY), time.min))
