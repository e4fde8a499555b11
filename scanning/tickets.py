"""Direct uploads: a ticket with a signed address, the photo put there, and then its scan.

The address works for a quarter of an hour and for one job. It leads to the bucket if files are kept in S3, otherwise to this
server. An uploaded file is first opened when its owner or the bucket's notification requests the scan; if it is not a photo, it
is deleted, and its owner can see why."""

from datetime import timedelta
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_valid_filename

from library.models import Shelf
from scanning import images, pipeline, uploads
from scanning.models import Scan, UploadTicket

LIFE = timedelta(minutes=15)
KEPT = timedelta(days=1)  # a photo whose scan was never asked for
TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif")
signer = Signer(salt="scanning.tickets")


class NotUploaded(Exception):
    """There is no photo for this job yet."""


def issue(
    user, filename: str, content_type: str, size: int, job_id: str = "", shelf: Shelf | str = "", kind: str = Scan.Kind.SHELF
) -> UploadTicket:
    """A ticket for one photo; asked for again, the same job gets a new one. Raises UploadError."""
    job_id = uploads.check_job_id(job_id) if job_id else uploads.new_job_id()
    if content_type not in TYPES:
        raise uploads.UploadError("A photo is a JPEG, PNG, WebP or HEIC.")
    if size > settings.SCAN_MAX_MB * 1024 * 1024:
        raise uploads.UploadError(str(images.too_heavy(settings.SCAN_MAX_MB)))
    if _scan_with_photo(user, job_id):
        raise uploads.UploadError("This job already has a photo. Choose another job id.")
    uploads.check_space(user, size, job_id)
    name = get_valid_filename(f"x{uploads.photo_name(filename)}")[1:].strip(".")[-100:] or "photo"
    key = Scan(user=user, job_id=job_id).upload_key(name)
    facts = {"filename": filename[:200], "content_type": content_type, "size": size, "key": key, "expires": timezone.now() + LIFE}
    facts |= {"kind": kind, "shelf": shelf} if isinstance(shelf, Shelf) else {"kind": kind, "shelf_name": shelf[:100]}
    _forget(UploadTicket.objects.filter(user=user, job_id=job_id))
    return UploadTicket.objects.create(user=user, job_id=job_id, **facts)


def upload_address(ticket: UploadTicket) -> str:
    """The path, or the whole address, where the photo is put. Who has it may put this one photo, and nothing else."""
    if presigned_put := getattr(default_storage, "presigned_put", None):
        return presigned_put(ticket.key, ticket.content_type, ticket.size, LIFE)
    return reverse("upload", args=[signer.sign(f"{ticket.pk}")])


def upload_host() -> str:
    """What all addresses begin with; "" where they lead to ourselves."""
    if presigned_put := getattr(default_storage, "presigned_put", None):
        return presigned_put("uploads/-", TYPES[0], 1, LIFE).partition("-?")[0]
    return ""


def find_ticket(signed: str) -> UploadTicket | None:
    """The ticket of a signed address, where both are still good."""
    try:
        pk = signer.unsign(signed)
    except BadSignature:
        return None
    return UploadTicket.objects.filter(pk=pk, expires__gt=timezone.now()).first()


def is_for(user, job_id: str, key: str) -> bool:
    """Whether a ticket waits for what lies at `key`."""
    return UploadTicket.objects.filter(user=user, job_id=job_id, key=key).exists()


def receive_photo(ticket: UploadTicket, photo: IO[bytes]):
    """Puts the photo where the ticket says; once more replaces it."""
    default_storage.delete(ticket.key)
    default_storage.save(ticket.key, File(photo))


def take_ticket_photo(user, job_id: str, shelf: Shelf | str = "", kind: str = "", **wanted) -> Scan:
    """The scan of a photo that was put there; the same again answers with the same scan. Where nothing is said of shelf and kind,
    the ticket knows. Raises what `uploads.take_in_upload` raises, and NotUploaded."""
    if scan := _scan_with_photo(user, job_id):
        return scan
    ticket = UploadTicket.objects.filter(user=user, job_id=job_id).first()
    if ticket is None or not default_storage.exists(ticket.key):
        return _taken_before(user, job_id)
    shelf, kind = shelf or ticket.shelf or ticket.shelf_name, kind or ticket.kind
    _refused_scans(user, job_id).delete()  # what was put there before was no photo
    try:
        _check_size(ticket)
        with default_storage.open(ticket.key) as photo:
            scan = uploads.take_in_upload(user, photo, ticket.filename, job_id, shelf, kind, **wanted)
    except (uploads.UploadError, images.PhotoError) as error:
        UploadTicket.objects.filter(pk=ticket.pk).update(refused=str(error)[:300])
        default_storage.delete(ticket.key)
        refuse_photo(user, job_id, ticket.filename, str(error))
        raise
    except FileNotFoundError:
        return _taken_before(user, job_id)
    _forget(UploadTicket.objects.filter(pk=ticket.pk))  # what is kept is the cleaned photo
    return scan


@transaction.atomic
def refuse_photo(user, job_id: str, filename: str, reason: str):
    """Makes a failed scan without a photo, which tells whoever waits for the job: sockets, webhooks, the SNS topic, its owner."""
    if uploads.JOB_ID.fullmatch(job_id):
        _refused_scans(user, job_id).delete()
        scan = Scan.objects.create(user=user, job_id=job_id, filename=uploads.photo_name(filename))
        pipeline.end(scan, Scan.Status.FAILED, reason, retryable=False)


def _scan_with_photo(user, job_id: str) -> Scan | None:
    return Scan.objects.of(user).filter(job_id=job_id).exclude(photo="").first()


def _refused_scans(user, job_id: str):
    return Scan.objects.of(user).filter(job_id=job_id, photo="", status=Scan.Status.FAILED)


def _taken_before(user, job_id: str) -> Scan:
    """There is no photo; perhaps because the news of the bucket was quicker, even a moment ago."""
    if scan := _scan_with_photo(user, job_id):
        return scan
    ticket = UploadTicket.objects.filter(user=user, job_id=job_id).first()
    raise uploads.UploadError(ticket.refused) if ticket and ticket.refused else NotUploaded


def _check_size(ticket: UploadTicket):
    """Before anything is fetched: a bucket may hold what no ticket was for."""
    size = default_storage.size(ticket.key)
    if size != ticket.size:
        raise uploads.UploadError(f"The ticket was for {ticket.size} bytes, but {size} were received. Ask for a new ticket.")


def scan_forgotten_photos():
    """Photos whose scan was never asked for."""
    _forget(UploadTicket.objects.filter(expires__lt=timezone.now() - KEPT))


def _forget(tickets):
    for ticket in tickets:
        default_storage.delete(ticket.key)
        ticket.delete()
