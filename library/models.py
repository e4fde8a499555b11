"""A person's books: the editions everybody shares, each person's copies of them, and where they stand."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from library import folding, isbn
from library.catalogs import Record


class Book(models.Model):
    """One edition, shared by all users: what the catalogues say. `library.identity` alone decides which are the same."""

    isbn13 = models.CharField(max_length=13, null=True, blank=True, unique=True)
    title = models.CharField(max_length=500)
    subtitle = models.CharField(max_length=500, blank=True)
    authors = models.JSONField(default=list, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    published_date = models.CharField(max_length=10, blank=True)
    language = models.CharField(max_length=8, blank=True)
    cover = models.URLField(max_length=500, blank=True)
    links = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=40, blank=True)
    source_id = models.CharField(max_length=100, blank=True)
    # Title and first author folded: what identifies a book that has no ISBN.
    work_key = models.CharField(max_length=300, db_index=True, editable=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["title"]

    def __str__(self):
        return f"{self.title} — {self.author}" if self.authors else self.title

    @property
    def author(self) -> str:
        return ", ".join(self.authors)


class Shelf(models.Model):
    """A place where books stand."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shelves")
    name = models.CharField(max_length=100)
    position = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "shelves"
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="shelf_name_per_user")]

    def __str__(self):
        return self.name


class Status(models.TextChoices):
    TO_READ = "to-read", "To read"
    READING = "reading", "Reading"
    READ = "read", "Read"
    DID_NOT_FINISH = "did-not-finish", "Did not finish"
    WISHLIST = "wishlist", "Wishlist"


class UserBookQuerySet(models.QuerySet):
    def of(self, user):
        """This person's library; the trash is not part of it."""
        return self.filter(user=user, removed__isnull=True)

    def matching(self, text: str):
        """Every word of `text` somewhere in title, authors, publisher or ISBN."""
        found = self
        for word in folding.fold(text).split():
            found = found.filter(search_text__contains=word)
        return found


class UserBook(models.Model):
    """One person's copy of a book, with the facts as its owner wants them: copied from the edition, then theirs to edit."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="books")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="copies")
    title = models.CharField(max_length=500)
    subtitle = models.CharField(max_length=500, blank=True)
    authors = models.JSONField(default=list, blank=True)
    isbn13 = models.CharField("ISBN", max_length=13, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    published_date = models.CharField("published", max_length=10, blank=True)
    language = models.CharField(max_length=8, blank=True)
    cover = models.URLField(max_length=500, blank=True)
    shelf = models.ForeignKey(Shelf, null=True, blank=True, on_delete=models.SET_NULL, related_name="books")
    status = models.CharField(max_length=20, choices=Status, default=Status.TO_READ)
    rating = models.PositiveSmallIntegerField("rating in half stars", null=True, blank=True)
    notes = models.TextField(blank=True)
    added = models.DateTimeField(default=timezone.now)
    changed = models.DateTimeField(auto_now=True)
    removed = models.DateTimeField(null=True, blank=True)
    sort_title = models.CharField(max_length=300, editable=False)
    sort_author = models.CharField(max_length=300, editable=False)
    search_text = models.TextField(editable=False)

    objects = UserBookQuerySet.as_manager()

    class Meta:
        ordering = ["sort_title"]
        indexes = [
            models.Index(fields=["user", "removed", "sort_title"], name="userbook_by_title"),
            models.Index(fields=["user", "removed", "sort_author"], name="userbook_by_author"),
            models.Index(fields=["user", "removed", "-added"], name="userbook_by_added"),
            models.Index(fields=["user", "book"], name="userbook_by_book"),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        self.refold()
        super().save(*args, **kwargs)

    def refold(self):
        """The columns that lists are sorted and searched by follow what is shown."""
        self.sort_title = folding.sort_title(self.title)
        self.sort_author = folding.sort_name(self.authors[0]) if self.authors else ""
        parts = [self.title, self.subtitle, *self.authors, self.publisher, self.isbn13]
        self.search_text = folding.fold(" ".join(parts))

    def get_absolute_url(self):
        return reverse("book", args=[self.pk])

    @property
    def author(self) -> str:
        return ", ".join(self.authors)

    @property
    def isbn_hyphenated(self) -> str:
        return isbn.hyphenated(self.isbn13)

    @property
    def year(self) -> str:
        return self.published_date[:4]


class CatalogRecord(models.Model):
    """One row of the local catalogue, filled by `manage.py load_catalog`; its search index lives in catalogs/local.py."""

    isbn13 = models.CharField(max_length=13, blank=True, db_index=True)
    title = models.CharField(max_length=500)
    author = models.CharField(max_length=500, blank=True)  # several joined by "; "
    year = models.CharField(max_length=10, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True)
    # Its ISBN, or a hash of title and author where it has none: no record is there twice.
    key = models.CharField(max_length=40, unique=True, editable=False)

    def __str__(self):
        return f"{self.title} — {self.author}" if self.author else self.title

    def as_record(self) -> Record:
        return Record(
            title=self.title,
            authors=tuple(part.strip() for part in self.author.split(";") if part.strip()),
            isbn=self.isbn13,
            publisher=self.publisher,
            published_date=self.year,
            language=self.language,
            source="local",
            source_id=str(self.pk),
        )


class CatalogCounts(models.Model):
    """One row: how many records of the local catalogue have each bucket of its search index (see catalogs/index.py)."""

    records = models.PositiveIntegerField(default=0)
    counts = models.BinaryField(default=bytes)
    stamp = models.UUIDField(default=uuid.uuid4)  # new with every change, so that a copy in memory knows when it is old

    def __str__(self):
        return f"{self.records} records"


class CatalogFile(models.Model):
    """How far a file was loaded into the local catalogue, so that a stopped load goes on where it was."""

    fingerprint = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    rows = models.PositiveBigIntegerField(default=0)
    added = models.PositiveBigIntegerField(default=0)
    skipped = models.PositiveBigIntegerField(default=0)
    finished = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return self.name
