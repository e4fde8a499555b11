"""The library by author and by series, and its statistics."""

from collections import Counter
from datetime import MAXYEAR, MINYEAR

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models.functions import Left
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from catalogs import folding
from library import listing
from library import series as sets
from library.listing import pages_around
from library.models import CopyAuthor, Status, UserBook, author_key
from library.statistics import Statistics, bars, columns

ON_A_PAGE = 100
MOST = 500  # books on the page of an author or a series; the library page shows all


def _requested_name(request) -> str:
    """The name in the query string; without one, 404."""
    name = request.GET.get("name", "")[:300].replace("\0", "").strip()
    if not name:
        raise Http404
    return name


@login_required
@require_GET
def author_list(request):
    """Authors by surname with their number of books, filtered by typed text or by a letter."""
    typed = request.GET.get("q", "")[:100].replace("\0", "")
    letter = folding.fold(request.GET.get("letter", ""))[:1]
    letters = sorted(CopyAuthor.objects.of(request.user).order_by().values_list(Left("folded", 1), flat=True).distinct())
    mine = CopyAuthor.objects.with_counts(request.user)
    named = mine.filter(listing.words_begin("folded", typed), folded__startswith=letter).order_by("folded")
    page = Paginator(named, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "pages": pages_around(page), "typed": typed, "letter": letter, "letters": letters}
    return render(request, "library/author_list.html", context)


@login_required
@require_GET
def author(request):
    """An author's books: their series in order, then the other books by year."""
    name = _requested_name(request)
    key = author_key(name)
    mine = UserBook.objects.of(request.user).by_author(name)
    copies = list(mine.order_by("published_date", "sort_title", "pk").defer(*listing.NOT_SHOWN)[: MOST + 1])
    if not copies:
        raise Http404
    context = {
        "name": next((written for written in copies[0].authors if author_key(written) == key), name),
        "copies": copies[:MOST],
        "more": len(copies) > MOST,
        "owned": sum(copy.status != Status.WISHLIST for copy in copies[:MOST]),
        "read": sum(copy.status == Status.READ for copy in copies[:MOST]),
        "series": _in_series(copies[:MOST]),
        "single": [copy for copy in copies[:MOST] if not copy.series_key],
    }
    return render(request, "library/author.html", context)


def _in_series(copies) -> list[tuple[sets.Series, list[UserBook]]]:
    """The series of `copies` by name, with their books in volume order."""
    numbered = sorted((copy for copy in copies if copy.series_key), key=lambda copy: (copy.series_key, copy.sort_series))
    return [(one, one.copies) for one in sets.grouped(numbered)]


@login_required
@require_GET
def series_list(request):
    """Series by name with their gaps, filtered by typed text, or only those with gaps."""
    typed = request.GET.get("q", "")[:100].replace("\0", "")
    gaps = "gaps" in request.GET
    page = Paginator(sets.keys_of(request.user, typed, gaps), ON_A_PAGE).get_page(request.GET.get("page"))
    page.object_list = sets.load_series(request.user, page.object_list)
    any_there = bool(page.object_list) or UserBook.objects.of(request.user).having("series").exists()
    context = {"page": page, "pages": pages_around(page), "typed": typed, "only_gaps": gaps, "total": any_there}
    return render(request, "library/series_list.html", context)


@login_required
@require_GET
def series(request):
    """The volumes of a series in order, with gaps for missing ones."""
    copies = list(sets.books_of(request.user, _requested_name(request)).defer(*listing.NOT_SHOWN)[: MOST + 1])
    if not copies:
        raise Http404
    one = sets.Series(copies[0].series_key, copies[0].series, copies[:MOST])
    authors = list(dict.fromkeys(name for copy in copies[:MOST] for name in copy.authors))
    context = {
        "series": one,
        "authors": authors[:6],
        "more": len(copies) > MOST,
        "read": sum(copy.status == Status.READ for copy in copies[:MOST]),
        "places": _places(copies[:MOST], one.missing),
    }
    return render(request, "library/series.html", context)


def _places(copies: list[UserBook], gaps: list[int]) -> list[tuple[UserBook | None, int | None]]:
    """Books and missing volumes in one order: (book, None) or (None, number). A book on the wishlist takes the place of its
    volume."""
    shown = set().union(*(sets.volume_numbers(copy.series_number) for copy in copies))
    waiting, order = [gap for gap in gaps if gap not in shown], []
    for copy in copies:
        first = min(sets.volume_numbers(copy.series_number), default=0)
        while waiting and waiting[0] < first:
            order.append((None, waiting.pop(0)))
        order.append((copy, None))
    return order + [(None, gap) for gap in waiting]


@login_required
@require_GET
def statistics(request):
    numbers = Statistics(request.user)
    read = next((part.count for part in numbers.by_status if part.query == "status=read"), 0)
    charts = [
        ("Books finished, month by month", "month", columns(numbers.read_by_month(timezone.localdate())), "columns"),
        ("Books finished, year by year", "year", columns(numbers.read_by_year()), "columns"),
        ("Pages read, year by year", "year", columns(numbers.pages_by_year()), "columns"),
        ("Publication years", "year", columns(numbers.by_year), "columns"),
        ("Ratings", "stars", columns(numbers.by_rating), "columns"),
        ("Length", "pages", columns(numbers.by_pages), "columns"),
        ("Status", "status", bars(numbers.by_status), "bars"),
        ("Languages", "language", bars(numbers.by_language), "bars"),
        ("Authors with the most books", "author", bars(numbers.by_author), "bars"),
        ("Where they are", "place", bars(numbers.by_shelf), "bars"),
        ("Most used tags", "tag", bars(numbers.by_tag), "bars"),
        ("How they were added", "way", bars(numbers.by_entry), "bars"),
    ]
    progress = numbers.progress(timezone.localdate().year)
    context = {"numbers": numbers, "progress": progress, "read": read, "charts": [chart for chart in charts if chart[2]]}
    return render(request, "library/statistics.html", context)


@login_required
@require_POST
def set_goal(request, year):
    books = request.POST.get("books", "").strip()
    if (books and not (books.isdecimal() and len(books) < 5)) or not MINYEAR <= year <= MAXYEAR:
        messages.error(request, "A goal is a number of books, at most 9999.")
    else:
        Statistics(request.user).set_goal(year, int(books or 0))
    return redirect("statistics")


@login_required
@require_GET
def year_review(request, year):
    """What was read in one year."""
    numbers = Statistics(request.user)
    if not MINYEAR <= year <= MAXYEAR or not (copies := numbers.finished_in(year)):
        raise Http404
    years = sorted({when for when, _ in numbers.finished})
    context = {
        "progress": numbers.progress(year),
        "copies": copies,
        "pages": sum(copy.pages or 0 for copy in copies),
        "longest": max(copies, key=lambda copy: copy.pages or 0),
        "best": sorted((copy for copy in set(copies) if copy.rating), key=lambda copy: (-copy.rating, copy.sort_title))[:6],
        "authors": Counter(name for copy in copies for name in copy.authors).most_common(3),
        "months": columns(numbers.months_of(year)),
        "before": max((other for other in years if other < year), default=None),
        "after": min((other for other in years if other > year), default=None),
    }
    return render(request, "library/year_review.html", context)
