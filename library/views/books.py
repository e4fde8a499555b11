"""The library itself: all of a person's books, searched, filtered, sorted and paged by what stands in the address."""

from django.db.models import Count, prefetch_related_objects
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from catalogs import Record
from library import listing
from library.forms import LibraryFilter
from library.forms.filters import without
from library.in_words import count_of
from library.listing import pages_around
from library.models import SyncStatus, UserBook
from library.page_parts import HOME_STRIPS, HomeStrip

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


def strips(user) -> list[HomeStrip]:
    """What waits for its owner: what other apps have registered, and books being looked up."""
    return [*(strip for part in HOME_STRIPS for strip in part(user)), *lookups(user)]


def lookups(user) -> list[HomeStrip]:
    """Books entered by their number: those no catalogue knows. How many are still being looked up the page asks by itself."""
    states = UserBook.objects.of(user).filter(sync_status__in=[SyncStatus.PENDING, SyncStatus.FAILED])
    counts = dict(states.order_by().values_list("sync_status").annotate(n=Count("pk")))
    strips = []
    if waiting := counts.get(SyncStatus.PENDING):
        strips.append(HomeStrip(reverse("entries_pending"), f"{count_of(waiting, 'book')} being looked up", busy=True, asks=True))
    if unknown := counts.get(SyncStatus.FAILED):
        strips.append(HomeStrip(reverse("entries_unknown"), f"{count_of(unknown, 'book')} not found in any catalogue"))
    return strips
