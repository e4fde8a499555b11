"""Adding books without an ISBN: by a title to search the catalogues for, or with all details by hand."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from catalogs import lookup
from library.copies import editions, isbn_entry
from library.copies.isbn_entry import last_batch, remember_batch
from library.forms import AddBookForm, EntryBatchForm
from library.models import Entry, UserBook


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
