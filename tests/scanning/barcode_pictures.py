"""Pictures of barcodes for tests, drawn: the bars of any EAN-13, alone or on the back of a book, and spoiled."""

import cv2
import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont
from stdnum import ean

DARKNESS = "9780441478125"
GARDEN = "9780064401883"
FONT = 34


def bars(number: str, width: int = 480, height: int = 200) -> Image.Image:
    """The bars of `number` (13 digits) with their quiet zones, without digits."""
    drawn = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(number, zxingcpp.BarcodeFormat.EAN13), scale=4)
    return Image.fromarray(np.array(drawn)).convert("RGB").resize((width, height), Image.Resampling.LANCZOS)


def back_cover(numbers=(DARKNESS,), size=(1200, 900), lines=(), colour="#7a6a55") -> np.ndarray:
    """The backs of books: a white field with bars for each of `numbers`, side by side, and `lines` of print below."""
    page = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(page)
    for n, number in enumerate(numbers):
        left = 40 + n * 560
        draw.rectangle([left, 100, left + 520, 380], fill="white")
        page.paste(bars(number), (left + 20, 140))
    if lines:
        draw.rectangle([40, 500, size[0] - 40, 520 + 60 * len(lines)], fill="white")
    for n, line in enumerate(lines):
        draw.text((60, 510 + 60 * n), line, font=ImageFont.load_default(FONT), fill="black")
    return np.array(page)


def turned(image: np.ndarray, degrees: float) -> np.ndarray:
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.7)
    return cv2.warpAffine(image, matrix, (width, height), borderValue=(120, 120, 120))


def blurred(image: np.ndarray, pixels: float) -> np.ndarray:
    return cv2.GaussianBlur(image, (0, 0), pixels)


def some_isbn(seed: int) -> str:
    digits = "978" + "".join(map(str, np.random.default_rng(seed).integers(0, 10, 9)))
    return digits + ean.calc_check_digit(digits)
