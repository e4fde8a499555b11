"""The ISBNs on a photo of barcodes: by the bars in several views of it, then by the digits printed around them.

A wrong book is worse than none: bars that are blurred or cut by a shadow decode to other numbers with right check digits now and
then. So a number counts when two views agree on it, or a view and the print; of two numbers at one place neither counts,
unless one has many more witnesses."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
import zxingcpp

from catalogs import isbn
from scanning import printed_isbns
from scanning.ocr import Engine, Line, OCRError, Quad
from scanning.printed_isbns import CERTAIN, LIKELY, Sighting

WORKING_SIDE = 1600  # px; a code that fills a tenth of a phone's photo has its thinnest bar about two pixels wide there
PRINT_SIDE = 1600  # px; digits under bars are large, and reading takes six seconds as it is
SMALL_SIDE = 900  # px; below, the picture is looked at enlarged
LEAST_BAR_HEIGHT = 8  # px


@dataclass(frozen=True)
class _View:
    """One way to look at a photo: the picture (grey), and the matrix (2 x 3) from its pixels back to those of the photo."""

    picture: np.ndarray
    back: np.ndarray


@dataclass(frozen=True)
class Code:
    """A number that a photo surely bears, and where (px of the photo)."""

    isbn: str
    quad: Quad


@dataclass(frozen=True)
class Codes:
    """What a photo of barcodes says: the ISBNs in reading order, and the numbers of things that are no books."""

    isbns: tuple[Code, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def numbers(self) -> list[str]:
        return [code.isbn for code in self.isbns]


def read_barcodes(image: np.ndarray, engine: Engine | None = None) -> Codes:
    """The ISBNs on `image` (height x width x 3, RGB, uint8, upright). Without `engine` the bars alone are asked."""
    seen, others, doubtful = _by_bars(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    found = agreed(seen)
    if engine and (doubtful or not found):
        found = agreed(seen + _by_print(image, engine))
    return Codes(tuple(_in_reading_order(found)), tuple(sorted(others)))


def read_bars(image: np.ndarray) -> Codes | None:
    """As `read_barcodes` by the bars alone, or None where they leave something open, which the text of the photo may tell."""
    seen, others, doubtful = _by_bars(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    return None if doubtful else Codes(tuple(_in_reading_order(agreed(seen))), tuple(sorted(others)))


def read_with(image: np.ndarray, lines: list[Line]) -> Codes:
    """As `read_barcodes`, where the text of the photo is known already."""
    seen, others, _ = _by_bars(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    return Codes(tuple(_in_reading_order(agreed(seen + printed_isbns.sightings(lines)))), tuple(sorted(others)))


def _by_bars(grey: np.ndarray) -> tuple[list[Sighting], set[str], bool]:
    """What the views of a photo show: the sightings, other EANs, and whether something stays doubtful after all of them.

    Most photos need two views. A place with bars that no two views agree on is looked at in all."""
    seen: list[Sighting] = []
    others: set[str] = set()
    blurred: list[Quad] = []
    doubtful = True
    for number, view in enumerate(views(grey), start=1):
        for text, valid, quad in _symbols(view):
            if not valid:
                blurred.append(quad)
            elif isbn.clean(text):
                seen.append(Sighting(isbn.clean(text), quad, LIKELY, "bars"))
            elif not text.startswith(("978", "979")):
                others.add(text)
        sure = agreed(seen)
        doubtful = not sure or any(_open_place(quad, sure) for quad in [*blurred, *(one.quad for one in seen)])
        if number > 1 and not doubtful:
            break
    return seen, others, doubtful


def _open_place(quad: Quad, sure: list[Code]) -> bool:
    return not any(_same_place(quad, code.quad) for code in sure)


def _symbols(view: _View) -> Iterator[tuple[str, bool, Quad]]:
    """Each EAN-13 in a view: its digits, whether its check digit is right, and where it is on the photo."""
    for symbol in zxingcpp.read_barcodes(view.picture, formats=zxingcpp.BarcodeFormat.EAN13, return_errors=True):
        place = symbol.position
        corners = [place.top_left, place.top_right, place.bottom_right, place.bottom_left]
        points = np.array([[corner.x, corner.y, 1.0] for corner in corners]) @ view.back.T
        yield symbol.text[:13], symbol.valid, tuple((float(x), float(y)) for x, y in points)


def views(grey: np.ndarray) -> Iterator[_View]:
    """The photo in ways that show its bars to the decoder, the likeliest first; what one misses, another often has."""
    side = max(grey.shape)
    plain = _View(grey, np.eye(2, 3))
    base = _scaled(plain, WORKING_SIDE / side) if side > WORKING_SIDE else plain
    small = side < SMALL_SIDE
    yield base
    yield _scaled(base, 2.0 if small else 0.6)
    if base is not plain:
        yield plain
    yield replace(base, picture=cv2.createCLAHE(3.0, (8, 8)).apply(base.picture))
    yield _sharpened(base, 1.5, 1.5)
    large = _scaled(base, 2.0)
    yield _sharpened(large, 3.0, 1.5)
    yield _sharpened(base, 2.0, 4.0)
    yield _sharpened(_scaled(base, 3.0) if small else base, 3.0, 2.0)
    yield _sharpened(_scaled(base, 0.6), 2.0, 2.0)
    yield _sharpened(large, 2.5, 6.0)
    for degrees in (20, -20, 45, -45):  # level and upright codes are seen up to about fifteen degrees off
        yield _turned(base, degrees)
    yield _scaled(base, 3.0 if small else 0.35)


def _scaled(view: _View, scale: float) -> _View:
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    picture = cv2.resize(view.picture, None, fx=scale, fy=scale, interpolation=method)
    return _View(picture, _combined(view.back, np.array([[1 / scale, 0, 0], [0, 1 / scale, 0]])))


def _sharpened(view: _View, sigma: float, gain: float) -> _View:
    """Bars that run into each other are drawn apart: what a blur of `sigma` px takes away is added `gain` times."""
    blurred = cv2.GaussianBlur(view.picture, (0, 0), sigma)
    return replace(view, picture=cv2.addWeighted(view.picture, 1 + gain, blurred, -gain, 0))


def _turned(view: _View, degrees: float) -> _View:
    height, width = view.picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = round(height * sin + width * cos), round(height * cos + width * sin)
    matrix[:, 2] += [size[0] / 2 - width / 2, size[1] / 2 - height / 2]
    picture = cv2.warpAffine(view.picture, matrix, size, borderValue=255)
    return _View(picture, _combined(view.back, cv2.invertAffineTransform(matrix)))


def _combined(outer: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """First `inner`, then `outer`, as one 2 x 3 matrix."""
    return outer @ np.vstack([inner, [0, 0, 1]])


def _by_print(image: np.ndarray, engine: Engine) -> list[Sighting]:
    """What is printed on the photo; an engine that cannot read it leaves what the bars said."""
    scale = min(1.0, PRINT_SIDE / max(image.shape))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    try:
        lines = engine.read(small, lambda done, total: None, lambda lines: ())
    except OCRError:
        return []
    found = printed_isbns.sightings(lines)
    return [replace(one, quad=tuple((x / scale, y / scale) for x, y in one.quad)) for one in found]


def agreed(seen: list[Sighting]) -> list[Code]:
    """The numbers with witnesses enough, where no other number disputes their place.

    Two numbers of which one is nearly the other are one code read differently, wherever they were seen."""
    weights = {number: sum(one.weight for one in group) for number, group in printed_isbns.by_isbn(seen).items()}
    places = {number: [one.quad for one in group] for number, group in printed_isbns.by_isbn(seen).items()}
    found = []
    for number, weight in weights.items():
        rivals = (other for other in weights if other != number and _disputes(number, other, places))
        if weight >= CERTAIN and all(weight > 2 * weights[other] for other in rivals):
            found.append(Code(number, places[number][0]))
    return found


def _disputes(one: str, other: str, places: dict[str, list[Quad]]) -> bool:
    if sum(a != b for a, b in zip(one, other, strict=True)) <= 3:
        return not all(apart(a, b) for a in places[one] for b in places[other])
    return any(_same_place(a, b) for a in places[one] for b in places[other])


def _same_place(one: Quad, other: Quad) -> bool:
    """Whether the middle of one lies within the other, with the air around a code that its digits take."""
    return _inside(_middle(one), other) or _inside(_middle(other), one)


def apart(one: Quad, other: Quad) -> bool:
    """Whether two codes are so far from each other that they are on two books."""
    distance = np.linalg.norm(_middle(one) - _middle(other))
    return distance > 1.5 * max(length(one), length(other))


def _inside(point: np.ndarray, quad: Quad) -> bool:
    box = cv2.minAreaRect(np.array(quad, dtype=np.float32))
    (cx, cy), (width, height), degrees = box
    grown = ((cx, cy), (max(width, LEAST_BAR_HEIGHT) * 1.1, max(height, LEAST_BAR_HEIGHT) * 1.1), degrees)
    return cv2.pointPolygonTest(cv2.boxPoints(grown), (float(point[0]), float(point[1])), False) >= 0


def _middle(quad: Quad) -> np.ndarray:
    return np.mean(np.array(quad), axis=0)


def length(quad: Quad) -> float:
    corners = np.array(quad)
    return float(max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[1] - corners[2])))


def _in_reading_order(codes: list[Code]) -> list[Code]:
    """From the top down, and from the left where two stand side by side."""
    rows: list[list[Code]] = []
    for code in sorted(codes, key=lambda code: _middle(code.quad)[1]):
        beside = rows and abs(_middle(rows[-1][0].quad)[1] - _middle(code.quad)[1]) < length(code.quad) / 2
        rows[-1].append(code) if beside else rows.append([code])
    return [code for row in rows for code in sorted(row, key=lambda code: _middle(code.quad)[0])]
