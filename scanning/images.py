"""Photos as bytes and arrays: what may come in, how it is cleaned, and the small pictures cut from it. Pure."""

import io
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageOps

from scanning.ocr import Quad

pillow_heif.register_heif_opener()

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
JPEG_LONGEST = 65_500  # pixels; the format cannot hold a longer side
LARGE = 16_000_000  # pixels; a larger photo is decoded in a process of its own (large_photos.py)
THUMBNAIL_SIDE = 640
ON_THEIR_SIDE = range(5, 9)  # orientations in EXIF; only these and those that mirror or turn round, 2 to 4, have a meaning
SPINE_HEIGHT = 600
SPINE_WIDTH = 1200  # a book that lies flat is wide instead of high
# What people pick by mistake, by its first bytes, with the reason and the way out.
MISTAKEN = (
    (b"GIF8", "This is a GIF, which cannot hold a photo sharp enough to read. Choose the photo as JPEG, PNG, WebP or HEIC."),
    (b"%PDF", "This is a PDF, not a photo. Take a photo of the shelf, or save the page as a JPEG."),
    (b"<svg", "This is a drawing (SVG), not a photo. Choose a JPEG, PNG, WebP or HEIC."),
    (b"<?xml", "This is a drawing or a document, not a photo. Choose a JPEG, PNG, WebP or HEIC."),
)


class PhotoError(Exception):
    """A sentence for the person: what is wrong with this photo and what to do."""


@dataclass(frozen=True)
class Info:
    """What a photo is, as it will be seen: width and height are of the upright picture."""

    format: str  # JPEG, PNG, WEBP or HEIF
    width: int
    height: int

    @property
    def is_large(self) -> bool:
        return self.width * self.height > LARGE


def inspect(file: IO[bytes], max_mb: int, max_megapixels: int) -> Info:
    """Decides by content alone, cheapest question first, and decodes last, unless the photo is large. Raises PhotoError."""
    size = file.seek(0, io.SEEK_END)
    if size == 0:
        raise PhotoError("This file is empty. It may not have uploaded completely: choose the photo again.")
    if size > max_mb * 1024 * 1024:
        raise too_heavy(max_mb)
    image = _open(file, max_megapixels)
    _refuse_size(image.width, image.height, max_megapixels)
    if image.format in ("PNG", "WEBP") and getattr(image, "is_animated", False):
        raise PhotoError("This is an animated picture. Choose a still photo of the shelf.")
    with _whole():
        size = image.size
        if size[0] * size[1] <= LARGE:
            image.draft(None, (image.width // 8, image.height // 8))  # a JPEG is still read to its end, in a third of the time
            image.load()
        width, height = reversed(size) if _orientation(image) in ON_THEIR_SIDE else size
    return Info("JPEG" if image.format == "MPO" else image.format, width, height)


def too_heavy(max_mb: int) -> PhotoError:
    return PhotoError(f"This file is larger than {max_mb} MB. Choose a smaller photo, or save it as JPEG first.")


def clean_photo(file: IO[bytes]) -> bytes:
    """An inspected photo as an upright RGB JPEG in sRGB without any metadata: no place, no camera, no embedded preview."""
    file.seek(0)
    with _whole():
        image = Image.open(file, formats=FORMATS)
        profile = image.info.get("icc_profile")
        image = _as_rgb(_upright(image), profile)
        image.info.clear()  # so that nothing is carried along
        out = io.BytesIO()
        image.save(out, "JPEG", quality=95, subsampling=0)
    return out.getvalue()


def _orientation(image: Image.Image):
    """What the EXIF data read so far says, which may be anything; data that cannot be read says nothing."""
    try:
        return Image.Image.getexif(image).get(0x0112)  # that of a PNG would decode the whole picture
    except Exception:  # Pillow raises what it stumbles over
        return None


def _upright(image: Image.Image) -> Image.Image:
    image.load()  # a PNG may say it behind its pixels
    return ImageOps.exif_transpose(image) if _orientation(image) in range(2, 9) else image


def size_of(photo: bytes) -> tuple[int, int]:
    """Width and height of a cleaned photo."""
    return Image.open(io.BytesIO(photo)).size


def load_photo(file: IO[bytes]) -> np.ndarray:
    """A photo as height x width x 3, RGB, uint8, upright: a cleaned one is already, a file on a disk may not be."""
    return np.array(_upright(Image.open(file)).convert("RGB"))


def load_reduced(file: IO[bytes]) -> tuple[np.ndarray, int]:
    """A cleaned photo with fewer than LARGE pixels, and the number that its width and height were divided by."""
    image = Image.open(file)
    divisor = next((number for number in (1, 2, 4) if image.width * image.height <= LARGE * number**2), 8)
    image.draft("RGB", (image.width // divisor, image.height // divisor))
    return np.asarray(image), divisor


def thumbnail(file: IO[bytes], side: int = THUMBNAIL_SIDE) -> bytes:
    """A WebP of a cleaned photo that fits into `side` x `side`."""
    image = Image.open(file)
    image.draft("RGB", (side * 2, side * 2))
    image = image.convert("RGB")
    image.thumbnail((side, side))
    return _webp(image)


def crop(image: np.ndarray, quad: Quad) -> bytes:
    """A WebP of what `quad` (pixels of `image`) goes around: straightened, with a little air, standing as in the photo."""
    corners = np.clip(np.array(quad, dtype=np.float32), 0, [image.shape[1], image.shape[0]]).astype(np.float32)
    if cv2.contourArea(corners) < 4:  # a line or a point has no straight view: what lies around it is cut out instead
        x, y, width, height = cv2.boundingRect(corners)
        corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], dtype=np.float32)
    corners = _as_it_stands(corners)
    width = (np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])) / 2
    height = (np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    air = 0.06 * min(width, height) + 2
    scale = min(1.0, SPINE_HEIGHT / (height + 2 * air), SPINE_WIDTH / (width + 2 * air))
    left, top, right, bottom = air, air, air + width, air + height
    target = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)
    size = (round(width + 2 * air), round(height + 2 * air))
    matrix = cv2.getPerspectiveTransform(corners, target)
    flat = cv2.warpPerspective(image, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    if scale < 1:  # in a second step, because the warp only knows how to sample
        flat = cv2.resize(flat, (max(1, int(size[0] * scale)), max(1, int(size[1] * scale))), interpolation=cv2.INTER_AREA)
    return _webp(Image.fromarray(flat))


def turned(picture: bytes, degrees: int) -> bytes:
    """A small WebP turned counter-clockwise, so that the writing of an upright spine lies level."""
    turn = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}[degrees]
    return _webp(Image.open(io.BytesIO(picture)).transpose(turn))


def _open(file: IO[bytes], max_megapixels: int) -> Image.Image:
    """The header only."""
    file.seek(0)
    start = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n")
    for beginning, sentence in MISTAKEN:
        if start.startswith(beginning):
            raise PhotoError(sentence)
    file.seek(0)
    try:
        return Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError:
        raise _too_many_pixels(max_megapixels) from None
    except Exception:  # what a decoder makes of hostile bytes is anybody's guess
        raise PhotoError("This is not a photo that can be opened. Choose a JPEG, PNG, WebP or HEIC.") from None


def _refuse_size(width: int, height: int, max_megapixels: int):
    if width * height > max_megapixels * 1_000_000:
        raise _too_many_pixels(max_megapixels)
    if max(width, height) > JPEG_LONGEST:
        raise PhotoError(f"This picture is more than {JPEG_LONGEST:,} pixels long. Split it into parts and upload those.")


def _too_many_pixels(max_megapixels: int) -> PhotoError:
    return PhotoError(f"This picture has more than {max_megapixels} megapixels. Make it smaller, or photograph fewer shelves.")


@contextmanager
def _whole():
    """Whatever a decoder stumbles over means the same to the person."""
    try:
        yield
    except Exception:
        raise PhotoError("This photo is damaged or did not upload completely. Choose it again, or take a new picture.") from None


def _as_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        wide = np.asarray(image, dtype=np.float32)
        image = Image.fromarray((wide / max(float(wide.max()), 1.0) * 255).astype(np.uint8))
    if image.has_transparency_data:
        seen = image.convert("RGBA") if image.mode != "RGBA" else image
        image = Image.new("RGB", seen.size, "white")
        image.paste(seen, mask=seen.getchannel("A"))
    if profile and image.mode in ("RGB", "CMYK", "L"):
        image = _as_srgb(image, profile)
    return image.convert("RGB") if image.mode != "RGB" else image


def _as_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image  # a broken profile costs a shade of colour, not the photo


def _as_it_stands(corners: np.ndarray) -> np.ndarray:
    """The same four corners, clockwise from the top left of what is seen, whichever corner they began with."""
    x, y = corners[:, 0], corners[:, 1]
    if np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) < 0:
        corners = corners[::-1]
    tops = corners[[1, 2, 3, 0]] - corners + corners[[2, 3, 0, 1]] - corners[[3, 0, 1, 2]]  # top edge + bottom edge
    lengths = np.maximum(np.linalg.norm(tops, axis=1), 1e-6)
    return np.roll(corners, -int(np.argmax(tops[:, 0] / lengths)), axis=0)


def _webp(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=80, method=4)
    return out.getvalue()
