"""Taking a photo in: checked, cleaned, stored, a Scan made of it. What is refused leaves nothing behind."""

import re
import secrets
import string
import time
from pathlib import PurePosixPath
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.text import get_valid_filename

from accounts import rates, user_files
from library import shelf_order
from library.covers.cover_files import decoding
from library.forms import ShelfForm
from library.models import Shelf
from scanning import images, large_photos, pipeline
from scanning.models import Scan, UploadTicket

JOB_ID = re.compile(r"(?!new$)[A-Za-z0-9_-]{1,64}")  # /scans/new/ is the upload page
CHUNK = 1024 * 1024


class UploadError(Exception):
    """A sentence for the person: why this upload cannot be taken."""


class SeenBefore(Exception):
    """The same person has scanned the same photo already."""

    def __init__(self, scan: Scan):
        super().__init__("You have scanned this photo before.")
        self.scan = scan


def new_job_id() -> str:
    letters = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(9))
    return f"job-{time.time_ns() // 1_000_000}-{letters}"


def check_job_id(job_id: str) -> str:
    if JOB_ID.fullmatch(job_id):
        return job_id
    raise UploadError("A job id has 1 to 64 letters, digits, hyphens or underscores, without dots and slashes.")


def take_in_upload(
    user,
    file: IO[bytes],
    filename: str,
    job_id: str | None = None,
    shelf: Shelf | str = "",
    kind: str = Scan.Kind.SHELF,
    **wanted,
) -> Scan:
    """The scan of a new photo, on its way. `shelf` is the place it shows, or its name, made where it is new; `kind` says whether
    it shows a shelf or a cover; `wanted` names the engines where they are not those of the settings, as in
    `recognition.recognizer_from_settings`.

    The same job id again answers with the scan it already has, so that a client may repeat a request whose answer got lost.
    Raises UploadError, images.PhotoError or SeenBefore.
    """
    job_id = check_job_id(job_id) if job_id else new_job_id()
    if scan := Scan.objects.of(user).filter(job_id=job_id).first():
        return scan
    info = images.inspect(file, settings.SCAN_MAX_MB, settings.SCAN_MAX_MEGAPIXELS)
    digest = user_files.sha256_of(file)
    if earlier := Scan.objects.of(user).filter(sha256=digest).first():
        if earlier.job_id == job_id:
            return earlier  # the same request twice, a moment apart
        raise SeenBefore(earlier)
    scan = Scan(user=user, job_id=job_id, filename=photo_name(filename), sha256=digest)
    scan.kind, scan.wanted = kind, wanted
    return _start(scan, _cleaned(file, info), shelf)


def _cleaned(file: IO[bytes], info: images.Info) -> bytes:
    if info.is_large:
        return large_photos.clean_large_photo(file)
    with decoding:
        return images.clean_photo(file)


def scan_again(scan: Scan) -> Scan:
    """A new scan of a photo that is here already. Raises UploadError."""
    with default_storage.open(scan.photo) as file:
        photo = file.read()
    fresh = Scan(user=scan.user, job_id=new_job_id(), filename=scan.filename, sha256=scan.sha256)
    fresh.kind = scan.kind
    return _start(fresh, photo, scan.shelf or "")


def delete_scan(scan: Scan):
    """Deletes a scan with its photo and everything made of it; the books that were added stay."""
    if scan.is_active:
        pipeline.cancel(scan)
    folders = [scan.upload_key("-"), scan.result_key("-"), scan.thumbnail_key(), scan.spine_key(0)]
    with transaction.atomic():
        scan.delete()
        transaction.on_commit(lambda: [user_files.delete_folder(str(PurePosixPath(key).parent)) for key in folders])


def check_space(user, size: int, job_id: str = ""):
    """Raises UploadError if there is no space for another `size` bytes. The ticket of this job does not count."""
    stored = Scan.objects.of(user).aggregate(total=Sum("photo_bytes"))["total"] or 0
    expected = UploadTicket.objects.filter(user=user).exclude(job_id=job_id).aggregate(total=Sum("size"))["total"] or 0
    if settings.SCAN_STORAGE_MB and stored + expected + size > settings.SCAN_STORAGE_MB * 1024 * 1024:
        raise UploadError(
            f"Your photos have reached the limit of {settings.SCAN_STORAGE_MB:,} MB. Delete scans that you no longer need first."
        )


def _count_photo(user):
    limit = settings.SCAN_DAILY_LIMIT
    if limit and not rates.take_call(user, "photos", limit, 24 * 3600).allowed:
        raise UploadError(f"You can scan {limit:,} photos in 24 hours. Try again later.")


def _start(scan: Scan, photo: bytes, shelf: Shelf | str) -> Scan:
    """Files first, then the row: a crash in between leaves a file nobody sees, never a scan without its photo."""
    scan.photo_bytes, (scan.width, scan.height) = len(photo), images.size_of(photo)
    check_space(scan.user, scan.photo_bytes, scan.job_id)
    _count_photo(scan.user)
    scan.photo = default_storage.save(scan.upload_key(_stored_name(scan.filename)), ContentFile(photo))
    thumbnail = default_storage.save(scan.thumbnail_key(), ContentFile(images.thumbnail(ContentFile(photo))))
    try:
        with transaction.atomic():
            scan.shelf = shelf_called(scan.user, shelf)
            scan.save()
            pipeline.start(scan)
    except Exception as error:
        default_storage.delete(scan.photo)
        default_storage.delete(thumbnail)
        winner = Scan.objects.of(scan.user).filter(job_id=scan.job_id).first()
        if isinstance(error, IntegrityError) and winner:
            return winner  # the same request twice at the same time
        raise
    return scan


def shelf_called(user, values: Shelf | str) -> Shelf | None:
    """The place itself, or the one of that name; made where there is none."""
    if isinstance(values, Shelf) or not values.strip():
        return values or None
    if known := shelf_order.find_shelf(user, values):
        return known
    form = ShelfForm({"name": " ".join(values.split())[:100]}, instance=Shelf(user=user))
    return form.save() if form.is_valid() else None


class PhotoSizeLimit(FileUploadHandler):
    """Passes over a file as soon as it is too large, so that it does not fill the disk before it is refused."""

    def __init__(self, request):
        super().__init__(request)
        request.too_heavy = []

    def receive_data_chunk(self, raw_data, start):
        if start + len(raw_data) > settings.SCAN_MAX_MB * 1024 * 1024:
            self.request.too_heavy.append(self.file_name)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None


def photo_name(filename: str) -> str:
    return user_files.shown_name(filename, 200, "photo.jpg")


def _stored_name(filename: str) -> str:
    """What is kept is a JPEG, whatever came in. File systems count bytes, and some letters have four."""
    stem = get_valid_filename(f"x{PurePosixPath(filename).stem}")[1:].strip(".")
    return f"{stem[:80].encode()[:160].decode(errors='ignore') or 'photo'}.jpg"
