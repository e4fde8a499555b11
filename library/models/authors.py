"""Who wrote a person's books, a row for each author of each copy: what author pages, filters and suggestions look in."""

from collections import defaultdict

from django.conf import settings
from django.db import models

from catalogs import folding


def author_key(name: str) -> str:
    """The same however a name is written: `Ursula K. Le Guin` and `LE GUIN, Ursula K.`; in the order of surnames."""
    return (folding.sort_name(name) or folding.fold_name(name))[:200]


class CopyAuthorQuerySet(models.QuerySet):
    def of(self, user):
        """The authors of this person's library; the trash is not part of it."""
        return self.filter(user=user, copy__removed__isnull=True)

    def keep(self, copies):
        """Brings the rows of `copies` in step with their `authors`, in at most three queries. `UserBook.save` does it for one;
        whoever writes many copies at once (`bulk_create`, `bulk_update`, `update`) calls this afterwards, a chunk at a time."""
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
    place = models.PositiveSmallIntegerField(default=0)  # among the authors of the book

    objects = CopyAuthorQuerySet.as_manager()

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
                by_key.setdefault(author_key(name), name.strip()[:200])  # nobody wrote the same book twice
        named = enumerate(by_key.items())
        return [cls(copy=copy, user_id=copy.user_id, name=name, folded=key, place=place) for place, (key, name) in named]
