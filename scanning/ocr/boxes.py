"""Where text is on a photo: boxes of the detector, the tiles that they are searched in, and which of them are the same."""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from scanning.ocr import Line, Quad

TILE_WIDTH, TILE_HEIGHT = 1920, 900  # px; wide, because in each turn lines lie. The detector takes about 180 MB a megapixel
LEAST_BOXES = 3  # in a tile that is worth a search
OVERLAP_X, OVERLAP_Y = 320, 160  # px; lines are longer than high

Tile = tuple[int, int, int, int]  # x0, y0, x1, y1 in px


@dataclass(frozen=True)
class Box:
    """Where the detector sees text: four corners (4 x 2, px of the turned photo), the first where reading would begin."""

    corners: np.ndarray

    @cached_property
    def width(self) -> float:
        return float(max(np.linalg.norm(self.corners[0] - self.corners[1]), np.linalg.norm(self.corners[2] - self.corners[3])))

    @cached_property
    def height(self) -> float:
        return float(max(np.linalg.norm(self.corners[0] - self.corners[3]), np.linalg.norm(self.corners[1] - self.corners[2])))

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """Least x and y, most x and y."""
        return (*self.corners.min(axis=0).tolist(), *self.corners.max(axis=0).tolist())

    def overlap(self, other: "Box") -> float:
        """Area (px²) that two boxes share."""
        x0, y0, x1, y1 = self.bounds
        a0, b0, a1, b1 = other.bounds
        if x1 < a0 or a1 < x0 or y1 < b0 or b1 < y0:
            return 0.0
        shared, _ = cv2.intersectConvexConvex(self.corners.astype(np.float32), other.corners.astype(np.float32))
        return float(shared)

    def grown(self, ends: float, sides: float) -> "Box":
        """The box longer at both ends and higher at both sides, in heights of it: the detector cuts letters off at the ends."""
        along, down = self.corners[1] - self.corners[0], self.corners[3] - self.corners[0]
        along = along / max(np.linalg.norm(along), 1) * ends * self.height
        down = down * sides
        return Box(self.corners + np.array([-along - down, along - down, along + down, down - along], dtype=np.float32))

    def stands(self) -> bool:
        """Text that runs across this turn of the photo; the other turn reads it."""
        return self.height > 1.5 * self.width


def cuts(length: int, size: int, overlap: int) -> list[tuple[int, int]]:
    """Starts and ends of pieces of `size` px that cover `length` px evenly and overlap by at least `overlap`."""
    if length <= size:
        return [(0, length)]
    number = int(np.ceil((length - overlap) / (size - overlap)))
    starts = [round(n * (length - size) / (number - 1)) for n in range(number)]
    return [(start, start + size) for start in starts]


def picture_tiles(shape) -> list[Tile]:
    """Overlapping parts that cover a picture of `shape`."""
    columns, rows = cuts(shape[1], TILE_WIDTH, OVERLAP_X), cuts(shape[0], TILE_HEIGHT, OVERLAP_Y)
    return [(x0, y0, x1, y1) for y0, y1 in rows for x0, x1 in columns]


def tiles_with(small: list[Box], shape) -> list[Tile]:
    """The tiles of a picture of `shape` in which several boxes of small lettering lie, the fullest first."""
    centres = np.array([box.corners.mean(axis=0) for box in small]).reshape(-1, 2)

    def inside(tile: Tile) -> int:
        x0, y0, x1, y1 = tile
        return int(np.count_nonzero((centres[:, 0] >= x0) & (centres[:, 0] < x1) & (centres[:, 1] >= y0) & (centres[:, 1] < y1)))

    counts = [(inside(tile), tile) for tile in picture_tiles(shape)]
    return [tile for count, tile in sorted(counts, key=lambda item: -item[0]) if count >= LEAST_BOXES]


def unread_boxes(boxes: list[Box], sure: list[Box]) -> list[Box]:
    """Those lying boxes that none of `sure` mostly covers."""
    return [box for box in boxes if not box.stands() and not any(_mostly_in(box, place) for place in sure)]


def _mostly_in(box: Box, place: Box) -> bool:
    return box.overlap(place) > 0.6 * box.width * box.height


def new_boxes(more: list[Box], known: list[Box]) -> list[Box]:
    """Those of `more` that are not the same as a known one, nor as an earlier one of themselves from the next tile."""
    kept: list[Box] = []
    for box in sorted(more, key=lambda box: -box.width):
        if not any(_same_place(box, other) for other in [*known, *kept]):
            kept.append(box)
    return kept


def _same_place(box: Box, other: Box) -> bool:
    shared = box.overlap(other)
    return shared > 0 and shared > 0.7 * max(box.width * box.height, other.width * other.height)


def turned_back(corners: np.ndarray, turns: int, turned_shape) -> np.ndarray:
    """Corners in the turned picture -> corners in the upright photo (turns: 0, or 1 for np.rot90 once)."""
    if turns == 0:
        return corners
    width = turned_shape[0]  # of the upright photo
    return np.stack([width - corners[:, 1], corners[:, 0]], axis=1)


def turned_there(quad: Quad, turns: int, shape) -> Box:
    """Corners in the upright photo -> a box in the picture turned by `turns`; the inverse of `turned_back`."""
    corners = np.array(quad, dtype=np.float32)
    return Box(np.stack([corners[:, 1], shape[1] - corners[:, 0]], axis=1) if turns else corners)


def outside(places: list[Quad], lines: list[Line]) -> list[Line]:
    """The lines that lie in none of `places`."""
    around = [Box(np.array(place, dtype=np.float32)) for place in places]
    boxes = [Box(np.array(line.quad, dtype=np.float32)) for line in lines]
    return [line for line, box in zip(lines, boxes, strict=True) if not any(_mostly_in(box, place) for place in around)]


def without_doubles(lines: list[Line]) -> list[Line]:
    """Each place of the photo once: the longest and surest reading leads, what lies mostly inside it becomes another reading."""
    kept: list[Line] = []
    places: list[Box] = []
    others: list[list[str]] = []
    for line in sorted(lines, key=lambda line: -len(line.text) * line.confidence**2):
        place = Box(np.array(line.quad, dtype=np.float32))
        area = cv2.contourArea(place.corners)
        home = next((n for n, other in enumerate(places) if place.overlap(other) > 0.5 * area), None)
        if home is None and area > 0:
            kept.append(line)
            places.append(place)
            others.append(list(line.others))
        elif home is not None:
            others[home] += [text for text in (line.text, *line.others) if text != kept[home].text]
    return [replace(line, others=tuple(dict.fromkeys(texts))) for line, texts in zip(kept, others, strict=True)]
