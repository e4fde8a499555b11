"""Where the library's sightings of books come from: proposals that became a copy, and the scans they are of."""

from collections.abc import Iterator

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from library.models import Shelf, UserBook
from library.sightings import ShelfPhoto, ShelfSighting
from scanning.models import Candidate, Scan

PHOTO_COLUMNS = ("job_id", "filename", "status", "created", "photo")


class ScanSightings:
    def of_copies(self, copies: list[UserBook]) -> Iterator[ShelfSighting]:
        seen = Candidate.objects.filter(copy__in=[copy.pk for copy in copies]).select_related("scan")
        columns = ("copy", "number", "shelf_row", "position", "region", "spine_text")
        photos = [f"scan__{name}" for name in PHOTO_COLUMNS]
        for row in seen.only("scan", *columns, *photos).order_by("-scan__created", "-pk"):
            photo = _shelf_photo(row.scan)
            yield ShelfSighting(row.copy_id, photo, row.number, row.shelf_row, row.position, row.region, row.spine_text)

    def seen_copies(self, user) -> QuerySet:
        return Candidate.objects.filter(scan__user=user, copy__isnull=False).values("copy_id")

    def photos(self, user) -> Iterator[ShelfPhoto]:
        scans = Scan.objects.filter(user=user).only(*PHOTO_COLUMNS).order_by("pk")
        return (_shelf_photo(scan) for scan in scans.iterator(chunk_size=200))

    def latest_by_shelf(self, user) -> dict[int, ShelfPhoto]:
        complete = Scan.objects.filter(shelf=OuterRef("pk"), status=Scan.Status.COMPLETE).order_by("-created")
        latest = Shelf.objects.filter(user=user).order_by().values_list(Subquery(complete.values("pk")[:1]))
        scans = Scan.objects.filter(user=user, pk__in=latest).only("shelf", *PHOTO_COLUMNS)
        return {scan.shelf_id: _shelf_photo(scan) for scan in scans}


def _shelf_photo(scan: Scan) -> ShelfPhoto:
    picture, thumbnail = (reverse(name, args=[scan.job_id]) for name in ("scan_photo", "scan_thumbnail"))
    page = scan.get_absolute_url()
    return ShelfPhoto(scan.job_id, scan.filename, scan.status, scan.created, scan.photo, page, picture, thumbnail)
