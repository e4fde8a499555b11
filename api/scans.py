"""Scans: upload photos and follow their progress."""

from typing import Annotated

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from ninja import Query, Status
from ninja.decorators import decorate_view
from ninja.throttling import BaseThrottle
from pydantic import Field

from api import scan_schemas, throttling
from api.authentication import SCANNERS
from api.errors import Problem, invalid, not_found
from api.idempotent_calls import creates
from api.root import binary
from api.scan_photos import PHOTO_BODY, limited, sent
from api.scan_schemas import JobId
from api.schemas import INTEGER, Page, Slice, router
from library import serializers
from library.models import Shelf
from scanning import events, images, picture_answers, pipeline, purchases, results, review, second_look, tickets, uploads
from scanning.models import Candidate, Decision, Scan

SpineNumber = Annotated[int, Field(ge=1, le=INTEGER)]
calls = router("Scans", auth=SCANNERS)
upload_calls = router("Scans", auth=SCANNERS)
PHOTOS: list[BaseThrottle] = [throttling.CALLS, throttling.SCANS]


def _scans_of(user):
    pending = Q(candidates__decision=Decision.PENDING)
    bands = {band: Count("candidates", filter=pending & Q(candidates__band=band)) for band in ("sure", "check", "unread")}
    made = {name: Count("candidates", filter=Q(candidates__decision=name)) for name in ("accepted", "rejected")}
    return Scan.objects.of(user).select_related("shelf", "user").annotate(**bands, **made)


def scan_of_user(user, job_id: str) -> Scan:
    scan = _scans_of(user).filter(job_id=job_id).first()
    if scan is None:
        raise not_found()
    return scan


def _scan_json(scan: Scan) -> dict:
    names = (
        "job_id",
        "kind",
        "status",
        "stage",
        "filename",
        "width",
        "height",
        "error",
        "retryable",
        "notes",
        "shelf_labels",
        "engine",
    )
    facts = {name: getattr(scan, name) for name in (*names, "timings", "last_seq", "created", "finished")}
    counts = {name: getattr(scan, name) for name in ("sure", "check", "unread", "accepted", "rejected")}
    return facts | {"shelf": serializers.shelf_name_json(scan.shelf) if scan.shelf else None, "counts": counts}


def candidate_shown(row: Candidate) -> dict:
    return results.final_book(row) | {"id": row.pk, "number": row.number, "decision": row.decision, "bookId": row.copy_id}


def _place_of(user, shelf: str) -> Shelf | str:
    """The name of a shelf that may be given by its id."""
    if shelf.isascii() and shelf.isdecimal() and len(shelf) < 19:
        known = Shelf.objects.filter(user=user, pk=int(shelf)).first()
        return known or shelf
    return shelf


# ── Uploads ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@upload_calls.post("", response={201: scan_schemas.TicketOut})
@creates
def ask_for_upload(request: HttpRequest, body: scan_schemas.TicketIn):
    """Creates a ticket for a direct upload: `PUT` the photo to `url` with `headers`, then `POST /scans` with the `jobId`."""
    shelf = _place_of(request.user, body.shelf)
    try:
        ticket = tickets.issue(request.user, body.filename, body.content_type, body.size, body.job_id or "", shelf, body.kind)
    except uploads.UploadError as error:
        raise invalid(str(error)) from None
    return Status(
        201,
        {
            "jobId": ticket.job_id,
            "url": request.build_absolute_uri(tickets.upload_address(ticket)),
            "method": "PUT",
            "headers": {"Content-Type": ticket.content_type},
            "key": ticket.key,
            "expiresAt": ticket.expires,
        },
    )


@calls.post("", response={202: scan_schemas.ScanOut, 409: None, 413: None}, throttle=PHOTOS, openapi_extra=PHOTO_BODY)
@decorate_view(limited)
@creates
def start_scan(request: HttpRequest, response: HttpResponse):
    """Starts a scan of a `photo` sent as a form or, with JSON, of a photo uploaded with a ticket. Repeating the `jobId` returns
    the same scan. If you have scanned the photo before, the response is 409 with that scan in `Location`."""
    requested = sent(request)
    shelf = _place_of(request.user, requested.shelf)
    try:
        if requested.photo is None:
            scan = tickets.take_ticket_photo(request.user, requested.job_id, shelf, **requested.wanted)
        else:
            scan = uploads.take_in_upload(
                request.user, requested.photo, requested.photo.name or "", requested.job_id, shelf, **requested.wanted
            )
    except (uploads.UploadError, images.PhotoError) as error:
        raise invalid(f"photo: {error}") from None
    except tickets.NotUploaded:
        raise Problem(409, "not-uploaded", "There is no photo for this job yet. Upload it first.") from None
    except uploads.SeenBefore as seen:
        where = {"Location": f"/api/v1/scans/{seen.scan.job_id}"}
        raise Problem(409, "seen-before", f"{seen} The scan is {seen.scan.job_id}.", where) from None
    response["Location"] = f"/api/v1/scans/{scan.job_id}"
    return Status(202, _scan_json(scan_of_user(request.user, scan.job_id)))


# ── Progress ────────────────────────────────────────────────────────────────────────────────────────────────────────
@calls.get("", response=Page[scan_schemas.ScanOut])
def list_scans(request: HttpRequest, paging: Query[Slice]):
    """Lists your scans, latest first."""
    page = paging.of(_scans_of(request.user).order_by("-created", "-pk"))
    return {"items": [_scan_json(scan) for scan in page["items"]], "count": page["count"]}


@calls.get("/{job_id}", response=scan_schemas.ScanWithCandidates)
def get_scan(request: HttpRequest, job_id: JobId):
    """Returns one scan with its current proposals."""
    scan = scan_of_user(request.user, job_id)
    form = _scan_json(scan)
    offers = [vars(offer) for offer in second_look.second_look_offers(scan, form["counts"]["unread"])]
    more = {"cost": purchases.scan_cost(scan), "second_looks": offers}
    return form | more | {"candidates": [candidate_shown(row) for row in scan.candidates.all()]}


@calls.get("/{job_id}/results", response=scan_schemas.ResultsOut)
def get_results(request: HttpRequest, job_id: JobId):
    """Returns the results. Before the scan is complete, they are partial; see `status`."""
    return results.final(scan_of_user(request.user, job_id))


@calls.get("/{job_id}/events", response=scan_schemas.EventsOut)
def get_events(request: HttpRequest, job_id: JobId, requested: Query[scan_schemas.EventsAfter]):
    """Lists all events after `after`, in order and without gaps: an alternative to the websocket."""
    scan = scan_of_user(request.user, job_id)
    found = events.after(scan, requested.after)
    return {"items": found[: requested.limit], "count": len(found), "status": scan.status}


@calls.get("/{job_id}/photo", response={200: None, 304: None}, openapi_extra=binary("image/jpeg"))
def get_photo(request: HttpRequest, job_id: JobId):
    """Returns the photo, upright and without camera data."""
    return picture_answers.photo(request, scan_of_user(request.user, job_id))


@calls.get("/{job_id}/thumbnail", response={200: None, 304: None}, openapi_extra=binary("image/webp"))
def get_thumbnail(request: HttpRequest, job_id: JobId):
    """Returns a small version of the photo."""
    return picture_answers.thumbnail(request, scan_of_user(request.user, job_id))


@calls.get("/{job_id}/spines/{spine_number}", response={200: None, 304: None}, openapi_extra=binary("image/webp"))
def get_spine(request: HttpRequest, job_id: JobId, spine_number: SpineNumber):
    """Returns the picture of a spine, by the `number` of its proposal."""
    return picture_answers.spine(request, scan_of_user(request.user, job_id), spine_number)


@calls.patch("/{job_id}", response=scan_schemas.ScanOut)
def change_scan(request: HttpRequest, job_id: JobId, body: scan_schemas.ScanPatch):
    """Sets the shelf that the photo shows; accepted books are put there."""
    scan = scan_of_user(request.user, job_id)
    if "shelf" in body.model_fields_set:
        scan.shelf = uploads.shelf_called(request.user, _place_of(request.user, body.shelf))
        scan.save(update_fields=["shelf"])
    if body.with_books and scan.shelf:
        review.stand_on(scan, scan.shelf)
    return _scan_json(scan_of_user(request.user, job_id))


@calls.post("/{job_id}/again", response={202: scan_schemas.ScanOut}, throttle=PHOTOS)
@creates
def scan_again(request: HttpRequest, job_id: JobId, response: HttpResponse):
    """Scans the same photo again, as a new scan."""
    scan = scan_of_user(request.user, job_id)
    if not scan.photo:
        raise not_found("This scan has no photo.")
    try:
        scan = uploads.scan_again(scan)
    except FileNotFoundError:
        raise not_found("The photo of this scan has been deleted.") from None
    except uploads.UploadError as error:
        raise invalid(str(error)) from None
    response["Location"] = f"/api/v1/scans/{scan.job_id}"
    return Status(202, _scan_json(scan_of_user(request.user, scan.job_id)))


@calls.post("/{job_id}/retry", response={202: scan_schemas.ScanOut, 409: None}, throttle=PHOTOS)
def retry_scan(request: HttpRequest, job_id: JobId):
    """Continues from the stage that failed or was stopped."""
    if not pipeline.retry(scan_of_user(request.user, job_id)):
        raise Problem(409, "no-retry", "This scan does not need another try, or one would not help.")
    return Status(202, _scan_json(scan_of_user(request.user, job_id)))


@calls.post("/{job_id}/second-look", response={202: scan_schemas.ScanOut, 409: None}, throttle=PHOTOS)
def look_again(request: HttpRequest, job_id: JobId, body: scan_schemas.SecondLookIn):
    """Lets a better engine look at unread spines or the whole photo again; `secondLooks` shows the approximate cost."""
    if not pipeline.look_again(scan_of_user(request.user, job_id), body.what):
        raise Problem(409, "no-second-look", "That is not available for this scan.")
    return Status(202, _scan_json(scan_of_user(request.user, job_id)))


@calls.post("/{job_id}/cancel", response={200: scan_schemas.ScanOut, 409: None})
def cancel_scan(request: HttpRequest, job_id: JobId):
    """Stops the scan; results so far are kept."""
    if not pipeline.cancel(scan_of_user(request.user, job_id)):
        raise Problem(409, "not-running", "This scan has already ended.")
    return _scan_json(scan_of_user(request.user, job_id))


@calls.delete("/{job_id}", response={204: None})
def delete_scan(request: HttpRequest, job_id: JobId):
    """Deletes the scan with its photo and results; books that were added stay."""
    uploads.delete_scan(scan_of_user(request.user, job_id))
    return Status(204, None)
