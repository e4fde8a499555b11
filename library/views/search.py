"""Search: the box on every page with results while typing, the page with all results, and similar books."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from library import sightings
from library.models import UserBook
from library.page_parts import SEARCH_MODES, search_context, typed_query
from library.search import hybrid

PAGE_SIZE = 24
SUGGESTED = 6


@login_required
@require_GET
def search(request):
    query, wanted = typed_query(request), request.GET.get("mode", "")
    mode = next((mode for mode in SEARCH_MODES if mode.name == wanted), SEARCH_MODES[0])
    if mode.url_name:
        return redirect(f"{reverse(mode.url_name)}?{urlencode({'q': query})}")
    context = search_context(query, mode.name)
    if query:
        number = _page_number(request)
        found = hybrid.find_books(request.user, query, mode.name, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
        sightings.mark_latest([hit.copy for hit in found.hits])
        context |= {"found": found, "page": Paginator(range(found.total), PAGE_SIZE).get_page(number)}
    fragment = request.headers.get("HX-Target") == "found"
    response = render(request, "library/_hits.html" if fragment else "library/search.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _page_number(request) -> int:
    number = request.GET.get("page", "1")
    return max(1, min(int(number), 10_000)) if number.isdecimal() and len(number) < 6 else 1


@login_required
@require_GET
def search_suggest(request):
    """A few results while typing. Searches by words only, which takes a few milliseconds."""
    query = typed_query(request)
    found = hybrid.find_books(request.user, query, "text", limit=SUGGESTED) if query else None
    return render(request, "library/_found.html", {"q": query, "found": found})


@login_required
@require_GET
def more_like_this(request, pk):
    copy = get_object_or_404(UserBook.objects.of(request.user).select_related("book", "user"), pk=pk)
    return render(request, "library/_more_like_this.html", {"copy": copy, "near": hybrid.more_like(copy), "loaded": True})
