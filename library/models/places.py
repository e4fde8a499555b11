"""Where a person's books stand, and their preferences."""

from typing import Any, TypedDict

from django.conf import settings
from django.db import models, transaction

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
    "Choices",
    {"batch": dict[str, Any], "columns": list[str], "import": dict[str, Any], "time_zone": str, "goals": dict[str, int]},
    total=False,
)


class _PreferencesManager(models.Manager):
    def choices_of(self, user) -> Choices:
        return self.filter(user=user).values_list("choices", flat=True).first() or {}

    @transaction.atomic
    def choose(self, user, **choices):
        kept, _ = self.select_for_update().get_or_create(user=user)
        if kept.choices != (changed := kept.choices | choices):
            kept.choices = changed
            kept.save(update_fields=["choices"])


class Preferences(models.Model):
    """A person's last choices, one key per page: the settings of a batch, the columns of the list, …"""

    user_id: int
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    choices: "models.JSONField[Choices, Choices]" = models.JSONField(default=dict, blank=True)

    objects = _PreferencesManager()

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self):
        return f"Preferences of {self.user}"
