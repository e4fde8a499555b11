"""The list of scans, and the page of one: watched while it is at work, reviewed when it is done."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from library.models import Status
from scanning import events, pipeline, purchases, second_look, uploads
from scanning.forms import ScanBatchForm, WordsForm
from scanning.models import Band, Decision, Scan
from scanning.review_rows import review_of
from scanning.views.upload import allow_uploads, photo_form

STATUS_KEY = "review_status"  # in the session: how the books of the next batch are marked
SCANS_A_PAGE = 24


def own_scan(request, job_id: str) -> Scan:
    return get_object_or_404(Scan.objects.of(request.user).select_related("shelf", "user"), job_id=job_id)


@login_required
@never_cache
@require_GET
def scans(request):
    pending = Q(candidates__decision=Decision.PENDING)
    rows = (
        Scan.objects.of(request.user)
        .select_related("shelf")
        .annotate(
            found=Count("candidates"),
            sure=Count("candidates", filter=pending & Q(candidates__band=Band.SURE)),
            doubtful=Count("candidates", filter=pending & Q(candidates__band=Band.CHECK)),
            added=Count("candidates", filter=Q(candidates__decision=Decision.ACCEPTED)),
        )
        .order_by("-created")
    )
    page = Paginator(rows, SCANS_A_PAGE).get_page(request.GET.get("page"))
    if request.headers.get("X-Parts"):
        return render(request, "scanning/_cards.html", {"page": page})
    context = {"page": page, "form": photo_form(request), "max_mb": settings.SCAN_MAX_MB}
    return allow_uploads(render(request, "scanning/scans.html", context))


@login_required
@never_cache
@require_GET
def scan(request, job_id):
    scan = own_scan(request, job_id)
    return render(request, "scanning/scan.html", page_context(request, scan))


@login_required
@never_cache
@require_GET
def scan_review(request, job_id):
    """What changes on the page of a scan, for a page that is open already; with `rows`, only those books, with all about them."""
    scan = own_scan(request, job_id)
    if "rows" not in request.GET:
        return render(request, "scanning/_changing.html", page_context(request, scan))
    numbers = set(request.GET["rows"].split(","))
    found = review_of(scan)
    rows = [found.row_of(row.candidate) for row in found.rows if str(row.candidate.number) in numbers]
    return render(request, "scanning/_some_rows.html", {"scan": scan, "rows": rows, "opened": request.GET.get("open", "")})


@login_required
@never_cache
@require_GET
def scan_events(request, job_id):
    """The log, for pages that have no socket."""
    scan = own_scan(request, job_id)
    after = request.GET.get("after", "0")
    if not after.isdecimal() or len(after) > 9:
        return JsonResponse({"detail": "`after` is the number of the last event you have."}, status=422)
    return JsonResponse({"events": events.after(scan, int(after)), "status": scan.status})


def page_context(request, scan: Scan, **more) -> dict:
    # The number first: what is added to the log while the rest is read will come again, and does no harm.
    seq = scan.last_seq
    progress = scan.events.filter(type="progress").order_by("-seq").first()
    at = request.GET.get("at", "")
    review = review_of(scan, int(at) if at.isdecimal() and len(at) < 7 else 1)
    return {
        "scan": scan,
        "seq": seq,
        "progress": progress.payload if progress else {},
        "review": review,
        "show": request.GET.get("show", ""),
        "opened_at": at if request.GET.get("open") == "others" else "",
        "place": ScanBatchForm(request.user, initial=_place_of(request, scan)),
        "words": WordsForm(auto_id="missed_%s"),
        "again": _second_look(scan, review),
        "finished": scan.status == Scan.Status.COMPLETE and bool(review.added) and not review.open,
        **more,
    }


def _second_look(scan: Scan, review) -> dict:
    """What a better engine could do for it and for how much, and what the photo has cost; nothing where none is configured."""
    if not second_look.second_look_engine():
        return {}
    found = second_look.second_look_offers(scan, review.counts["unread"])
    return {"offers": found, "cost": purchases.scan_cost(scan), "month": purchases.month(scan.user_id)}


def _place_of(request, scan: Scan) -> dict:
    return {"shelf": scan.shelf_id or "", "status": status_of(request)}


def status_of(request) -> str:
    """How books are marked when they are added: as the last time."""
    return request.session.get(STATUS_KEY, Status.TO_READ)


@login_required
@require_POST
def scan_retry(request, job_id):
    scan = own_scan(request, job_id)
    if not pipeline.retry(scan):
        messages.info(request, "This scan does not need another try.")
    return redirect(scan)


@login_required
@require_POST
def scan_look_again(request, job_id):
    scan = own_scan(request, job_id)
    if not pipeline.look_again(scan, request.POST.get("what", "")):
        messages.info(request, "There is nothing to read again.")
    return redirect(f"{scan.get_absolute_url()}#review")


@login_required
@require_POST
def scan_cancel(request, job_id):
    scan = own_scan(request, job_id)
    pipeline.cancel(scan)
    return redirect(scan)


@login_required
@require_POST
def scan_delete(request, job_id):
    uploads.delete_scan(own_scan(request, job_id))
    messages.success(request, "The scan and its photo have been deleted. Books you added from it stay in your library.")
    return redirect("scans")
