"""The library itself: all of a person's books, searched, filtered, sorted and paged by what stands in the address."""

from dataclasses import dataclass
from datetime import date

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format

from library.catalogs import Record
from library.forms import NO_SHELF, LibraryFilter
from library.models import Status, UserBook

PAGE_SIZE = 48
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
    asked = LibraryFilter(request.GET)
    books = asked.select(UserBook.objects.of(request.user)).defer("search_text", "notes")
    page = Paginator(books.select_related("shelf"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"asked": asked, "page": page, "pages": pages_around(page), "list": asked.value("view") == "list"}
    context |= {"sort": asked.value("sort", "added"), **chips(request.user, asked)}
    if wants_results_only(request):
        response = render(request, "library/_results.html", context)
        response["HX-Replace-Url"] = address(request)
    else:
        response = render(request, "library/library.html", context | {"strips": strips(request.user)})
    # The browser must not show a fragment from its cache where the page is wanted.
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def wants_results_only(request) -> bool:
    return request.headers.get("HX-Target") == "results"


def address(request) -> str:
    """This page's address without the empty fields of the search form."""
    query = request.GET.copy()
    for name in [name for name, value in query.items() if not value]:
        del query[name]
    return f"{request.path}?{query.urlencode()}" if query else request.path


def pages_around(page):
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@dataclass(frozen=True)
class Chip:
    value: str
    label: str
    count: int
    on: bool


def chips(user, asked: LibraryFilter) -> dict:
    """The shelves and states that hold books, each with its count: two queries, however many there are."""
    books = UserBook.objects.of(user).order_by()
    on_shelves = {row["shelf"]: row["n"] for row in books.values("shelf").annotate(n=Count("pk"))}
    by_status = {row["status"]: row["n"] for row in books.values("status").annotate(n=Count("pk"))}
    shelf, status = asked.value("shelf"), asked.value("status")
    shelves = [Chip(str(s.pk), s.name, on_shelves.get(s.pk, 0), shelf == str(s.pk)) for s in user.shelves.all()]
    if shelves and None in on_shelves:
        shelves.append(Chip(NO_SHELF, "No shelf", on_shelves[None], shelf == NO_SHELF))
    statuses = [Chip(s.value, s.label, by_status[s], status == s) for s in Status if s in by_status]
    return {"shelf_chips": shelves, "status_chips": statuses, "total": sum(by_status.values())}


@dataclass(frozen=True)
class Strip:
    """One quiet line about a scan that waits for its owner."""

    url: str
    sentence: str
    busy: bool = False


def strips(user) -> list[Strip]:
    """Scans that are being read, or hold proposals nobody has decided on; the newest two."""
    pending = Q(candidates__decision="pending")
    over = Q(status__in=["complete", "failed", "cancelled"])
    scans = user.scans.annotate(
        to_check=Count("candidates", filter=pending & Q(candidates__band="check")),
        to_add=Count("candidates", filter=pending & Q(candidates__band="sure")),
    )
    waiting = scans.filter(~over | Q(status="complete", to_check__gt=0) | Q(status="complete", to_add__gt=0))
    return [strip(scan) for scan in waiting.order_by("-created")[:2]]


def strip(scan) -> Strip:
    when = of_day(timezone.localdate(scan.created), timezone.localdate())
    if scan.status != "complete":
        return Strip(scan.get_absolute_url(), f"{when[0].upper()}{when[1:]} is being read", busy=True)
    if scan.to_check:
        return Strip(scan.get_absolute_url(), f"{books_in_words(scan.to_check)} to check from {when}")
    return Strip(scan.get_absolute_url(), f"{books_in_words(scan.to_add)} ready to add from {when}")


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
