"""What may become a cover: a picture that opens, is large enough, and shows something. Pure: bytes in, a small WebP out."""

import io
import warnings

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 40_000_000
WIDTH, HEIGHT = 400, 800  # px, at most; a tile is 180 px wide on a sharp screen
LEAST_WIDTH, LEAST_HEIGHT = 48, 60  # px; catalogues without a cover send blanks of one pixel
LEAST_RANGE = 16  # grey levels between the darkest and the lightest part; below, nothing can be seen
TOO_MANY_PIXELS = "This picture has too many pixels. Make it smaller first."


class PictureError(Exception):
    """A sentence about why this is no cover."""


def as_cover(data: bytes) -> bytes:
    """The picture in `data`, upright, bare of metadata and at most 400 px wide, as WebP. Raises PictureError."""
    picture = opened(data)
    if picture.width < LEAST_WIDTH or picture.height < LEAST_HEIGHT:
        raise PictureError(f"This picture is too small for a cover: {picture.width} × {picture.height} pixels.")
    picture.thumbnail((WIDTH, HEIGHT))
    darkest, lightest = picture.convert("L").resize((16, 24)).getextrema()
    if lightest - darkest < LEAST_RANGE:
        raise PictureError("This picture is blank.")
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            if picture.width * picture.height > MOST_PIXELS:
                raise PictureError(TOO_MANY_PIXELS)
            picture.draft("RGB", (WIDTH * 2, HEIGHT * 2))
            picture = ImageOps.exif_transpose(picture)
            if picture.has_transparency_data:
                picture = picture.convert("RGBA")
                picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
            return picture.convert("RGB")
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise PictureError(TOO_MANY_PIXELS) from None
    except Exception:  # what a decoder makes of hostile bytes is anybody's guess
        raise PictureError("This is not a picture that can be opened. Choose a JPEG, PNG, WebP or GIF.") from None
