"""Changing a copy's edition or cover, and merging and splitting records."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from catalogs import lookup
from library.copies import editions, facts, merging
from library.copies.editions import WAIT_FOR_EDITIONS, offer_key, offered_record
from library.covers import cover_choice, cover_files
from library.forms.copies import CoverForm
from library.forms.fields import error_sentence
from library.models import UserBook
from library.views.copies import in_text, own_copy


@login_required
def book_editions(request, pk):
    copy = own_copy(request, pk)
    if request.method == "POST":
        try:
            record = offered_record(request.POST.get("edition", ""))
        except signing.BadSignature:
            messages.error(request, "That edition is no longer on the list. Choose again.")
            return redirect("book_editions", pk)
        undo = editions.choose_edition(request.user, copy, record, over_mine="over_mine" in request.POST)
        messages.success(request, "Edition changed.", extra_tags=reverse("undo", args=[undo.pk]))
        return redirect(copy)
    catalogs = lookup.lookup_from_settings(WAIT_FOR_EDITIONS)
    found = [
        {"record": record, "key": offer_key(record), "source": facts.source_in_words(record.source)}
        for record in editions.other_editions(copy, catalogs)
    ]
    return render(request, "library/editions.html", {"copy": copy, "editions": found, "problems": catalogs.problems})


def _copy_in_library(request, pk) -> UserBook:
    """A copy that is not in the trash."""
    books = UserBook.objects.of(request.user).select_related("book", "shelf")
    return get_object_or_404(books, pk=pk)


@login_required
def book_merge(request, pk, other):
    """Merges `other` into `pk`, after showing how the two differ."""
    keep, other = _copy_in_library(request, pk), _copy_in_library(request, other)
    two_isbns = bool(keep.isbn13 and other.isbn13 and keep.isbn13 != other.isbn13)
    error = ""
    if request.method == "POST":
        try:
            undo = merging.merge_copies(request.user, keep, other, two_isbns="two_isbns" in request.POST)
            messages.success(request, undo.sentence, extra_tags=reverse("undo", args=[undo.pk]))
            return redirect(keep)
        except merging.MergeError as problem:
            error = str(problem)
    differences = [
        (label(item.name), in_text(item.kept), in_text(item.other))
        for item in merging.fact_differences(keep, other)
        if item.name not in ("cover", "shelf_id")
    ]
    context = {"keep": keep, "other": other, "two_isbns": two_isbns, "differences": differences, "error": error}
    return render(request, "library/merge.html", context)


def label(name: str) -> str:
    words = str(UserBook._meta.get_field(name).verbose_name)
    return words[0].upper() + words[1:]


@login_required
def book_split(request, pk):
    """Splits a copy, after asking which rows belong to the second one; opens that one for editing."""
    copy = own_copy(request, pk)
    if request.method == "POST" and not copy.removed:
        rows = {rows.relation: numbers_in(request.POST.getlist(rows.relation)) for rows in _offered()}
        second, undo = merging.split_copy(request.user, copy, **rows)
        messages.success(request, undo.sentence, extra_tags=reverse("undo", args=[undo.pk]))
        return redirect("book_edit", second.pk)
    groups = [(rows, [(row.pk, rows.in_words(row)) for row in getattr(copy, rows.relation).all()]) for rows in _offered()]
    return render(request, "library/split.html", {"copy": copy, "groups": [group for group in groups if group[1]]})


def _offered() -> list[merging.CopyRows]:
    return [rows for rows in merging.COPY_ROWS if rows.heading]


def numbers_in(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19]


NOT_NOW = "private, max-age=600"


@login_required
@require_GET
def cover(request, name):
    return cover_files.picture_response(cover_files.shared_key(name))


@login_required
@require_GET
def cover_own(request, name):
    """The key contains the number of the requesting user, so nobody can get at other people's pictures."""
    return cover_files.picture_response(cover_files.own_key(request.user.pk, name))


@login_required
@require_GET
def cover_fetched(request):
    """A cover at a signed address from one of our pages: downloaded when first shown, then stored."""
    address, proof = request.GET.get("of", ""), request.GET.get("proof", "")
    if not cover_files.is_ours(address, proof) or not cover_files.is_wanted(address):
        raise Http404
    if key := cover_files.fetched_cover_key(address):
        return cover_files.picture_response(key)
    return HttpResponse(status=404, headers={"Cache-Control": NOT_NOW})


@login_required
def choose_cover(request, pk):
    copy = own_copy(request, pk)
    if request.method != "POST":
        return render(request, "library/book_cover.html", {"copy": copy, "offers": cover_choice.cover_offers(copy)})
    form = CoverForm(copy, request.POST, request.FILES)
    if form.is_valid():
        form.save()
        messages.success(request, cover_choice.SENTENCES[form.cleaned_data["choice"]])
        return redirect(copy)
    messages.error(request, error_sentence(form))
    return redirect("book_cover", pk)
