"""Stores a scan's results: its artefacts, its candidates as rows, and the final JSON that programs read."""

import json
from itertools import count

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from catalogs import Record
from catalogs.links import purchase_links
from scanning.models import Candidate, Decision, Scan
from scanning.validate import Match

PROPOSED = (
    "band",
    "confidence",
    "validated",
    "record",
    "alternatives",
    "spine_text",
    "region",
    "shelf_row",
    "position",
    "remembered",
    "model_confidence",
    "specifications",
)


# ── Artefacts: written whole, replaced whole ────────────────────────────────────────────────────────────────────────
def store(scan: Scan, name: str, data: dict):
    store_bytes(scan.result_key(name), json.dumps(data, ensure_ascii=False).encode())


def store_bytes(key: str, data: bytes):
    default_storage.delete(key)  # a storage would rather invent a new name than replace
    default_storage.save(key, ContentFile(data))


def load_result(scan: Scan, name: str) -> dict:
    with default_storage.open(scan.result_key(name)) as file:
        return json.load(file)


def location(key: str) -> str:
    """Where a stored file is for other programs: its key, or its s3:// address."""
    tell = getattr(default_storage, "location", None)
    return tell(key) if callable(tell) else key


# ── Proposals as rows ───────────────────────────────────────────────────────────────────────────────────────────────
def candidate_row(scan: Scan, number: int, match: Match) -> Candidate:
    """An unsaved row for `match`. What was read but not found has its own text as title, never an invented book."""
    record = match.record or Record(" ".join(match.text)[:500], (match.author,) if match.author else ())
    return Candidate(
        scan=scan,
        number=number,
        band=match.band,
        confidence=round(match.confidence, 3),
        validated=match.validated,
        record=record.as_dict(),
        alternatives=[other.as_dict() for other in match.alternatives],
        spine_text=list(match.text),
        region=[[round(float(x), 1), round(float(y), 1)] for x, y in match.region],
        shelf_row=match.shelf,
        position=match.position,
        remembered=match.remembered,
        model_confidence=match.model_confidence,
    )


def plan_candidates(scan: Scan, matches: list[Match]) -> list[Candidate]:
    """The rows `matches` become, unsaved, in shelf order. What the owner has decided or edited keeps its row and its number."""
    settled = [row for row in scan.candidates.all() if _is_settled(row)]
    taken = {row.number for row in settled}
    free = (number for number in count(1) if number not in taken)
    fresh = [match for match in matches if not any(stands_at(row, match) for row in settled)]
    return [candidate_row(scan, number, match) for number, match in zip(free, fresh, strict=False)]


def replace(scan: Scan, rows: list[Candidate]) -> list[Candidate]:
    """Makes `rows` the scan's open proposals; answers those that are new or changed. Call it in a transaction."""
    standing = {row.number: row for row in scan.candidates.all() if not _is_settled(row)}
    changed = []
    for row in rows:
        old = standing.pop(row.number, None)
        if old:
            row.pk = old.pk
        if old is None or any(getattr(old, name) != getattr(row, name) for name in PROPOSED):
            row.save()
            changed.append(row)
    scan.candidates.filter(pk__in=[row.pk for row in standing.values()]).delete()
    return changed


def _is_settled(row: Candidate) -> bool:
    return row.edited or row.decision != Decision.PENDING


def stands_at(row: Candidate, match: Match) -> bool:
    """Is the middle of `match` inside the box around the row's place?"""
    if not row.region:
        return False
    x, y = (sum(values) / len(values) for values in zip(*match.region, strict=True))
    xs, ys = zip(*row.region, strict=True)
    return min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys)


# ── The final form ──────────────────────────────────────────────────────────────────────────────────────────────────
def final(scan: Scan) -> dict:
    rows = list(scan.candidates.all())
    return {
        "jobId": scan.job_id,
        "status": scan.status,
        "validatedBooks": sum(row.validated for row in rows),
        "totalCandidates": len(rows),
        "resultsLocation": location(scan.result_key("final-results.json")),
        "timestamp": (scan.finished or timezone.now()).isoformat(),
        "books": [final_book(row) for row in rows],
    }


def failure_json(scan: Scan) -> dict:
    """What is told where there is no final form."""
    about = {"jobId": scan.job_id, "status": str(scan.status), "error": scan.error, "retryable": scan.retryable}
    return about | {"timestamp": (scan.finished or timezone.now()).isoformat()}


def final_book(row: Candidate) -> dict:
    """One book as scripts and other programs know it."""
    record = row.edition
    return {
        "title": record.title,
        "subtitle": record.subtitle,
        "author": record.author,
        "authors": list(record.authors),
        "isbn": record.isbn,
        "publisher": record.publisher,
        "publishedDate": record.published_date,
        "language": record.language,
        "coverImage": record.cover,
        "purchaseLinks": book_links(row, record),
        "specifications": row.specifications,
        "confidence": row.confidence,
        "modelConfidence": row.model_confidence,
        "validated": row.validated,
        "band": str(row.band),
        "source": record.source,
        "spineText": row.spine_text,
        "region": row.region,
        "shelf": row.shelf_row,
        "position": row.position,
    }


def book_links(row: Candidate, record: Record) -> dict[str, str]:
    """Where to buy a book that is known; what was only read on a spine leads nowhere."""
    return purchase_links(record.isbn, record.title, record.author) | record.links if row.validated else {}


def book_json(row: Candidate) -> dict:
    """One book as the live page knows it: the final form and where its row stands in the review."""
    own = {"id": row.pk, "number": row.number, "decision": str(row.decision), "spineImage": _spine_image(row)}
    return final_book(row) | own


def _spine_image(row: Candidate) -> str:
    return reverse("scan_spine", args=[row.scan.job_id, row.number]) if row.region else ""
