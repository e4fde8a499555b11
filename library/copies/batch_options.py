"""What holds for a whole batch of new books: shelf, status, tags, and what becomes of a second copy. Asked once, remembered."""

from dataclasses import asdict, dataclass

from django.db import models

from library.models import Preferences, Shelf, Status

CHOICE = "batch"  # its key in Preferences.choices


class OnDuplicate(models.TextChoices):
    """What to do with a book whose ISBN is in the library already."""

    COPY = "copy", "Add another copy"
    SKIP = "skip", "Skip it"


@dataclass(frozen=True)
class Batch:
    status: str = Status.TO_READ
    shelf: Shelf | None = None
    tags: tuple[str, ...] = ()
    on_duplicate: str = OnDuplicate.COPY

    def as_choices(self) -> dict:
        plain = {name: value for name, value in asdict(self).items() if name != "shelf"}
        return {**plain, "tags": list(self.tags), "shelf": self.shelf.pk if self.shelf else None}

    def as_own(self) -> dict:
        """As `entries.enter` takes it."""
        return {"status": self.status, "shelf": self.shelf, "tags": self.tags, "on_duplicate": self.on_duplicate}


def remembered(user) -> Batch:
    """What this person chose last. At first a second copy is left out until they say otherwise, book by book or for the batch."""
    preferences = Preferences.objects.filter(user=user).first()
    chosen = (preferences.choices.get(CHOICE) if preferences else None) or {}
    status, on_duplicate = chosen.get("status"), chosen.get("on_duplicate")
    return Batch(
        status=status if status in Status.values else Status.TO_READ,
        shelf=Shelf.objects.filter(user=user, pk=chosen["shelf"]).first() if chosen.get("shelf") else None,
        tags=tuple(chosen.get("tags") or ()),
        on_duplicate=on_duplicate if on_duplicate in OnDuplicate.values else OnDuplicate.SKIP,
    )


def remember(user, batch: Batch):
    preferences, _ = Preferences.objects.get_or_create(user=user)
    if preferences.choices.get(CHOICE) != batch.as_choices():
        preferences.choices[CHOICE] = batch.as_choices()
        preferences.save(update_fields=["choices"])
