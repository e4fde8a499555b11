"""What scanning adds to pages and processes of lower floors; ScanningConfig calls `register` when it starts."""

from django.utils import timezone
from django.utils.formats import date_format
from django_q.models import Schedule

from accounts.account_deletion import ACCOUNT_DATA, AccountData, delete_in_chunks
from accounts.page_links import EMPTY_LIBRARY, INSTEAD_OF_CAMERA, PAGE_LINKS, SETTINGS_PANELS, PageLink
from jobs.periodic import register_periodic
from jobs.runner import register_kind
from library.copies.merging import COPY_ROWS, CopyRows
from library.copies.undoing import SHELF_ROWS
from library.page_parts import BOOK_SECTIONS, HOME_STRIPS, BookSection
from library.search.fulltext.words import SOURCES, Source
from library.sightings import SIGHTING_SOURCES
from scanning import stages, tickets
from scanning.home_strips import scan_strips
from scanning.models import Candidate, Scan
from scanning.pipeline import SCANS
from scanning.sighting_source import ScanSightings

BOOKS_A_SCAN = 20


def register():
    register_kind(SCANS)
    register_periodic("ends of scans", stages.announce_late_ends, Schedule.MINUTES)
    register_periodic("old tickets", tickets.scan_forgotten_photos, Schedule.HOURLY)
    # A book is found by what was read on its spine, too.
    SOURCES.append(Source(table="scanning_candidate", column="spine", copy="copy_id", text="spine_words"))
    ACCOUNT_DATA.append(
        AccountData(
            mentions=mentions,
            folders=("uploads", "results", "thumbnails", "spines"),
            stop=_cancel_scans,
            delete=lambda user: delete_in_chunks(Scan.objects.filter(user=user)),
            weight=lambda user: Scan.objects.filter(user=user).count() * BOOKS_A_SCAN,
        )
    )
    HOME_STRIPS.append(scan_strips)
    BOOK_SECTIONS.append(BookSection("scanning/_on_shelf.html", _on_shelf))
    SIGHTING_SOURCES.append(ScanSightings())
    COPY_ROWS.append(CopyRows("sightings", "Photos", _sighting_in_words))
    SHELF_ROWS.append("scans")
    SETTINGS_PANELS.append("scanning/_settings_panel.html")
    PAGE_LINKS[EMPTY_LIBRARY].append(PageLink("Photograph a shelf", "scan_new", icon="camera"))
    PAGE_LINKS[INSTEAD_OF_CAMERA].append(PageLink("a photo of barcodes or of a cover", "scan_new", query="?kind=cover"))


def mentions(user) -> list[str]:
    photos = Scan.objects.filter(user=user).count()
    return [f"{photos:,} photo{'' if photos == 1 else 's'} and everything read from {'it' if photos == 1 else 'them'}"]


def _cancel_scans(user):
    Scan.objects.filter(user=user).unfinished().update(status=Scan.Status.CANCELLED, lease="", lease_until=None)


def _on_shelf(copy) -> list[Candidate]:
    return list(Candidate.objects.filter(copy=copy).select_related("scan__shelf").order_by("-scan__created"))


def _sighting_in_words(seen: Candidate) -> str:
    day = date_format(timezone.localtime(seen.scan.created), "j F Y")
    return f"Photo from {day}, row {seen.shelf_row}, number {seen.position} from the left"
