"""The library page: a person's books, searched, filtered, sorted and paged by the query string, and the form with all filters."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count, prefetch_related_objects
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from catalogs import Record
from catalogs.languages import language_name
from library import listing
from library.forms import LibraryFilter
from library.forms.filters import MISSING, NO_LANGUAGE, query_without
from library.in_words import count_of
from library.listing import pages_around
from library.models import Entry, Status, SyncStatus, UserBook
from library.models.copy_queries import WISHED
from library.page_parts import HOME_STRIPS, HomeStrip

# Books in the public domain, ordered so that neighbouring covers have different bindings.
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
        return redirect(address(request))  # drops the form's empty fields from the address
    context = _results_context(request)
    if wants_results_only(request):
        response = render(request, "library/_results.html", context)
        response["HX-Replace-Url"] = address(request)
    else:
        response = render(request, "library/library.html", context | {"strips": strips(request.user)})
    # So that the browser does not show a cached fragment instead of the page.
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def changed_results(request, query: QueryDict):
    """The list that `query` shows, with what has just changed, and the messages about it."""
    request.GET = query
    return render(request, "library/_results_changed.html", _results_context(request))


def _results_context(request) -> dict:
    """The context of the list: its books, and links to filter and sort them. Every active filter adds at most one query."""
    requested, shelves = LibraryFilter(request.GET, request.user), listing.shelves_of(request.user)
    numbers = listing.Numbers(request.user)
    books, in_list = requested.select(UserBook.objects.of(request.user)), requested.value("view") == "list"
    paginator = listing.CopyPaginator(books, None if requested.narrows else (numbers.owned, numbers.wished), all_columns=in_list)
    page = paginator.get_page(request.GET.get("page"))
    context = {"requested": requested, "page": page, "pages": pages_around(page), "total": numbers.owned, "sort": requested.order}
    context["any_books"] = bool(numbers.owned or numbers.wished)
    context |= {
        "narrowings": [(item, query_without(request.GET, item)) for item in requested.narrowings(shelves)],
        "place_chips": _linked(request, listing.place_chips(shelves, numbers, requested)),
        "status_chips": _linked(request, listing.status_chips(numbers, requested)),
        "kept": [(name, value) for name, values in request.GET.lists() if name not in ("q", "page") for value in values if value],
    }
    return context | (rows(request, page, requested.order) if in_list else {})


def rows(request, page, order: str) -> dict:
    """A page of books as cells of the columns that their owner chose."""
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
    """A column, the query string that sorts by it (or reverses the order), and its current `aria-sort`."""
    if not column.sort:
        return column, "", ""
    backwards = order == f"-{column.sort}"
    now = "" if order.removeprefix("-") != column.sort else "descending" if backwards != column.falls else "ascending"
    return column, changed(request, "sort", [f"-{column.sort}" if order == column.sort else column.sort]), now


def _linked(request, chips: list[listing.Chip]) -> list[tuple[listing.Chip, str]]:
    """Chips with the query string that turns the filter on, or off if it is on."""
    return [(chip, changed(request, chip.name, [] if chip.on else [chip.value])) for chip in chips]


def changed(request, name: str, values: list[str]) -> str:
    """This page's query string with other values of `name`, starting at the first page."""
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
    """What needs attention: the strips of other apps, and books being looked up."""
    return [*(strip for part in HOME_STRIPS for strip in part(user)), *_lookups(user)]


def _lookups(user) -> list[HomeStrip]:
    """Books entered by ISBN that are being looked up (the page polls for their number), and those that were not found."""
    states = UserBook.objects.of(user).filter(sync_status__in=[SyncStatus.PENDING, SyncStatus.FAILED])
    counts = dict(states.order_by().values_list("sync_status").annotate(n=Count("pk")))
    strips = []
    if waiting := counts.get(SyncStatus.PENDING):
        strips.append(HomeStrip(reverse("entries_pending"), f"{count_of(waiting, 'book')} being looked up", busy=True, asks=True))
    if unknown := counts.get(SyncStatus.FAILED):
        strips.append(HomeStrip(reverse("entries_unknown"), f"{count_of(unknown, 'book')} not found in any catalogue"))
    return strips


LANGUAGES_OFFERED = 40


@login_required
@require_GET
def filters(request):
    """A fragment above the list, or a page of its own without scripts."""
    requested = LibraryFilter(request.GET, request.user)
    context = {
        "requested": requested,
        "shelves": request.user.shelves.all(),
        "statuses": Status.choices,
        "entries": Entry.choices,
        "languages": languages(request.user),
        "missing": MISSING,
        "ratings": [(value, f"{value / 2:g} or more" if value < 10 else "5") for value in range(10, 0, -1)],
        "kept": [(name, request.GET[name]) for name in ("q", "sort", "view") if request.GET.get(name)],
    }
    fragment = request.headers.get("HX-Target") == "filter-panel"
    return render(request, "library/_filters.html" if fragment else "library/filters.html", context)


def languages(user) -> list[tuple[str, str, int]]:
    """The languages in this library, most books first."""
    counted = UserBook.objects.of(user).order_by().values_list("language").annotate(n=Count("pk", filter=~WISHED))
    books = counted.order_by("-n", "language")
    return [(code or NO_LANGUAGE, language_name(code) or "Unknown", n) for code, n in books[:LANGUAGES_OFFERED]]


@login_required
@require_GET
def library_suggest(request, what):
    """At most twenty names that match what is typed, with their number of books, as options of a datalist."""
    if what not in listing.SUGGESTIONS:
        raise Http404
    typed = (request.GET.get("q") or request.GET.get(what) or "")[:100].replace("\0", "")
    return render(request, "library/_suggestions.html", {"found": listing.SUGGESTIONS[what](request.user, typed)})


@login_required
@require_POST
def library_columns(request):
    listing.choose_columns(request.user, request.POST.getlist("columns"))
    back = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if allowed else f"{reverse('library')}?view=list")
