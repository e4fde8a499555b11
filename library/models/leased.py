"""The rows that workers lease for the library's background work."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef

from jobs.models import LeasedWork, LeasedWorkQuerySet
from library.models.copies import UserBook
from library.models.search import Embedding


class _MetadataLookupQuerySet(LeasedWorkQuerySet):
    def unfinished(self):
        return self.filter(Exists(UserBook.objects.to_look_up().filter(user=OuterRef("pk"))))


class MetadataLookup(LeasedWork):
    """The lease for looking up one person's pending books: one worker at a time."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")

    objects = _MetadataLookupQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due"], name="metadata_lookup_by_due")]

    def __str__(self):
        return f"Books of {self.user} to look up"

    def describe_work(self) -> str:
        return f"The look-up of books of {self.user}"

    def log_fields(self) -> dict:
        return super().log_fields() | {"user_id": self.pk}


class _EmbeddingRunQuerySet(LeasedWorkQuerySet):
    def unfinished(self):
        return self.filter(Exists(Embedding.objects.due()))


class EmbeddingRun(LeasedWork):
    """A single row whose lease lets only one worker at a time compute vectors, so that the others are free for scans."""

    objects = _EmbeddingRunQuerySet.as_manager()

    def __str__(self):
        return "Vectors to compute"

    def describe_work(self) -> str:
        return "The computing of vectors"
