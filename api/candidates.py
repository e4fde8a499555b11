"""Proposals: accept, reject, correct."""

from django.http import HttpRequest
from ninja import Body, Status

from api import scan_schemas
from api.authentication import EVERYBODY
from api.errors import Problem, invalid, not_found
from api.idempotent_calls import creates
from api.scan_schemas import JobId
from api.scans import candidate_shown, scan_of_user
from api.schemas import Key, router
from catalogs import Record, lookup
from scanning import review
from scanning.models import Candidate, Decision

calls = router("Proposals", auth=EVERYBODY)


def _own_candidate(user, job_id: str, key: int) -> Candidate:
    row = Candidate.objects.of(user).select_related("scan").filter(pk=key, scan__job_id=job_id).first()
    if row is None:
        raise not_found()
    return row


@calls.post("/{job_id}/accept", response=scan_schemas.BatchOut)
def accept_all(request: HttpRequest, job_id: JobId, body: scan_schemas.AcceptAllIn):
    """Accepts all open proposals that are sure, or validated with at least `minConfidence`. Skips books you already have."""
    scan = scan_of_user(request.user, job_id)
    batch = review.accept_all_open(scan, body.min_confidence, body.status, body.with_owned)
    return {"added": batch.added, "owned": batch.owned, "moment": batch.moment.isoformat()}


@calls.post("/{job_id}/reject-unread", response=scan_schemas.RejectedOut)
def reject_unread(request: HttpRequest, job_id: JobId):
    """Rejects all open proposals that could not be read."""
    batch = review.reject_all_unread(scan_of_user(request.user, job_id))
    return {"rejected": batch.rejected, "moment": batch.moment.isoformat()}


@calls.post("/{job_id}/undo", response=scan_schemas.UndoneOut)
def undo_batch(request: HttpRequest, job_id: JobId, body: scan_schemas.UndoIn):
    """Undoes everything that was accepted at one `moment`."""
    return {"reopened": len(review.undo_decisions(scan_of_user(request.user, job_id), body.moment))}


@calls.post("/{job_id}/candidates", response={201: scan_schemas.CandidateOut})
@creates
def add_candidate(request: HttpRequest, job_id: JobId, body: scan_schemas.WordsIn):
    """Adds a proposal for a book on the photo that was missed."""
    scan = scan_of_user(request.user, job_id)
    try:
        row = review.add_missed_book(
            scan, lookup.lookup_from_settings(lookup.SECONDS_ON_A_PAGE), body.title or "", body.author or "", body.isbn or ""
        )
    except review.ReviewError as error:
        raise invalid(str(error)) from None
    return Status(201, candidate_shown(row))


@calls.post("/{job_id}/candidates/{candidate_id}/accept", response=scan_schemas.CandidateOut)
def accept_candidate(request: HttpRequest, job_id: JobId, candidate_id: Key, body: Body[scan_schemas.AcceptIn | None] = None):
    """Turns the proposal into a book on the scan's shelf. Accepting twice adds it once."""
    _own_candidate(request.user, job_id, candidate_id)
    return candidate_shown(review.accept_candidate(candidate_id, request.user, body.status if body else "to-read"))


@calls.post("/{job_id}/candidates/{candidate_id}/reject", response=scan_schemas.CandidateOut)
def reject_candidate(request: HttpRequest, job_id: JobId, candidate_id: Key):
    """Rejects the proposal: it is another book, or should not be added."""
    _own_candidate(request.user, job_id, candidate_id)
    return candidate_shown(review.reject_candidate(candidate_id, request.user))


@calls.post("/{job_id}/candidates/{candidate_id}/undo", response=scan_schemas.CandidateOut)
def undo_candidate(request: HttpRequest, job_id: JobId, candidate_id: Key):
    """Reopens the proposal."""
    _own_candidate(request.user, job_id, candidate_id)
    return candidate_shown(review.undo_decision(candidate_id, request.user))


@calls.get("/{job_id}/candidates/{candidate_id}/editions", response=scan_schemas.ChoicesOut)
def list_choices(request: HttpRequest, job_id: JobId, candidate_id: Key):
    """Lists other editions that the spine may be, most likely first."""
    row = _own_candidate(request.user, job_id, candidate_id)
    items = [_candidate_choice(Record.from_dict(item)) for item in row.alternatives]
    return {"items": items, "count": len(items)}


def _candidate_choice(record: Record) -> dict:
    names = ("title", "authors", "isbn", "publisher", "published_date", "language", "source")
    return {"key": review.edition_key(record)} | {name: getattr(record, name) for name in names}


@calls.post("/{job_id}/candidates/{candidate_id}/choose", response={200: scan_schemas.CandidateOut, 409: None})
def choose_candidate(request: HttpRequest, job_id: JobId, candidate_id: Key, body: scan_schemas.ChoiceIn):
    """Proposes another edition. If the proposal is already decided, or the `key` is not in the list, the response is 409."""
    _own_candidate(request.user, job_id, candidate_id)
    try:
        return candidate_shown(review.choose_alternative(candidate_id, request.user, body.key))
    except review.ReviewError as error:
        raise Problem(409, "not-offered", str(error)) from None


@calls.patch("/{job_id}/candidates/{candidate_id}", response={200: scan_schemas.CandidateOut, 409: None})
def edit_candidate(request: HttpRequest, job_id: JobId, candidate_id: Key, body: scan_schemas.WordsIn):
    """Corrects the proposal and matches it again. Undo a decision first, otherwise the response is 409."""
    row = _own_candidate(request.user, job_id, candidate_id)
    if row.decision != Decision.PENDING:
        raise Problem(409, "decided", "You have already decided on this one. Undo that first, then change it.")
    present = row.edition
    words = {"title": body.title, "author": body.author, "isbn_text": body.isbn}
    was = {"title": present.title, "author": "; ".join(present.authors), "isbn_text": present.isbn}
    try:
        edited = review.edit_candidate(
            candidate_id,
            request.user,
            lookup.lookup_from_settings(lookup.SECONDS_ON_A_PAGE),
            **{n: was[n] if v is None else v for n, v in words.items()},
        )
    except review.ReviewError as error:
        raise invalid(str(error)) from None
    return candidate_shown(edited)
