"""The pictures of single spines: stored by the pipeline, and cut again where one is missing."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from library.covers.cover_files import decoding
from scanning import images
from scanning.models import Scan


def spine_picture(scan: Scan, number: int) -> bytes | None:
    """The WebP of one spine, or None where that proposal has no place in the photo."""
    candidate = scan.candidates.filter(number=number).first()
    if candidate is None or not candidate.region:
        return None
    key = scan.spine_key(number)
    if not default_storage.exists(key):
        with decoding:  # after the first, the others find theirs stored
            if not default_storage.exists(key):
                _cut_missing(scan)
    with default_storage.open(key) as file:
        return file.read()


def _cut_missing(scan: Scan):
    """All that are missing, because the photo is decoded for the first one anyway."""
    with default_storage.open(scan.photo) as file:
        photo, divisor = images.load_reduced(file)
    for candidate in scan.candidates.all():
        key = scan.spine_key(candidate.number)
        quad = [(x / divisor, y / divisor) for x, y in candidate.region]
        if quad and not default_storage.exists(key):
            default_storage.save(key, ContentFile(images.crop(photo, quad)))
