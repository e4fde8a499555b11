"""A vector for every copy, computed in the background, for search by meaning."""

from django.conf import settings
from django.db import models


class _EmbeddingQuerySet(models.QuerySet):
    def due(self):
        """Vectors to compute, for the first time or because the text has changed."""
        return self.filter(stale=True)

    def usable(self, user, model: str):
        """Vectors of this person's books, including outdated ones."""
        return self.filter(user=user, model=model)


class Embedding(models.Model):
    """What a copy is about, as a point in the vector space of a model.

    Database triggers create the row with the copy and mark it `stale` when the copy's text changes
    (see fulltext/following.py), so no code that writes books can forget to."""

    copy_id: int
    copy = models.OneToOneField("library.UserBook", on_delete=models.CASCADE, primary_key=True, related_name="embedding")
    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    model = models.CharField(max_length=100, blank=True)  # "" until it is first computed
    size = models.PositiveSmallIntegerField(default=0)
    vector = models.BinaryField(default=bytes)  # of length 1, as little-endian float16
    digest = models.CharField(max_length=32, blank=True)  # of the text it was computed from
    stale = models.BooleanField(default=True)

    objects = _EmbeddingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "model"], name="embedding_by_user"),
            models.Index(fields=["copy"], condition=models.Q(stale=True), name="embedding_due"),
            models.Index(fields=["digest"], condition=~models.Q(digest=""), name="embedding_by_text"),
        ]

    def __str__(self):
        return f"{self.copy_id} in {self.model or 'no model yet'}"


class EmbeddingStamp(models.Model):
    """Counts the writes to a person's vectors, so that a cached copy in memory can be recognised as outdated."""

    user_id: int
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    count = models.PositiveBigIntegerField(default=0)

    def __str__(self):
        return f"{self.user_id}: {self.count}"
