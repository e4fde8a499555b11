"""The page for adding books by ISBN: typed, pasted, from a scanner or the camera; and the books that no catalogue knows."""

import uuid
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
from library.copies import bulk_changes, isbn_entry, owner_edits, trash
from library.copies.isbn_entry import Entered, EntryOutcome, last_batch, remember_batch
from library.forms import EntriesForm, NameForm, TypedForm
from library.forms.fields import error_sentence
from library.in_words import count_of
from library.listing import PAGE_SIZE, pages_around
from library.models import Entry, SyncStatus, UserBook
from library.views.editions import numbers_in

SESSION = timedelta(hours=12)  # the list shows books added since then
SHOWN = 100
LONGEST = 200  # characters of a text that are sent back


def _own_copies(user):
    return UserBook.objects.filter(user=user).select_related("shelf")


def unknown(user):
    """This person's books whose look-up failed."""
    return UserBook.objects.of(user).filter(sync_status=SyncStatus.FAILED)


@login_required
@csp_update({"script-src": [SELF, WASM_UNSAFE_EVAL]})
def entry_isbn(request):
    """The page for typing, scanners and the camera, whose barcode reader may be WebAssembly. Without scripts, its form is posted
    and adds every ISBN in the text."""
    if request.method != "POST":
        return _entry_page(request, camera="camera" in request.GET)
    form = TypedForm(request.user, request.POST)
    if not form.is_valid():
        return _entry_page(request, form)
    remember_batch(request.user, form.batch())
    return _entry_page(request, **_outcome_of(form.save()))


def _entry_page(request, form: TypedForm | None = None, **context):
    """With the settings of the batch, and the books added during this session."""
    user, batch, since = request.user, last_batch(request.user), timezone.now() - SESSION
    recent = _own_copies(user).filter(removed__isnull=True, added__gte=since, entry__in=[Entry.ISBN, Entry.BARCODE])
    context |= {
        "form": form or TypedForm(user, batch=batch, initial={"entry_key": uuid.uuid4().hex}),
        "batch": batch,
        "copies": recent.order_by("-added", "-pk")[:SHOWN],
        "unknown": unknown(user).count(),
    }
    return render(request, "library/add_books.html", context)


def _outcome_of(entered: list[Entered]) -> dict:
    """Entries by outcome. One that was sent again counts as added, as it did the first time."""
    by = {outcome: [item for item in entered if item.outcome == outcome] for outcome in EntryOutcome}
    added = by[EntryOutcome.ADDED] + by[EntryOutcome.AGAIN]
    return {"added": added, "owned": by[EntryOutcome.OWNED], "refused": by[EntryOutcome.REFUSED]}


@login_required
@require_POST
def entry_send(request):
    """Adds what is in the script's queue: `isbn`, repeated, is a number or a text with many. Responds with JSON."""
    form = EntriesForm(request.user, request.POST)
    if not form.is_valid():
        return _refused(error_sentence(form))
    batch = form.batch()
    remember_batch(request.user, batch)
    texts, keys = form.cleaned_data["texts"], form.cleaned_data["keys"]
    entered = isbn_entry.add_isbns(request.user, texts, keys=keys, entry=Entry.BARCODE, **batch.as_own())
    rows = [_in_json(request, item, shown=place >= len(entered) - SHOWN) for place, item in enumerate(entered)]
    return JsonResponse({"entries": rows})


def _refused(sentence: str):
    return JsonResponse({"detail": sentence, "code": "not-accepted"}, status=422)


def _wants_json(request) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _in_json(request, entered: Entered, shown: bool) -> dict:
    plain = {"key": entered.key, "outcome": entered.outcome, "sentence": entered.sentence, "text": entered.text[:LONGEST]}
    if entered.copy is None:
        return plain
    return plain | (_row(request, entered.copy, entered.outcome) if shown else {"id": entered.copy.pk})


def _row(request, copy: UserBook, outcome: str = "") -> dict:
    """A copy for the list: its HTML, and the values that the script needs."""
    html = render_to_string("library/_entry.html", {"copy": copy, "outcome": outcome}, request)
    return {"id": copy.pk, "title": copy.title, "sync": copy.sync_status, "html": html}


@login_required
@require_GET
def states(request):
    """The current state of books in the list; `id` is repeated for every book that was still being looked up."""
    copies = _own_copies(request.user).filter(pk__in=numbers_in(request.GET.getlist("id"))[:SHOWN])
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
def entries_undo(request):
    """Removes all books of a list that was just added."""
    copies = UserBook.objects.of(request.user).filter(pk__in=numbers_in(request.POST.get("ids", "").split(",")))
    undo = bulk_changes.apply_change(request.user, copies, bulk_changes.Change(remove=True))
    return JsonResponse({"sentence": undo.sentence if undo else "There was nothing to remove."})


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
    if not form.is_valid() and _wants_json(request):
        return _refused("Enter the title of the book.")
    if not form.is_valid():
        messages.error(request, "Enter the title of the book.")
        return _back(request)
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
    return _back(request)


def _back(request):
    return redirect("entries_unknown" if request.POST.get("from") == "unknown" else "entry_isbn")


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
