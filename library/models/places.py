"""Where a person's books stand, and their preferences."""

from typing import Any, TypedDict

from django.conf import settings
from django.db import models

from library.models.folded import FoldedModel, FoldedQuerySet, words_of


class Shelf(FoldedModel):
    """A place where books stand: a shelf, perhaps in a bookcase, perhaps in a room."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shelves")
    room = models.CharField(max_length=100, blank=True)
    bookcase = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=100)
    position = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    folded = models.CharField(max_length=400, blank=True, editable=False)

    FOLDED = {"folded": words_of("room", "bookcase", "name")}
    objects = FoldedQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "shelves"
        constraints = [models.UniqueConstraint(fields=["user", "room", "bookcase", "name"], name="shelf_per_user_and_place")]

    def __str__(self):
        return " · ".join(part for part in (self.room, self.bookcase, self.name) if part)


# The choices made for adding books, in the list of books, and for an import.
Choices = TypedDict(
    "Choices", {"batch": dict[str, Any], "columns": list[str], "import": dict[str, Any], "time_zone": str}, total=False
)


class Preferences(models.Model):
    """A person's last choices, one key per page: the settings of a batch, the columns of the list, …"""

    user_id: int
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    choices: "models.JSONField[Choices, Choices]" = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self):
        return f"Preferences of {self.user}"
