"""Around the library's list: the form with all filters, what a field of it suggests, and the columns of the dense list."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from catalogs.languages import language_name
from library import listing, suggestions
from library.forms import LibraryFilter
from library.forms.filters import MISSING, NO_LANGUAGE
from library.models import Entry, Status, UserBook

LANGUAGES_OFFERED = 40


@login_required
@require_GET
def filters(request):
    """As a fragment above the list, and as a page of its own where no script runs."""
    asked = LibraryFilter(request.GET, request.user)
    context = {
        "asked": asked,
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
    """Those of this library, most books first; a library has a few, however large it is."""
    books = UserBook.objects.of(user).order_by().values_list("language").annotate(n=Count("pk")).order_by("-n", "language")
    return [(code or NO_LANGUAGE, language_name(code) or "Unknown", n) for code, n in books[:LANGUAGES_OFFERED]]


@login_required
@require_GET
def suggest(request, what):
    """At most twenty names that fit what is typed, each with its number of books, as options of a datalist."""
    if what not in suggestions.KINDS:
        raise Http404
    typed = (request.GET.get("q") or request.GET.get(what) or "")[:100].replace("\0", "")
    return render(request, "library/_suggestions.html", {"found": suggestions.KINDS[what](request.user, typed)})


@login_required
@require_POST
def columns(request):
    listing.choose_columns(request.user, request.POST.getlist("columns"))
    back = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if allowed else f"{reverse('library')}?view=list")
