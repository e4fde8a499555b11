"""Cover pictures in our storage: downloaded once from the address that a catalogue gives, then served from here.

A picture is stored under the hash of its address, so a cover that many people have is stored once. Uploads are stored under
the primary key of their owner and shown to nobody else."""

import hashlib
import io
import re
import secrets
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.signing import Signer
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string
from django_q.tasks import async_task
from PIL import Image, ImageOps

from jobs.runner import run_urgent_work
from library.covers.cover_fetching import Fetcher, FetchError
from library.models import Book, UserBook

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 40_000_000
WIDTH, HEIGHT = 400, 800  # px, at most; a tile is 180 px wide on a sharp screen
LEAST_WIDTH, LEAST_HEIGHT = 48, 60  # px; some catalogues send a blank pixel if they have no cover
LEAST_RANGE = 16  # grey levels between the darkest and the lightest part; below that, the picture is blank
decoding = threading.Lock()  # one picture at a time in the whole process, photos included: one can take 300 MB
TOO_MANY_PIXELS = "This picture has too many pixels. Make it smaller first."


class PictureError(Exception):
    """Explains why a picture cannot be used as a cover."""


def as_cover(data: bytes) -> bytes:
    """The picture in `data` as WebP: upright, without metadata, at most 400 px wide. Raises PictureError."""
    with decoding:
        picture = _opened(data)
    if picture.width < LEAST_WIDTH or picture.height < LEAST_HEIGHT:
        raise PictureError(f"This picture is too small for a cover: {picture.width} × {picture.height} pixels.")
    picture.thumbnail((WIDTH, HEIGHT))
    darkest, lightest = picture.convert("L").resize((16, 24)).getextrema()
    if lightest - darkest < LEAST_RANGE:
        raise PictureError("This picture is blank.")
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def _opened(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            if picture.width * picture.height > MOST_PIXELS:
                raise PictureError(TOO_MANY_PIXELS)
            picture.draft("RGB", (WIDTH * 2, HEIGHT * 2))
            transparent = picture.has_transparency_data
            if picture.mode not in ("L", "RGB", "RGBA"):
                picture = picture.convert("RGBA" if transparent else "RGB")
            picture.thumbnail((HEIGHT * 2, HEIGHT * 2))  # before anything that makes a copy: it may have 40 megapixels
            picture = ImageOps.exif_transpose(picture)
            if transparent:
                picture = picture.convert("RGBA")
                picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
            return picture.convert("RGB")
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise PictureError(TOO_MANY_PIXELS) from None
    except Exception:  # decoders can raise anything for hostile data
        raise PictureError("This is not a picture that can be opened. Choose a JPEG, PNG, WebP or GIF.") from None


SHARED_KEY = re.compile(r"covers/[0-9a-f]{2}/([0-9a-f]{40})\.webp")
OWN_KEY = re.compile(r"covers/own/(\d+)/([0-9a-f]{32})\.webp")
NO_PICTURE_SECONDS = 24 * 3600  # before an address without a picture is tried again
LOOK_SECONDS = 0.2  # between looks for urgent work
LATER_SECONDS = 10 * 60  # before an address that did not respond is tried again
FOREVER = f"private, max-age={365 * 24 * 3600}, immutable"  # the picture at an address never changes
REST_SECONDS = 2 * 60  # an unreachable host is left alone, so that a page of covers does not wait for every one
signer = Signer(salt="library.covers.cover_files")


def key_for(address: str) -> str:
    return shared_key(hashlib.sha256(address.encode()).hexdigest()[:40])


def shared_key(name: str) -> str:
    return f"covers/{name[:2]}/{name}.webp"


def own_key(user_id: int, name: str) -> str:
    return f"covers/own/{user_id}/{name}.webp"


def address_of(book) -> str:
    """The address on this server of the picture of a copy, an edition or a record; "" if there is none."""
    key = getattr(book, "cover_key", "")
    if shared := SHARED_KEY.fullmatch(key):
        return reverse("cover", args=[shared[1]])
    if own := OWN_KEY.fullmatch(key):
        return reverse("cover_own", args=[own[2]])
    return address_through_us(book.cover) if is_wanted(book.cover) else ""


def address_through_us(cover: str) -> str:
    """For pictures that may not be stored yet. The signature proves that the address is ours, so we are not an open proxy."""
    return f"{reverse('cover_fetched')}?{urlencode({'of': cover, 'proof': signer.signature(cover)})}"


def is_ours(cover: str, proof: str) -> bool:
    return constant_time_compare(signer.signature(cover), proof)


def is_wanted(cover: str) -> bool:
    return settings.COVERS != "off" and cover.startswith("https://")


def enqueue_cover(copy: UserBook):
    """Enqueues the download of the picture of `copy` on commit."""
    if is_wanted(copy.cover) and not copy.cover_key:
        transaction.on_commit(partial(async_task, "library.covers.cover_files.store_cover", copy.pk))


def cover_changed(copy: UserBook):
    """The cover address of `copy` has changed: forgets the stored picture (without saving) and enqueues the new one."""
    copy.cover_key = ""
    enqueue_cover(copy)


def store_cover(pk: int):
    """Task: stores the picture of this copy and sets its key on the edition and on all copies with the same cover."""
    if not run_urgent_work():
        return async_task("library.covers.cover_files.store_cover", pk)
    copy = UserBook.objects.select_related("book").filter(pk=pk, cover_key="").first()
    if copy is None or not is_wanted(copy.cover):
        return None
    if key := fetched_cover_key(copy.cover, _fetch_beside_urgent_work):
        UserBook.objects.filter(book=copy.book_id, cover=copy.cover, cover_key="").update(cover_key=key)
        Book.objects.filter(pk=copy.book_id, cover=copy.cover, cover_key="").update(cover_key=key)


def _fetch_beside_urgent_work(cover: str) -> bytes:
    """A server that hardly sends anything must not hold up a photo."""
    with ThreadPoolExecutor(1) as pool:
        download = pool.submit(_fetch, cover)
        while not wait([download], LOOK_SECONDS).done:
            run_urgent_work()
    return download.result()


def fetched_cover_key(cover: str, fetch: Callable[[str], bytes] | None = None) -> str:
    """The key of the picture at the address `cover`, downloaded if necessary; "" if there is none."""
    key = key_for(cover)
    if default_storage.exists(key):
        return key
    host = urlsplit(cover).hostname or ""
    no_picture, at_rest = f"cover:none:{key}", f"cover:rest:{host[:100]}"
    if cache.get_many([no_picture, at_rest]):
        return ""
    try:
        picture = as_cover((fetch or _fetch)(cover))
    except PictureError:
        cache.set(no_picture, True, NO_PICTURE_SECONDS)
        return ""
    except FetchError as error:
        cache.set(no_picture, True, NO_PICTURE_SECONDS if error.permanent else LATER_SECONDS)
        if not error.permanent:
            cache.set(at_rest, True, REST_SECONDS)
        return ""
    return stored(key, picture)


def stored(key: str, picture: bytes) -> str:
    """Stores the picture. Two processes that do this at once end up with one file."""
    if not default_storage.exists(key):
        name = default_storage.save(key, ContentFile(picture))
        if name != key:
            default_storage.delete(name)
    return key


def store_own_cover(user, picture: bytes) -> str:
    """Stores a person's own picture, which must come from `as_cover`, and returns its key."""
    return stored(own_key(user.pk, secrets.token_hex(16)), picture)


def _fetch(cover: str) -> bytes:
    """With the fetcher that COVERS selects: ours, or a class by its dotted path."""
    agent = f"BookImg/{settings.VERSION}" + (f" (+{settings.CONTACT})" if settings.CONTACT else "")
    fetcher = Fetcher(agent) if settings.COVERS == "fetch" else import_string(settings.COVERS)()
    return fetcher.fetch(cover)


def picture_response(key: str) -> HttpResponse:
    try:
        with default_storage.open(key) as file:
            data = file.read()
    except FileNotFoundError:
        raise Http404("its file is gone") from None
    return HttpResponse(data, content_type="image/webp", headers={"Cache-Control": FOREVER})
