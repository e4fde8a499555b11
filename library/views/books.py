"""The library itself: all of a person's books, searched, filtered, sorted and paged by what stands in the address."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, prefetch_related_objects
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format

from catalogs import Record
from library import listing
from library.forms import LibraryFilter
from library.forms.filters import without
from library.models import SyncStatus, UserBook
from transfer.models import Import, ImportRow

PAGE_SIZE = listing.PAGE_SIZE
NEWS = timedelta(days=14)  # how long an import is worth a line on the first page
# Books in the public domain, in an order that sets different bindings beside each other.
SHOWN_TO_VISITORS = [
    Record(title, (author,))
    for title, author in (
        ("Walden", "Henry David Thoreau"),
        ("Jane Eyre", "Charlotte Brontë"),
        ("The Time Machine", "H. G. Wells"),
        ("Anna Karenina", "Leo Tolstoy"),
        ("Moby-Dick", "Herman Melville"),
        ("The Awakening", "Kate Chopin"),
        ("The Adventures of Sherlock Holmes", "Arthur Conan Doyle"),
        ("Dracula", "Bram Stoker"),
    )
]


def library(request):
    if not request.user.is_authenticated:
        return render(request, "library/landing.html", {"covers": SHOWN_TO_VISITORS})
    if not wants_results_only(request) and not all(value for _, values in request.GET.lists() for value in values):
        return redirect(address(request))  # a form sends its empty fields too; the address shall hold what is asked for
    context = results(request)
    if wants_results_only(request):
        response = render(request, "library/_results.html", context)
        response["HX-Replace-Url"] = address(request)
    else:
        response = render(request, "library/library.html", context | {"strips": strips(request.user)})
    # The browser must not show a fragment from its cache where the page is wanted.
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def results(request) -> dict:
    """What the list shows, and how it can be narrowed and sorted from here; one query more for each thing that is asked of it."""
    asked, shelves = LibraryFilter(request.GET, request.user), listing.shelves_of(request.user)
    numbers = listing.Numbers(request.user)
    books, in_list = asked.select(UserBook.objects.of(request.user)), asked.value("view") == "list"
    paginator = listing.CopyPaginator(books, None if asked.narrows else numbers.total, all_columns=in_list)
    page = paginator.get_page(request.GET.get("page"))
    context = {"asked": asked, "page": page, "pages": pages_around(page), "total": numbers.total, "sort": asked.order}
    context |= {
        "narrowings": [(each, without(request.GET, each)) for each in asked.narrowings(shelves)],
        "place_chips": linked(request, listing.place_chips(shelves, numbers, asked)),
        "status_chips": linked(request, listing.status_chips(numbers, asked)),
        "kept": [(name, value) for name, values in request.GET.lists() if name not in ("q", "page") for value in values if value],
    }
    return context | (rows(request, page, asked.order) if in_list else {})


def rows(request, page, order: str) -> dict:
    """The books of a page as the cells of the columns that their owner chose."""
    columns = listing.columns_of(request.user)
    if any(column.name == "tags" for column in columns):
        prefetch_related_objects(page.object_list, "tags")
    return {
        "columns": columns,
        "all_columns": listing.ALL,
        "headings": [heading(request, column, order) for column in columns],
        "rows": [(copy, [(column, column.of(copy)) for column in columns]) for copy in page],
    }


def heading(request, column: listing.Column, order: str) -> tuple[listing.Column, str, str]:
    """A column with the address that sorts by it (or the other way round), and how the list is sorted by it now."""
    if not column.sort:
        return column, "", ""
    backwards = order == f"-{column.sort}"
    now = "" if order.removeprefix("-") != column.sort else "descending" if backwards != column.falls else "ascending"
    return column, changed(request, "sort", [f"-{column.sort}" if order == column.sort else column.sort]), now


def linked(request, chips: list[listing.Chip]) -> list[tuple[listing.Chip, str]]:
    """Each chip with the address that it leads to: what it stands for is asked for, or no longer where it already is."""
    return [(chip, changed(request, chip.name, [] if chip.on else [chip.value])) for chip in chips]


def changed(request, name: str, values: list[str]) -> str:
    """This page's query string with other values of `name`, from its first page on."""
    query = request.GET.copy()
    query.pop("page", None)
    query.setlist(name, values)
    return f"?{query.urlencode()}"


def wants_results_only(request) -> bool:
    return request.headers.get("HX-Target") == "results"


def address(request) -> str:
    """This page's address without the empty fields of the search form."""
    query = request.GET.copy()
    for name, values in request.GET.lists():
        query.setlist(name, [value for value in values if value])
    return f"{request.path}?{query.urlencode()}" if any(query.values()) else request.path


def pages_around(page):
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@dataclass(frozen=True)
class Strip:
    """One quiet line about what waits for its owner. One that `asks` is kept up to date from its url."""

    url: str
    sentence: str
    busy: bool = False
    asks: bool = False


def strips(user) -> list[Strip]:
    """What waits for its owner: scans that are being read or hold proposals (the newest two), imports, books being looked up."""
    return [*scan_strips(user), *import_strips(user), *lookups(user)]


def scan_strips(user) -> list[Strip]:
    over = Q(status__in=["complete", "failed", "cancelled"])
    proposes = Q(status="complete", candidates__decision="pending", candidates__band__in=["check", "sure"])
    scans = user.scans.filter(~over | proposes).only("user", "job_id", "status", "created")
    return [strip(scan) for scan in scans.distinct().order_by("-created")[:2]]


def import_strips(user) -> list[Strip]:
    """Files at work, files whose preview waits for a yes, and those with rows that need a look; the last weeks' only, for who has
    not looked by then does not want to."""
    recent = Q(created__gte=timezone.now() - NEWS) | Q(finished__gte=timezone.now() - NEWS)
    files = list(user.imports.filter(recent).only("name", "state", "counts"))
    open_ones = [file for file in files if needs_a_look(file)]
    strips = [Strip(file.get_absolute_url(), f"“{file.name}” is being imported", busy=True) for file in files if file.is_active]
    if len(open_ones) > 1:
        strips.append(Strip(reverse("imports"), f"{len(open_ones)} imports need attention"))
    return strips + ([of_import(open_ones[0])] if len(open_ones) == 1 else [])


def needs_a_look(file: Import) -> bool:
    failed = file.counts.get(ImportRow.Result.FAILED) or file.state == Import.State.FAILED
    return file.state == Import.State.PREVIEW or bool(failed and not file.is_active)


def of_import(file: Import) -> Strip:
    if file.state == Import.State.PREVIEW:
        return Strip(file.get_absolute_url(), f"“{file.name}” is ready to import")
    if file.state == Import.State.FAILED:
        return Strip(file.get_absolute_url(), f"The import of “{file.name}” stopped")
    rows = file.counts[ImportRow.Result.FAILED]
    return Strip(
        file.get_absolute_url(),
        f"{rows:,} row{'' if rows == 1 else 's'} of “{file.name}” need{'s' if rows == 1 else ''} attention",
    )


def lookups(user) -> list[Strip]:
    """Books entered by their number: those no catalogue knows. How many are still being looked up the page asks by itself."""
    states = UserBook.objects.of(user).filter(sync_status__in=[SyncStatus.PENDING, SyncStatus.FAILED])
    counts = dict(states.order_by().values_list("sync_status").annotate(n=Count("pk")))
    strips = []
    if waiting := counts.get(SyncStatus.PENDING):
        strips.append(Strip(reverse("entries_pending"), f"{books_in_words(waiting)} being looked up", busy=True, asks=True))
    if unknown := counts.get(SyncStatus.FAILED):
        strips.append(Strip(reverse("entries_unknown"), f"{books_in_words(unknown)} not found in any catalogue"))
    return strips


def strip(scan) -> Strip:
    when = of_day(timezone.localdate(scan.created), timezone.localdate())
    if scan.status != "complete":
        return Strip(scan.get_absolute_url(), f"{when[0].upper()}{when[1:]} is being read", busy=True)
    bands = Counter(scan.candidates.filter(decision="pending").values_list("band", flat=True))
    if bands["check"]:
        return Strip(scan.get_absolute_url(), f"{books_in_words(bands['check'])} to check from {when}")
    return Strip(scan.get_absolute_url(), f"{books_in_words(bands['sure'])} ready to add from {when}")


def books_in_words(count: int) -> str:
    return "1 book" if count == 1 else f"{count:,} books"


def of_day(day: date, today: date) -> str:
    """`today's scan`, `Sunday's scan`, and by its date when a week has passed."""
    age = (today - day).days
    if age <= 0:
        return "today’s scan"
    if age == 1:
        return "yesterday’s scan"
    if age < 7:
        return f"{date_format(day, 'l')}’s scan"
    return f"the scan of {date_format(day, 'j F' if day.year == today.year else 'j F Y')}"
