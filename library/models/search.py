"""What the search keeps beside the books: a vector for each copy, made in the background."""

from django.conf import settings
from django.db import models


class _EmbeddingQuerySet(models.QuerySet):
    def due(self):
        """To be made, or to be made anew because the text has changed."""
        return self.filter(stale=True)

    def usable(self, user, model: str):
        """Vectors of this person's books, also those that are about to be made anew."""
        return self.filter(user=user, model=model)


class Embedding(models.Model):
    """What a copy is about, as one point in the space of a model.

    The row is made with the copy and marked `stale` with every change of its text, by the database itself
    (see fulltext/following.py), so that no way of writing books forgets it."""

    copy_id: int
    copy = models.OneToOneField("library.UserBook", on_delete=models.CASCADE, primary_key=True, related_name="embedding")
    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    model = models.CharField(max_length=100, blank=True)  # "" until it is made for the first time
    size = models.PositiveSmallIntegerField(default=0)
    vector = models.BinaryField(default=bytes)  # of length 1, as little-endian float16
    digest = models.CharField(max_length=32, blank=True)  # of the text it was made of
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
    """How often a person's vectors were written: whoever keeps a copy in memory knows by it when theirs is old."""

    user_id: int
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    count = models.PositiveBigIntegerField(default=0)

    def __str__(self):
        return f"{self.user_id}: {self.count}"
