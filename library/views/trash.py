"""The trash: books removed in the last 30 days, and the batches that can still be undone."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from library import listing
from library.copies import trash, undoing
from library.in_words import count_of
from library.listing import PAGE_SIZE, pages_around
from library.models import Undo
from library.views.books import changed_results, wants_results_only
from library.views.copies import by_script

BATCHES = 10


@login_required
def removed(request):
    """Removed books, latest first."""
    copies = trash.removed_books(request.user).defer(*listing.NOT_SHOWN)
    page = Paginator(copies, PAGE_SIZE).get_page(request.GET.get("page"))
    for copy in page:
        copy.days_left = trash.days_left(copy)
    context = {
        "page": page,
        "pages": pages_around(page),
        "batches": undoing.recent(request.user)[:BATCHES],
        "kept": trash.KEPT.days,
    }
    return render(request, "library/removed.html", context)


@login_required
@require_POST
def books_restore_all(request):
    count = trash.restore_all_copies(request.user)
    messages.success(request, f"{count_of(count, 'book is', 'books are')} back in your library.")
    return redirect("books_removed")


@login_required
@require_POST
def books_delete(request):
    """Permanently deletes one book, or with `all` the whole trash, after asking for confirmation."""
    copies = trash.removed_books(request.user)
    if "all" not in request.POST:
        chosen = request.POST.get("id", "")
        copies = copies.filter(pk=int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0)
        if not copies.exists():
            raise Http404
    if "sure" not in request.POST:
        return render(
            request,
            "library/delete_permanently.html",
            {"copies": copies[:5], "count": copies.count(), "all": "all" in request.POST},
        )
    count = trash.delete_permanently(copies)
    messages.success(request, f"{count_of(count, 'book was', 'books were')} permanently deleted.")
    return redirect("books_removed")


@login_required
@require_POST
def undo(request, pk):
    """Undoes a batch and returns to the page that requested it."""
    try:
        batch = undoing.undo_changes(request.user, pk)
        messages.success(request, f"Undone: {batch.sentence}")
    except Undo.DoesNotExist:
        raise Http404 from None
    except undoing.TooLate as error:
        messages.warning(request, str(error))
    if by_script(request):
        return HttpResponse()
    if wants_results_only(request):
        return changed_results(request, QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query))
    return redirect(back_to(request))


def back_to(request, default: str = "library") -> str:
    """The page that a form was sent from."""
    page = request.META.get("HTTP_REFERER", "")
    return page if url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure()) else default
