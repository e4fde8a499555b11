"""Where books were last seen on a photo: the way from a copy to its spine, without knowing how photos are read."""

from django.db.models import prefetch_related_objects
from django.utils import timezone

ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal(number: int) -> str:
    if number < len(ORDINALS):
        return ORDINALS[number]
    tail = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{tail}"


def place_in_photo(seen) -> dict:
    """`second shelf, 14th from the left` of a photo, and the address of that photo with the spine marked."""
    words = f"{ordinal(seen.shelf_row)} shelf, {ordinal(seen.position)} from the left"
    return {
        "words": words,
        "url": f"{seen.scan.get_absolute_url()}?spine={seen.number}#book-{seen.number}",
        "day": timezone.localdate(seen.scan.created),
    }


def mark(copies: list):
    """Gives each copy its place on the latest photo as `seen`, or {}: two queries for all of them."""
    prefetch_related_objects(copies, "sightings__scan")
    for copy in copies:
        last = max(copy.sightings.all(), key=lambda seen: (seen.scan.created, seen.pk), default=None)
        copy.seen = place_in_photo(last) if last else {}
