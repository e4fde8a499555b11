"""Adding books by typing: ISBNs in any text, a title to search the catalogues for, or all details by hand."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from catalogs import Record, isbn, lookup
from library.copies import editions, isbn_entry
from library.copies.isbn_entry import EntryOutcome, last_batch, remember_batch
from library.forms import AddBookForm, EntryBatchForm, TypedForm
from library.models import Entry, UserBook

SHOWN = 200  # ISBNs in the preview of a text


# ── ISBNs in a text ─────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Understood:
    """An ISBN found in the text, with what we know about it."""

    found: isbn.Found
    record: Record | None
    copies: int  # already owned
    repeated: bool  # also occurs earlier in the text

    @property
    def hyphenated(self) -> str:
        return isbn.hyphenated(self.found.isbn)


def _understand(user, found: list[isbn.Found]) -> list[_Understood]:
    """Uses three queries, however many there are."""
    numbers = {item.isbn for item in found if item.isbn}
    known, owned = isbn_entry.known_here(numbers), isbn_entry.owned_counts(user, numbers)
    rows, seen = [], set()
    for item in found:
        rows.append(_Understood(item, known.get(item.isbn), owned.get(item.isbn, 0), item.isbn in seen))
        seen |= {item.isbn} - {""}
    return rows


@login_required
def entry_isbn(request):
    if request.method == "POST":
        form = TypedForm(request.user, request.POST)
        if form.is_valid():
            remember_batch(request.user, form.batch())
            return render(request, "library/add_isbn_done.html", _outcome_of(form.save()))
    else:
        form = TypedForm(request.user, batch=last_batch(request.user), initial={"entry_key": uuid.uuid4().hex})
    return render(request, "library/add_isbn.html", {"form": form})


def _outcome_of(entered: list[isbn_entry.Entered]) -> dict:
    """Entries by outcome. One that was sent again counts as added, as it did the first time."""
    by = {outcome: [item for item in entered if item.outcome == outcome] for outcome in EntryOutcome}
    return {
        "added": by[EntryOutcome.ADDED] + by[EntryOutcome.AGAIN],
        "owned": by[EntryOutcome.OWNED],
        "refused": by[EntryOutcome.REFUSED],
        "again": bool(by[EntryOutcome.AGAIN]),
    }


@login_required
@require_POST
def understood(request):
    """A preview of the ISBNs in a text while it is typed; nothing is added."""
    rows = _understand(request.user, isbn.find(request.POST.get("text", "")[:1_000_000]))
    good = [row for row in rows if row.found.isbn]
    context = {"rows": rows[:SHOWN], "more": max(0, len(rows) - SHOWN), "good": len(good), "bad": len(rows) - len(good)}
    context["owned"] = sum(1 for row in good if row.copies)
    return render(request, "library/_understood.html", context)


# ── Searching the catalogues by title ───────────────────────────────────────────────────────────────────────────────
@login_required
@require_GET
def entry_search(request):
    text = " ".join(request.GET.get("q", "").replace("\0", "").split())[:300]
    context = {"q": text, "form": EntryBatchForm(request.user, batch=last_batch(request.user))}
    if text:
        context |= editions.search_catalogs(request.user, text)
    fragment = request.headers.get("HX-Target") == "add-results"
    return render(request, "library/_add_results.html" if fragment else "library/add_search.html", context)


@login_required
@require_POST
def search_add(request):
    """Adds one of the results."""
    form = EntryBatchForm(request.user, request.POST)
    try:
        record = editions.offered_record(request.POST.get("record", ""), editions.OFFERED_FOR)
    except signing.BadSignature:
        record = None
    if record is None or not form.is_valid():
        messages.error(request, "That book could not be added. Search again and choose it once more.")
        return redirect("entry_search")
    batch = form.batch()
    remember_batch(request.user, batch)
    own = {"status": batch.status, "shelf": batch.shelf, "tags": batch.tags}
    copy = isbn_entry.add_record(request.user, record, entry=Entry.SEARCH, **own).copy
    if request.headers.get("HX-Request"):
        return render(request, "library/_add_result_added.html", {"copy": copy})
    messages.success(request, f"Added “{copy.title}” to your library.", extra_tags=reverse("entry_undo", args=[copy.pk]))
    return redirect("entry_search")


# ── By hand ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@login_required
def hand(request):
    chosen = last_batch(request.user)
    first = {"status": chosen.status, "shelf": chosen.shelf, "entry_key": uuid.uuid4().hex, **request.GET.dict()}
    form = AddBookForm(request.user, lookup.lookup_from_settings(), request.POST or None, initial=first)
    owned: list[UserBook] = []
    if request.method == "POST" and form.is_valid():
        owned = [] if "again" in request.POST else form.owned()
        if not owned:
            copy = form.save()
            messages.success(request, f"Added “{copy.title}” to your library.")
            return redirect("book_add") if "another" in request.POST else redirect(copy)
    return render(request, "library/add_hand.html", {"form": form, "owned": owned})
