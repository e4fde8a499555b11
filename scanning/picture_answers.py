"""Answers with the photo of a scan, its thumbnail, one of its spines: private, kept by the browser, never whole in memory where
they are large."""

import zlib

from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition

from scanning import images, spine_crops
from scanning.models import Scan

TURNS = {"90": 90, "270": 270}


class _Stream(FileResponse):
    """A file in pieces. Under ASGI Django would gather a plain FileResponse in memory before it sends the first byte."""

    block_size = 64 * 1024

    def __init__(self, file, **kwargs):
        super().__init__(file, **kwargs)
        self._file = file

    async def __aiter__(self):
        while piece := await sync_to_async(self._file.read)(self.block_size):
            yield piece


def _etag(request, scan: Scan, number=None):
    return f'"{zlib.crc32(repr(((scan.pk, scan.sha256), number, request.GET.urlencode())).encode()):x}"'


_private = cache_control(private=True, max_age=24 * 3600)
_private_forever = cache_control(private=True, max_age=365 * 24 * 3600, immutable=True)  # its address has a version
_unchanged = condition(etag_func=_etag, last_modified_func=lambda request, scan: scan.created)


@_private
@_unchanged
def photo(request, scan: Scan):
    return _stream(scan.photo, "image/jpeg")


@_private
@_unchanged
def thumbnail(request, scan: Scan):
    if not default_storage.exists(scan.thumbnail_key()):
        with _opened(scan.photo) as original:
            default_storage.save(scan.thumbnail_key(), ContentFile(images.thumbnail(original)))
    return _stream(scan.thumbnail_key(), "image/webp")


@_private_forever
@condition(etag_func=_etag)
def spine(request, scan: Scan, number: int):
    try:
        picture = spine_crops.spine_picture(scan, number)
    except FileNotFoundError:
        raise Http404("its photo is gone") from None
    if picture is None:
        raise Http404
    if turn := TURNS.get(request.GET.get("turn")):
        picture = images.turned(picture, turn)
    return HttpResponse(picture, content_type="image/webp")


def _stream(key: str, content_type: str) -> FileResponse:
    return _Stream(_opened(key), content_type=content_type)


def _opened(key: str):
    if not key:
        raise Http404("there never was a photo")
    try:
        return default_storage.open(key)
    except FileNotFoundError:
        raise Http404("its file is gone") from None
