"""Editions of books, shared by everyone who owns them, and the authors of copies."""

from collections import defaultdict

from django.conf import settings
from django.db import models

from catalogs.names import PersonName


class Facts(models.Model):
    """The details of an edition: on the shared `Book` as the catalogues have them, on a `UserBook` as its owner wants them."""

    title = models.CharField(max_length=500)
    subtitle = models.CharField(max_length=500, blank=True)
    authors: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    published_date = models.CharField("published", max_length=10, blank=True)  # 2017, 2017-02 or 2017-02-07
    first_published = models.SmallIntegerField(null=True, blank=True)  # the year of the work, negative for BC
    language = models.CharField(max_length=8, blank=True)  # ISO 639-1
    series = models.CharField(max_length=200, blank=True)
    series_number = models.CharField("number in the series", max_length=20, blank=True)  # 1, 2.5, 1-3
    pages = models.PositiveIntegerField(null=True, blank=True)
    binding = models.CharField(max_length=50, blank=True)
    description = models.TextField(blank=True)
    categories: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list, blank=True)
    cover = models.URLField(max_length=500, blank=True)  # source address of the picture
    cover_key = models.CharField(max_length=200, blank=True, editable=False)  # key of the picture in our storage

    class Meta:
        abstract = True

    @property
    def author(self) -> str:
        return ", ".join(self.authors)

    @property
    def year(self) -> str:
        return self.published_date[:4]


# All facts of an edition. `isbn13` is declared separately on both models, because it is unique for editions but not for copies.
FACTS = (
    "title", "subtitle", "authors", "isbn13", "publisher", "published_date", "first_published", "language", "series",
    "series_number", "pages", "binding", "description", "categories", "cover",
)  # fmt: skip


class Book(Facts):
    """One edition, shared by all users, as catalogues describe it. Only `library.copies.identity` decides which are the same."""

    isbn13 = models.CharField(max_length=13, null=True, blank=True, unique=True)
    links: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=40, blank=True)
    source_id = models.CharField(max_length=100, blank=True)
    # Folded title and first author: identifies a book without an ISBN.
    work_key = models.CharField(max_length=300, db_index=True, editable=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["title"]

    def __str__(self):
        return f"{self.title} — {self.author}" if self.authors else self.title


def author_key(name: str) -> str:
    """The same key for every spelling of a name (`Ursula K. Le Guin`, `LE GUIN, Ursula K.`); sorts by surname."""
    return PersonName(name).key


class _CopyAuthorQuerySet(models.QuerySet):
    def of(self, user):
        """The authors of this person's library, without the trash. Excludes the few books in it, instead of joining all."""
        copies = self.model._meta.get_field("copy").related_model._default_manager
        return self.filter(user=user).exclude(copy__in=copies.filter(user=user, removed__isnull=False).order_by().values("pk"))

    def with_counts(self, user):
        """Every author once, with their number of books (`count`), which is 0 for those only on the wishlist."""
        missing = self.model._meta.get_field("copy").related_model._default_manager.not_owned(user).values("pk")
        counted = models.Count("pk", filter=~models.Q(copy__in=missing))
        return self.of(user).order_by().values("folded").annotate(name=models.Max("name"), count=counted)

    def keep(self, copies):
        """Updates the rows of `copies` to match their `authors`, in at most three queries. `UserBook.save` does this for one
        copy; call it after `bulk_create`, `bulk_update` or `update`, in chunks."""
        there = defaultdict(list)
        for row in self.filter(copy__in=[copy.pk for copy in copies]):
            there[row.copy_id].append(row)
        old, new = [], []
        for copy in copies:
            rows = self.model.rows_of(copy)
            if [row.name for row in there[copy.pk]] != [row.name for row in rows]:
                old += there[copy.pk]
                new += rows
        if old:
            self.filter(pk__in=[row.pk for row in old]).delete()
        self.bulk_create(new)


class CopyAuthor(models.Model):
    """One author of one copy."""

    copy_id: int
    copy = models.ForeignKey("library.UserBook", on_delete=models.CASCADE, related_name="author_rows", db_index=False)
    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    folded = models.CharField(max_length=200)
    place = models.PositiveSmallIntegerField(default=0)  # position among the authors of the book

    objects = _CopyAuthorQuerySet.as_manager()

    class Meta:
        ordering = ["copy", "place"]
        indexes = [
            models.Index(fields=["copy", "place"], name="copyauthor_by_copy"),
            models.Index(fields=["user", "folded", "copy", "name"], name="copyauthor_by_name"),
        ]

    def __str__(self):
        return self.name

    @classmethod
    def rows_of(cls, copy) -> list["CopyAuthor"]:
        by_key = {}
        for name in copy.authors:
            if name.strip():
                by_key.setdefault(author_key(name), name.strip()[:200])  # the same author twice counts once
        named = enumerate(by_key.items())
        return [cls(copy=copy, user_id=copy.user_id, name=name, folded=key, place=place) for place, (key, name) in named]
