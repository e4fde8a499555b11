"""Photos, thumbnails and spines: private, kept by the browser, and never whole in memory where they are large."""

import zlib

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_GET

from scanning import images, spine_crops
from scanning.models import Scan
from scanning.views.pages import own_scan

private = cache_control(private=True, max_age=24 * 3600)
private_forever = cache_control(private=True, max_age=365 * 24 * 3600, immutable=True)  # its address has a version
TURNS = {"90": 90, "270": 270}


class Stream(FileResponse):
    """A file in pieces. Under ASGI Django would gather a plain FileResponse in memory before it sends the first byte."""

    block_size = 64 * 1024

    def __init__(self, file, **kwargs):
        super().__init__(file, **kwargs)
        self._file = file

    async def __aiter__(self):
        while piece := await sync_to_async(self._file.read)(self.block_size):
            yield piece


def _etag(request, job_id, number=None):
    scan = Scan.objects.of(request.user).filter(job_id=job_id).values_list("pk", "sha256").first()
    return f'"{zlib.crc32(repr((scan, number, request.GET.urlencode())).encode()):x}"' if scan else None


def _taken(request, job_id, number=None):
    return Scan.objects.of(request.user).filter(job_id=job_id).values_list("created", flat=True).first()


unchanged = condition(etag_func=_etag, last_modified_func=_taken)


@login_required
@require_GET
@private
@unchanged
def scan_photo(request, job_id):
    return _stream(own_scan(request, job_id).photo, "image/jpeg")


@login_required
@require_GET
@private
@unchanged
def scan_thumbnail(request, job_id):
    scan = own_scan(request, job_id)
    if not default_storage.exists(scan.thumbnail_key()):
        with _opened(scan.photo) as photo:
            default_storage.save(scan.thumbnail_key(), ContentFile(images.thumbnail(photo)))
    return _stream(scan.thumbnail_key(), "image/webp")


@login_required
@require_GET
@private_forever
@condition(etag_func=_etag)
def scan_spine(request, job_id, number):
    scan = own_scan(request, job_id)
    try:
        picture = spine_crops.spine(scan, number)
    except FileNotFoundError:
        raise Http404("its photo is gone") from None
    if picture is None:
        raise Http404
    if turn := TURNS.get(request.GET.get("turn")):
        picture = images.turned(picture, turn)
    return HttpResponse(picture, content_type="image/webp")


def _stream(key: str, content_type: str) -> FileResponse:
    return Stream(_opened(key), content_type=content_type)


def _opened(key: str):
    if not key:
        raise Http404("there never was a photo")
    try:
        return default_storage.open(key)
    except FileNotFoundError:
        raise Http404("its file is gone") from None
