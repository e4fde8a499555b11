"""The pictures of single spines: stored by the pipeline, and cut again where one is missing."""

import threading

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from scanning import images
from scanning.models import Scan

# One at a time: a photo in memory can be 240 MB, and after the first the others find theirs stored.
cutting = threading.Lock()


def spine_picture(scan: Scan, number: int) -> bytes | None:
    """The WebP of one spine, or None where that proposal has no place in the photo."""
    candidate = scan.candidates.filter(number=number).first()
    if candidate is None or not candidate.region:
        return None
    key = scan.spine_key(number)
    if not default_storage.exists(key):
        with cutting:
            if not default_storage.exists(key):
                _cut_missing(scan)
    with default_storage.open(key) as file:
        return file.read()


def _cut_missing(scan: Scan):
    """All that are missing, because the photo is decoded for the first one anyway."""
    with default_storage.open(scan.photo) as file:
        photo = images.load_photo(file)
    for candidate in scan.candidates.all():
        key = scan.spine_key(candidate.number)
        if candidate.region and not default_storage.exists(key):
            default_storage.save(key, ContentFile(images.crop(photo, candidate.region)))
