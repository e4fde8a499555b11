"""The upload page: several photos by plain post, or each by a ticket from static/js/upload.js, which asks here for its scan."""

from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from accounts import rates
from library.forms.fields import error_sentence
from library.models import Shelf
from scanning import images, tickets, uploads
from scanning.forms import PhotoForm
from scanning.models import Scan


@dataclass(frozen=True)
class _Outcome:
    """What became of one photo: its scan, the earlier scan of the same photo, or a sentence with its status."""

    name: str
    scan: Scan | None = None
    earlier: Scan | None = None
    error: str = ""
    status: int = 422


@login_required
@csrf_exempt  # the token is checked in `_scan_new`: the limit has to be in place before anybody reads the post
def scan_new(request):
    request.upload_handlers.insert(0, uploads.PhotoSizeLimit(request))
    return _scan_new(request)


@csrf_protect
def _scan_new(request):
    form = photo_form(request)
    outcomes = []
    if request.method == "POST" and form.is_valid():
        outcomes = list(_take_all(request, form.place, form.cleaned_data["kind"]))
        if request.accepts("text/html"):
            if not outcomes:
                form.add_error(None, "Choose at least one photo.")
            elif all(outcome.scan for outcome in outcomes):
                return redirect(outcomes[0].scan if len(outcomes) == 1 else "scans")
    if not request.accepts("text/html"):
        return _as_json(request, form, outcomes)
    context = {"form": form, "outcomes": outcomes, "max_mb": settings.SCAN_MAX_MB}
    page = render(request, "scanning/new.html", context, status=422 if request.method == "POST" else 200)
    return allow_uploads(page)


def photo_form(request) -> PhotoForm:
    """The form for the next photo, with the shelf of the latest one."""
    latest = Scan.objects.of(request.user).first()
    kind = request.GET.get("kind") if request.GET.get("kind") in Scan.Kind else Scan.Kind.SHELF
    initial = {"shelf": latest and latest.shelf_id, "kind": kind}
    return PhotoForm(request.user, request.POST if request.method == "POST" else None, initial=initial)


def allow_uploads(page):
    """The page may upload to the bucket, if there is one."""
    if bucket := tickets.upload_host():
        page._csp_update = {"connect-src": bucket}  # what csp.decorators.csp_update does where it is known beforehand
    return page


def _take_all(request, place: Shelf | str, kind: str):
    """What came with the form; without any, what was put where the ticket of a job says."""
    job_id = request.POST.get("job_id")
    for name in request.too_heavy:
        yield _Outcome(name, error=str(images.too_heavy(settings.SCAN_MAX_MB)))
    for file in request.FILES.getlist("photos"):
        yield _outcome(request, file.name, uploads.take_in_upload, file, file.name, job_id, place, kind)
    if job_id and not request.FILES and not request.too_heavy:
        with suppress(tickets.NotUploaded):
            yield _outcome(request, "The photo", tickets.take_ticket_photo, job_id, place, kind)


def _outcome(request, name: str, take, *what) -> _Outcome:
    if not rates.count_request(request, request.user, "scans", "RATE_LIMIT_SCANS"):
        return _Outcome(name, error=request.share.refusal, status=429)
    try:
        return _Outcome(name, scan=take(request.user, *what))
    except (uploads.UploadError, images.PhotoError) as error:
        return _Outcome(name, error=str(error))
    except uploads.SeenBefore as seen:
        return _Outcome(name, earlier=seen.scan)


def _as_json(request, form: PhotoForm, outcomes: list[_Outcome]) -> JsonResponse:
    """The answer for one photo, as upload.js sends them."""
    if form.errors:
        return JsonResponse({"detail": error_sentence(form)}, status=422)
    if not outcomes:
        return JsonResponse({"detail": "The photo did not arrive. Choose it again."}, status=404)
    outcome = outcomes[0]
    if outcome.earlier:
        detail = "You have scanned this photo before."
        again = reverse("scan_again", args=[outcome.earlier.job_id])
        return JsonResponse({"detail": detail, "url": outcome.earlier.get_absolute_url(), "again": again}, status=409)
    if outcome.error:
        wait = {"Retry-After": str(request.share.reset)} if outcome.status == 429 else {}
        return JsonResponse({"detail": outcome.error}, status=outcome.status, headers=wait)
    return JsonResponse({"jobId": outcome.scan.job_id, "url": outcome.scan.get_absolute_url()}, status=201)


@login_required
@require_POST
def scan_again(request, job_id):
    scan = get_object_or_404(Scan.objects.of(request.user).exclude(photo=""), job_id=job_id)
    if not rates.count_request(request, request.user, "scans", "RATE_LIMIT_SCANS"):
        messages.error(request, request.share.refusal)
        return redirect(scan)
    try:
        return redirect(uploads.scan_again(scan))
    except uploads.UploadError as error:
        messages.error(request, str(error))
        return redirect(scan)
