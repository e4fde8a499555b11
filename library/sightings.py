"""Where books were seen on photos of shelves. The app that reads photos registers its source in SIGHTING_SOURCES."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.db.models import Q, QuerySet
from django.utils import timezone

from library.in_words import ordinal
from library.models import UserBook


@dataclass(frozen=True)
class ShelfPhoto:
    job_id: str
    filename: str
    status: str
    taken: datetime
    key: str  # in the storage
    page: str  # address of the scan's page; then those of the photo and of its thumbnail
    picture: str
    thumbnail: str


@dataclass(frozen=True)
class ShelfSighting:
    """A book on one photo."""

    copy: int
    photo: ShelfPhoto
    number: int  # of its spine on the photo
    row: int
    position: int  # from the left, in its row
    region: list  # four corners in pixels of the photo, or empty
    text: list[str]  # as read from the spine

    @property
    def words(self) -> str:
        """`second shelf, 14th from the left`."""
        return f"{ordinal(self.row)} shelf, {ordinal(self.position)} from the left"

    @property
    def url(self) -> str:
        """The page of the photo with the spine marked."""
        return f"{self.photo.page}?spine={self.number}#book-{self.number}"

    @property
    def day(self) -> date:
        return timezone.localdate(self.photo.taken)


class _SightingSource(Protocol):
    def of_copies(self, copies: list[UserBook]) -> Iterable[ShelfSighting]:
        """The sightings of these copies, latest photo first, in a fixed number of queries."""

    def seen_copies(self, user) -> QuerySet:
        """The primary keys of this person's copies that are on any photo."""

    def photos(self, user) -> Iterator[ShelfPhoto]:
        """All photos of this person."""

    def latest_by_shelf(self, user) -> dict[int, ShelfPhoto]:
        """The latest photo of every shelf that has one, by the primary key of the shelf."""


SIGHTING_SOURCES: list[_SightingSource] = []


def by_copy(copies: list[UserBook]) -> dict[int, list[ShelfSighting]]:
    """The sightings of every copy, latest first."""
    found = defaultdict(list)
    for source in SIGHTING_SOURCES:
        for sighting in source.of_copies(copies):
            found[sighting.copy].append(sighting)
    return found


def mark_latest(copies: list[UserBook]):
    """Sets `seen` on every copy: its sighting on the latest photo, or None."""
    found = by_copy(copies)
    for copy in copies:
        copy.seen = next(iter(found[copy.pk]), None)


def is_on_a_photo(user) -> Q:
    condition = Q(pk__in=[])
    for source in SIGHTING_SOURCES:
        condition |= Q(pk__in=source.seen_copies(user))
    return condition


def photos(user) -> Iterator[ShelfPhoto]:
    for source in SIGHTING_SOURCES:
        yield from source.photos(user)


def latest_by_shelf(user) -> dict[int, ShelfPhoto]:
    return {shelf: photo for source in SIGHTING_SOURCES for shelf, photo in source.latest_by_shelf(user).items()}
