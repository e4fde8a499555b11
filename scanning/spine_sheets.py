"""Spines cut out of a photo and laid level below each other on one picture, and the way back from there to the photo."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from scanning import spines
from scanning.ocr import Line, Quad, as_quad

AIR = 0.15  # of its length and of its height, around a spine
LETTERING, MOST_ENLARGED = 90, 2.5  # px: how high a strip is made, if that does not blow it up too much
LONGEST = 1400  # px of a strip
GAP, MARGIN = 40, 110  # px between strips, and beside them where they are numbered
WHITE = 255


@dataclass(frozen=True)
class _Strip:
    region: Quad  # of the photo
    picture: np.ndarray
    back: np.ndarray  # 3 x 3: from the strip's pixels to those of the photo
    top: int = 0


@dataclass(frozen=True)
class Sheet:
    picture: np.ndarray
    strips: list[_Strip]
    left: int

    def sorted(self, lines: list[Line]) -> list[list[Line]]:
        """The lines that were read on the sheet, for each strip its own, where they stand on the photo."""
        found: list[list[Line]] = [[] for _ in self.strips]
        for line in lines:
            middle = float(np.mean([y for _, y in line.quad]))
            for strip, own in zip(self.strips, found, strict=True):
                if strip.top <= middle < strip.top + strip.picture.shape[0]:
                    own.append(self.on_photo(line, strip))
        return found

    def on_photo(self, line: Line, strip: _Strip) -> Line:
        points = np.array([line.quad], dtype=np.float64) - (self.left, strip.top)
        quad = cv2.perspectiveTransform(points, strip.back)[0]
        return replace(line, quad=as_quad(quad))


def laid_out(image: np.ndarray, regions: list[Quad], numbered: bool) -> Sheet:
    """`image` (height x width x 3, RGB, uint8). Numbers count from 1 and stand left of the strips."""
    left = MARGIN if numbered else GAP
    strips, top = [], GAP
    for region in regions:
        strip = replace(cut(image, region), top=top)
        strips.append(strip)
        top += strip.picture.shape[0] + GAP
    width = left + max(strip.picture.shape[1] for strip in strips) + GAP
    picture = np.full((top, width, 3), WHITE, np.uint8)
    for number, strip in enumerate(strips, start=1):
        high, long = strip.picture.shape[:2]
        picture[strip.top : strip.top + high, left : left + long] = strip.picture
        if numbered:
            cv2.putText(picture, str(number), (10, strip.top + high // 2 + 20), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (0, 0, 0), 4)
    return Sheet(picture, strips, left)


def cut(image: np.ndarray, region: Quad) -> _Strip:
    """One spine, its writing level: a region goes around in reading order."""
    corners = np.array(region, dtype=np.float64)
    along, down = corners[1] - corners[0], corners[3] - corners[0]
    reach = 0.5 + AIR
    middle = corners.mean(axis=0)
    wide = np.array([middle + a * along * reach + d * down * reach for a, d in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
    length, height = np.linalg.norm(along) * 2 * reach, np.linalg.norm(down) * 2 * reach
    scale = min(max(1.0, LETTERING / max(height, 1.0)), MOST_ENLARGED, LONGEST / max(length, 1.0))
    size = max(2, round(length * scale)), max(2, round(height * scale))
    target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], dtype=np.float32)
    there = cv2.getPerspectiveTransform(wide.astype(np.float32), target)
    picture = cv2.warpPerspective(image, there, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return _Strip(region, picture, np.linalg.inv(there))


# ── Places ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def around(lines: list[Line]) -> Quad:
    return spines.hull(np.array([line.quad for line in lines], dtype=float))


def placed(box, shape) -> Quad | None:
    """A model's box (left, top, right, bottom in thousandths of the photo) in pixels, in reading order; None where it is none."""
    if not isinstance(box, list) or len(box) != 4 or not all(isinstance(side, (int, float)) for side in box):
        return None
    height, width = shape[:2]
    scale = np.array([width, height, width, height]) / 1000
    left, top, right, bottom = (float(side) for side in np.clip(np.array(box, dtype=float), 0, 1000) * scale)
    if right - left < 2 or bottom - top < 2:
        return None
    if bottom - top > right - left:  # it stands: read from top to bottom
        return ((right, top), (right, bottom), (left, bottom), (left, top))
    return ((left, top), (right, top), (right, bottom), (left, bottom))
