"""What is tapped in a review. Each is saved at once; static/js/parts.js gets what changed, a plain post the page again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from catalogs import lookup
from scanning import review, uploads
from scanning.forms import ScanBatchForm, WordsForm
from scanning.models import Candidate
from scanning.views.pages import STATUS_KEY, own_scan, page_context, status_of


@login_required
@require_POST
def candidate_accept(request, job_id, pk):
    _own(request, job_id, pk)
    return _row(request, review.accept_candidate(pk, request.user, status_of(request)), decided=True)


@login_required
@require_POST
def candidate_reject(request, job_id, pk):
    _own(request, job_id, pk)
    return _row(request, review.reject_candidate(pk, request.user), decided=True)


@login_required
@require_POST
def candidate_undo(request, job_id, pk):
    _own(request, job_id, pk)
    return _row(request, review.undo_decision(pk, request.user))


@login_required
@require_POST
def candidate_choose(request, job_id, pk):
    candidate = _own(request, job_id, pk)
    try:
        return _row(request, review.choose_alternative(pk, request.user, request.POST.get("edition", "")))
    except review.ReviewError as error:
        return _row(request, candidate, problem=str(error))


@login_required
@require_POST
def candidate_edit(request, job_id, pk):
    candidate = _own(request, job_id, pk)
    words = WordsForm(request.POST).words()
    try:
        edited = review.edit_candidate(
            pk,
            request.user,
            None if "as_typed" in request.POST else lookup.lookup_from_settings(lookup.SECONDS_ON_A_PAGE),
            **words,
        )
    except review.ReviewError as error:
        return _row(request, candidate, problem=str(error), typed=words, opened="edit")
    return _row(request, edited, opened="others" if edited.alternatives else "")


@login_required
@require_POST
def scan_missed(request, job_id):
    scan = own_scan(request, job_id)
    form = WordsForm(request.POST, auto_id="missed_%s")
    try:
        candidate = review.add_missed_book(scan, lookup.lookup_from_settings(lookup.SECONDS_ON_A_PAGE), **form.words())
    except review.ReviewError as error:
        form.add_error(None, str(error))
        return _whole(request, scan, words=form)
    return _whole(request, scan, anchor=f"book-{candidate.number}", fresh=candidate.number)


@login_required
@require_POST
def scan_accept(request, job_id):
    scan = own_scan(request, job_id)
    review.accept_all_open(scan, status=status_of(request), with_owned=request.POST.get("owned") == "1")
    return _whole(request, scan, anchor="review", decided=True)


@login_required
@require_POST
def scan_reject_unread(request, job_id):
    scan = own_scan(request, job_id)
    review.reject_all_unread(scan)
    return _whole(request, scan, anchor="review", decided=True)


@login_required
@require_POST
def scan_undo(request, job_id):
    scan = own_scan(request, job_id)
    moment = parse_datetime(request.POST.get("moment", ""))
    if moment:
        review.undo_decisions(scan, moment)
    return _whole(request, scan, anchor="review")


@login_required
@require_POST
def scan_place(request, job_id):
    """Where the books of this scan go and how they are marked; kept for the next scan as well."""
    scan = own_scan(request, job_id)
    form = ScanBatchForm(request.user, request.POST)
    if not form.is_valid():
        return _whole(request, scan, place=form)
    scan.shelf = uploads.shelf_called(request.user, form.place)
    scan.save(update_fields=["shelf"])
    request.session[STATUS_KEY] = form.cleaned_data["status"]
    return _whole(request, scan, anchor="review")


@login_required
@require_POST
def name_shelf(request, job_id):
    """The label that was read on the board becomes the name of the shelf, which is made where there is none of that name."""
    scan = own_scan(request, job_id)
    label = request.POST.get("label", "")
    shelf = uploads.shelf_called(request.user, label) if label in scan.shelf_labels else None
    if shelf:
        review.stand_on(scan, shelf)
        scan.shelf = shelf
    return _whole(request, scan, anchor="review")


def _own(request, job_id: str, pk: int) -> Candidate:
    mine = Candidate.objects.of(request.user).select_related("scan__user", "scan__shelf", "copy")
    return get_object_or_404(mine, pk=pk, scan__job_id=job_id)


def _row(request, candidate: Candidate, **more):
    if request.headers.get("X-Parts"):
        context = page_context(request, candidate.scan, **more)
        context["row"] = context["review"].row_of(candidate)
        return render(request, "scanning/_answer.html", context)
    if problem := more.get("problem"):
        messages.error(request, problem)
    return HttpResponseRedirect(f"{candidate.scan.get_absolute_url()}#book-{candidate.number}")


def _whole(request, scan, anchor: str = "", **more):
    if request.headers.get("X-Parts"):
        return render(request, "scanning/_changing.html", page_context(request, scan, **more))
    if anchor:
        return redirect(f"{scan.get_absolute_url()}#{anchor}")
    return render(request, "scanning/scan.html", page_context(request, scan, **more), status=422)
