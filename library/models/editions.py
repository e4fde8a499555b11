"""Editions: what the catalogues say about a book, shared by all users."""

from django.db import models


class Facts(models.Model):
    """What can be said about an edition: on the shared `Book` as the catalogues say it, on a `UserBook` as its owner wants it."""

    title = models.CharField(max_length=500)
    subtitle = models.CharField(max_length=500, blank=True)
    authors = models.JSONField(default=list, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    published_date = models.CharField("published", max_length=10, blank=True)  # 2017, 2017-02 or 2017-02-07
    language = models.CharField(max_length=8, blank=True)  # ISO 639-1
    series = models.CharField(max_length=200, blank=True)
    series_number = models.CharField("number in the series", max_length=20, blank=True)  # 1, 2.5, 1-3
    pages = models.PositiveIntegerField(null=True, blank=True)
    binding = models.CharField(max_length=50, blank=True)
    description = models.TextField(blank=True)
    categories = models.JSONField(default=list, blank=True)
    cover = models.URLField(max_length=500, blank=True)  # where the picture came from
    cover_key = models.CharField(max_length=200, blank=True, editable=False)  # the picture as kept in our storage

    class Meta:
        abstract = True

    @property
    def author(self) -> str:
        return ", ".join(self.authors)

    @property
    def year(self) -> str:
        return self.published_date[:4]


# All facts of an edition by name; `isbn13` is declared apart, for it is unique among editions and not among copies.
FACTS = (
    "title", "subtitle", "authors", "isbn13", "publisher", "published_date", "language", "series", "series_number", "pages",
    "binding", "description", "categories", "cover",
)  # fmt: skip


class Book(Facts):
    """One edition, shared by all users: what the catalogues say. `library.copies.identity` alone decides which are the same."""

    isbn13 = models.CharField(max_length=13, null=True, blank=True, unique=True)
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
