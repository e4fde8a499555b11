"""The page for a barcode scanner that types like a keyboard (every Enter is a book), and the books that no catalogue knows."""

from datetime import timedelta

from csp.constants import SELF, WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from library import metadata_lookup
from library.copies import isbn_entry, owner_edits, trash
from library.copies.isbn_entry import Entered, EntryOutcome, last_batch, remember_batch
from library.forms import EntriesForm, EntryBatchForm, NameForm
from library.forms.fields import error_sentence
from library.in_words import count_of
from library.listing import PAGE_SIZE, pages_around
from library.models import Entry, SyncStatus, UserBook

SESSION = timedelta(hours=12)  # the list shows books added since then
SHOWN = 100


def _own_copies(user):
    return UserBook.objects.filter(user=user).select_related("shelf")


def unknown(user):
    """This person's books whose look-up failed."""
    return UserBook.objects.of(user).filter(sync_status=SyncStatus.FAILED)


@login_required
@require_GET
def scanner(request):
    return render(request, "library/add_scanner.html", _session(request.user))


@login_required
@require_GET
@csp_update({"script-src": [SELF, WASM_UNSAFE_EVAL]})
def camera(request):
    """The same page with the camera as the scanner. Its barcode reader may be WebAssembly, which no other page needs."""
    return render(request, "library/camera.html", _session(request.user))


def _session(user) -> dict:
    """The settings of the batch, and the books added during this session."""
    since = timezone.now() - SESSION
    recent = _own_copies(user).filter(removed__isnull=True, added__gte=since, entry__in=[Entry.ISBN, Entry.BARCODE])
    return {
        "form": EntryBatchForm(user, batch=last_batch(user)),
        "copies": recent.order_by("-added", "-pk")[:SHOWN],
        "unknown": unknown(user).count(),
    }


@login_required
@require_POST
def entry_send(request):
    """Adds one book, or several from the script's queue. Responds to the script with the results as JSON."""
    form = EntriesForm(request.user, request.POST)
    if not form.is_valid():
        return _refuse(request, error_sentence(form))
    batch = form.batch()
    remember_batch(request.user, batch)
    texts, keys = form.cleaned_data["texts"], form.cleaned_data["keys"]
    entered = isbn_entry.add_isbns(request.user, texts, keys=keys, entry=Entry.BARCODE, **batch.as_own())
    if _wants_json(request):
        return JsonResponse({"entries": [_in_json(request, item) for item in entered]})
    for item in entered:
        _add_message(request, item)
    return redirect("entry_scanner")


def _wants_json(request) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _refuse(request, sentence: str):
    if _wants_json(request):
        return JsonResponse({"detail": sentence, "code": "not-accepted"}, status=422)
    messages.error(request, sentence)
    return redirect("entry_scanner")


def _add_message(request, entered: Entered):
    """The result for browsers without scripts. Added books need no message: they appear in the list."""
    if entered.outcome == EntryOutcome.REFUSED:
        messages.error(request, entered.sentence)
    elif entered.outcome == EntryOutcome.OWNED:
        messages.warning(
            request,
            f"You already have “{entered.copy.title}”. To add another copy, choose that under “If I already have a book”.",
        )


def _in_json(request, entered: Entered) -> dict:
    plain = {"key": entered.key, "outcome": entered.outcome, "sentence": entered.sentence, "isbn": entered.isbn}
    return plain | (_row(request, entered.copy, entered.outcome) if entered.copy else {})


def _row(request, copy: UserBook, outcome: str = "") -> dict:
    """A copy for the list: its HTML, and the values that the script needs."""
    html = render_to_string("library/_entry.html", {"copy": copy, "outcome": outcome}, request)
    return {"id": copy.pk, "title": copy.title, "sync": copy.sync_status, "html": html}


@login_required
@require_GET
def states(request):
    """The current state of books in the list; `id` is repeated for every book that was still being looked up."""
    ids = [int(pk) for pk in request.GET.getlist("id") if pk.isdigit() and len(pk) < 19][:SHOWN]
    copies = _own_copies(request.user).filter(pk__in=ids)
    return JsonResponse({"entries": [_row(request, copy) for copy in copies], "unknown": unknown(request.user).count()})


@login_required
@require_GET
def syncing(request, pk):
    """A line that polls until the look-up has finished and then reloads the page."""
    copy = get_object_or_404(UserBook, pk=pk, user=request.user)
    response = render(request, "library/_syncing.html", {"copy": copy})
    if copy.sync_status != SyncStatus.PENDING:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_GET
def pending(request):
    """The line on the library page that shows how many books are being looked up."""
    waiting = UserBook.objects.of(request.user).filter(sync_status=SyncStatus.PENDING).count()
    return render(request, "library/_pending.html", {"waiting": waiting, "was": request.GET.get("was", "")[:9]})


# ── One entry ───────────────────────────────────────────────────────────────────────────────────────────────────────
@login_required
@require_POST
def entry_undo(request, pk):
    copy = trash.move_to_trash(get_object_or_404(_own_copies(request.user), pk=pk))
    return _respond(request, copy, f"Removed “{copy.title}”.", reverse("book_restore", args=[pk]))


@login_required
@require_POST
def entry_back(request, pk):
    copy = trash.restore_copy(get_object_or_404(_own_copies(request.user), pk=pk))
    return _respond(request, copy, f"Restored “{copy.title}”.")


@login_required
@require_POST
def name(request, pk):
    """Saves the title that the owner typed for a book that no catalogue knows."""
    copy = get_object_or_404(_own_copies(request.user), pk=pk)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _refuse(request, "Enter the title of the book.")
    own = {"sync_status": SyncStatus.NONE, "sync_error": "", "sync_after": None}
    copy = owner_edits.edit_copy(request.user, copy.pk, form.given_values(), own)
    return _respond(request, copy, f"Saved the title “{copy.title}”.")


@login_required
@require_POST
def entry_retry(request, pk):
    copy = get_object_or_404(_own_copies(request.user), pk=pk)
    metadata_lookup.retry_lookups(UserBook.objects.filter(pk=copy.pk))
    copy.refresh_from_db()
    return _respond(request, copy, f"Looking up “{copy.title}” again.")


def _respond(request, copy: UserBook, sentence: str, undo_at: str = ""):
    if _wants_json(request):
        return JsonResponse({"entries": [_row(request, copy)], "unknown": unknown(request.user).count()})
    messages.success(request, sentence, extra_tags=undo_at)
    return redirect("entries_unknown" if request.POST.get("from") == "unknown" else "entry_scanner")


# ── Not found ───────────────────────────────────────────────────────────────────────────────────────────────────────
@login_required
@require_GET
def unknown_books(request):
    copies = unknown(request.user).select_related("shelf").order_by("-added", "-pk")
    page = Paginator(copies, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "library/entries_unknown.html", {"page": page, "pages": pages_around(page)})


@login_required
@require_POST
def retry_all(request):
    count = metadata_lookup.retry_lookups(unknown(request.user))
    books = count_of(count, "book is", "books are")
    messages.success(request, f"{books} being looked up again." if count else "There is nothing to look up.")
    return redirect("entries_unknown")
