"""A person's copies of books with their tags, reading dates, loans and history."""

from typing import Any, TypedDict

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts import webhooks
from accounts.models import Event
from catalogs import folding, isbn
from catalogs.names import PersonName
from catalogs.series import series_key
from library.models.copy_queries import UserBookQuerySet
from library.models.editions import Book, CopyAuthor, Facts
from library.models.folded import FoldedColumn, FoldedModel, FoldedQuerySet, folded_words, words_of
from library.models.places import Shelf


class Status(models.TextChoices):
    TO_READ = "to-read", "To read"
    READING = "reading", "Reading"
    READ = "read", "Read"
    DID_NOT_FINISH = "did-not-finish", "Did not finish"
    WISHLIST = "wishlist", "Wishlist"


class Entry(models.TextChoices):
    """How a copy was added."""

    SCAN = "scan", "Shelf photo"
    COVER = "cover", "Cover photo"
    ISBN = "isbn", "Typed ISBN"
    BARCODE = "barcode", "Barcode"
    SEARCH = "search", "Title search"
    HAND = "hand", "Manual entry"
    IMPORT = "import", "Import"
    API = "api", "API"


class SyncStatus(models.TextChoices):
    """The state of the look-up for a copy that was entered by ISBN."""

    NONE = "", "Not needed"
    PENDING = "pending", "Being looked up"
    SYNCED = "synced", "Looked up"
    FAILED = "failed", "Not found"


class Condition(models.TextChoices):
    NEW = "new", "New"
    FINE = "fine", "Fine"
    GOOD = "good", "Good"
    FAIR = "fair", "Fair"
    POOR = "poor", "Poor"


class Tag(FoldedModel):
    """A person's own label for some of their books."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=100)
    folded = models.CharField(max_length=100, editable=False)  # Poetry and poetry are one tag

    FOLDED = {"folded": FoldedColumn(frozenset({"name"}), lambda tag: tag.fold(tag.name))}
    objects = FoldedQuerySet.as_manager()

    class Meta:
        ordering = ["folded"]
        constraints = [models.UniqueConstraint(fields=["user", "folded"], name="tag_per_user")]

    def __str__(self):
        return self.name

    @staticmethod
    def fold(name: str) -> str:
        return folding.fold_name(name)[:100]


class UserBook(FoldedModel, Facts):
    """One person's copy of a book. Its facts are copied from the edition; the owner can then edit them."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="books")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="copies")
    isbn13 = models.CharField("ISBN", max_length=13, blank=True)
    shelf = models.ForeignKey(Shelf, null=True, blank=True, on_delete=models.SET_NULL, related_name="books")
    status = models.CharField(max_length=20, choices=Status, default=Status.TO_READ)
    rating = models.PositiveSmallIntegerField("rating in half stars", null=True, blank=True)
    favourite = models.BooleanField(default=False)
    review = models.TextField(blank=True)
    notes = models.TextField("private notes", blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="books")
    bought = models.DateField(null=True, blank=True)
    bought_from = models.CharField(max_length=200, blank=True)
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)  # ISO 4217
    condition = models.CharField(max_length=10, choices=Condition, blank=True)
    condition_note = models.CharField(max_length=200, blank=True)
    entry = models.CharField(max_length=10, choices=Entry, default=Entry.HAND)
    # Chosen by the client, so that an entry sent twice over a bad connection is added once.
    entry_key = models.CharField(max_length=64, blank=True, editable=False)
    origins: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(
        default=dict, blank=True, editable=False
    )  # fact -> source (see library/copies/facts.py)
    imported: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        default=dict, blank=True, editable=False
    )  # what has no field here: the columns of an import, and what a model read on a photo
    sync_status = models.CharField(max_length=10, choices=SyncStatus, blank=True, default=SyncStatus.NONE)
    sync_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    sync_after = models.DateTimeField(null=True, blank=True, editable=False)  # earliest time of the next attempt
    sync_error = models.CharField(max_length=300, blank=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)  # incremented by every save, to detect conflicting edits
    added = models.DateTimeField(default=timezone.now)
    changed = models.DateTimeField(auto_now=True)
    removed = models.DateTimeField(null=True, blank=True)
    sort_title = models.CharField(max_length=300, editable=False)
    sort_author = models.CharField(max_length=300, editable=False)
    sort_series = models.CharField(max_length=300, blank=True, editable=False)
    series_key = models.CharField(max_length=200, blank=True, editable=False)  # the series without the number, folded
    search_text = models.TextField(editable=False)
    # The columns of the full-text index.
    title_words = models.TextField(editable=False)
    author_words = models.TextField(editable=False)
    series_words = models.TextField(editable=False)
    about_words = models.TextField(editable=False)
    own_words = models.TextField(editable=False)

    FOLDED = {
        "sort_title": FoldedColumn(frozenset({"title", "language"}), lambda copy: folding.sort_title(copy.title, copy.language)),
        "sort_author": FoldedColumn(
            frozenset({"authors"}), lambda copy: PersonName(copy.authors[0]).sort if copy.authors else ""
        ),
        "series_key": FoldedColumn(frozenset({"series"}), lambda copy: series_key(copy.series)),
        "sort_series": FoldedColumn(
            frozenset({"series", "series_number"}),
            lambda copy: folding.sort_title(f"{copy.series} {copy.series_number}") if copy.series else "",
        ),
        "search_text": words_of("title", "subtitle", "authors", "series", "publisher", "isbn13"),
        "title_words": words_of("title", "subtitle"),
        "author_words": words_of("authors"),
        "series_words": words_of("series", "series_number"),
        "about_words": FoldedColumn(
            frozenset({"publisher", "isbn13", "published_date", "first_published", "categories", "description"}),
            lambda copy: folded_words(
                copy.publisher, copy.isbn13, copy.year, str(copy.first_published or ""), copy.categories, copy.description
            ),
        ),
        "own_words": words_of("notes", "review"),
    }
    objects = UserBookQuerySet.as_manager()

    class Meta:
        ordering = ["sort_title"]
        # Every sort order has an index with all its columns, so that a page is found without reading rows. The last of these
        # covers the columns for filtering and counting.
        indexes = [
            models.Index(fields=["user", "removed", "sort_title", "id"], name="userbook_by_title"),
            models.Index(fields=["user", "removed", "sort_author", "sort_title", "id"], name="userbook_by_author"),
            models.Index(fields=["user", "removed", "added", "id"], name="userbook_by_added"),
            models.Index(fields=["user", "removed", "changed", "id"], name="userbook_by_changed"),
            models.Index(
                fields=["user", "removed", "published_date", "sort_title", "id", "first_published"], name="userbook_by_year"
            ),
            models.Index(fields=["user", "removed", "rating", "sort_title", "id"], name="userbook_by_rating"),
            models.Index(fields=["user", "removed", "series_key", "sort_series", "sort_title", "id"], name="userbook_by_series"),
            models.Index(
                fields=["user", "removed", "shelf", "status", "language", "entry", "rating", "favourite", "pages"],
                name="userbook_in_short",
            ),
            models.Index(fields=["user", "book"], name="userbook_by_book"),
            models.Index(fields=["sync_status", "user"], name="userbook_by_sync"),
            models.Index(fields=["user", "isbn13"], name="userbook_by_isbn"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "entry_key"], condition=~models.Q(entry_key=""), name="entry_once_per_user"),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, update_fields=None, **kwargs):
        self.version += 1
        authors_given = update_fields is None or "authors" in update_fields
        if update_fields is not None:
            update_fields = {*update_fields, "version", "changed"}
        event = Event.BOOK_ADDED if self._state.adding else Event.BOOK_CHANGED
        super().save(*args, update_fields=update_fields, **kwargs)
        webhooks.notify(self.user_id, event, "library.serializers.book_by_key", self.pk)
        if authors_given:
            CopyAuthor.objects.keep([self])

    def get_absolute_url(self):
        return reverse("book", args=[self.pk])

    @property
    def specifications(self) -> dict[str, str]:
        """What a model read on the book beyond its details."""
        return self._imported_texts("photo")

    @property
    def imported_columns(self) -> dict[str, str]:
        return self._imported_texts("columns")

    def _imported_texts(self, name: str) -> dict[str, str]:
        """As texts, because an imported file may hold anything here."""
        found = self.imported.get(name)
        return {str(key): str(value) for key, value in found.items() if value} if isinstance(found, dict) else {}

    @property
    def isbn_hyphenated(self) -> str:
        return isbn.hyphenated(self.isbn13)


class Reading(models.Model):
    """One reading of a copy; a book can be read several times."""

    copy = models.ForeignKey(UserBook, on_delete=models.CASCADE, related_name="readings")
    started = models.DateField(null=True, blank=True)
    finished = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["finished", "started", "pk"]

    def __str__(self):
        return f"{self.copy}: {self.started or '?'} – {self.finished or '?'}"


class Loan(models.Model):
    """A copy that is or was lent to somebody."""

    copy = models.ForeignKey(UserBook, on_delete=models.CASCADE, related_name="loans")
    borrower = models.CharField("lent to", max_length=200)
    since = models.DateField(default=timezone.localdate)
    due = models.DateField(null=True, blank=True)
    returned = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["copy"], condition=models.Q(returned__isnull=True), name="one_open_loan_a_copy"),
        ]

    def __str__(self):
        return f"{self.copy} → {self.borrower}"


FactValue = str | int | list[str] | None


class FactChange(models.Model):
    """The previous value of a fact, and the source of the change."""

    copy = models.ForeignKey(UserBook, on_delete=models.CASCADE, related_name="fact_changes")
    fact = models.CharField(max_length=30)
    before: "models.JSONField[FactValue, FactValue]" = models.JSONField(null=True)
    after: "models.JSONField[FactValue, FactValue]" = models.JSONField(null=True)
    source = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.copy}: {self.fact}"


class _UndoSteps(TypedDict):
    """The changes in order, in the format of library/copies/undoing.py."""

    steps: list[dict[str, Any]]


class Undo(models.Model):
    """A batch of changes to a person's books, with the previous values, so that it can be undone as a whole."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="undos")
    sentence = models.CharField(max_length=200)
    before: "models.JSONField[_UndoSteps, _UndoSteps]" = models.JSONField(default=dict)  # what undoing it needs
    created = models.DateTimeField(default=timezone.now)
    undone = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self):
        return self.sentence
