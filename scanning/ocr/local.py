"""Reads on this machine: RapidOCR's detector and recogniser over onnxruntime, no network (https://github.com/RapidAI/RapidOCR).

Most spines run top to bottom, some bottom to top, and thick ones, piles and covers are set across. So the photo is searched
twice, as it is and turned a quarter, each time first as a whole and then, where the lettering is small, in full-size tiles.
What is found is always read from the full resolution, the other way up too where the first reading is doubtful.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_rec import TextRecInput

from scanning.ocr import Found, Line, OCRError, Progress

# The detector takes about 250 MB a megapixel: the overview and the tiles bound the memory of a worker.
OVERVIEW_SIDE = 1920  # px; the detector sees lettering from about 10 px up
TILE_WIDTH, TILE_HEIGHT = 1920, 900  # px; wide, because in each turn lines lie
OVERLAP_X, OVERLAP_Y = 320, 160  # px; lines are longer than high
SMALL_LETTERING = 26  # px of a box in the overview; below, full resolution finds lines that the overview misses
ENLARGED = 1.6  # times; how large the places are looked at again where small lettering was found and not surely read
ENLARGED_LETTERING = 40  # px of a box at full size; above, enlarging shows nothing new
MOST_ENLARGED = 10  # tiles a turn: half a second each
STEPS = 6  # of a turn
QUARTER_TURNS = (1, 0)  # np.rot90 turns; the one that reads most spines first, so that books appear early
LEAST_CONFIDENCE = 0.5  # below, a reading is noise more often than text
DOUBTFUL = 0.9  # below, the line is read the other way up too, and then in other cuts
CUTS = ((0.5, 0.0), (0.1, 0.15), (0.0, -0.1))  # by how much of its height a doubtful box is grown: at its ends, at its sides
LEAST_LETTERS = 3  # in a reading that is worth another
BATCH = 6  # lines a call; longer batches waste time on padding


Tile = tuple[int, int, int, int]  # x0, y0, x1, y1 in px


@dataclass(frozen=True)
class Box:
    """Where the detector sees text: four corners (4 x 2, px of the turned photo), the first where reading would begin."""

    corners: np.ndarray

    @property
    def width(self) -> float:
        return float(max(np.linalg.norm(self.corners[0] - self.corners[1]), np.linalg.norm(self.corners[2] - self.corners[3])))

    @property
    def height(self) -> float:
        return float(max(np.linalg.norm(self.corners[0] - self.corners[3]), np.linalg.norm(self.corners[1] - self.corners[2])))

    def grown(self, ends: float, sides: float) -> "Box":
        """The box longer at both ends and higher at both sides, in heights of it: the detector cuts letters off at the ends."""
        along, down = self.corners[1] - self.corners[0], self.corners[3] - self.corners[0]
        along = along / max(np.linalg.norm(along), 1) * ends * self.height
        down = down * sides
        return Box(self.corners + np.float32([-along - down, along - down, along + down, down - along]))

    def stands(self) -> bool:
        """Text that runs across this turn of the photo; the other turn reads it."""
        return self.height > 1.5 * self.width


class LocalOCR:
    name = "local"

    def __init__(self, threads: int | None = None):
        self.threads = threads or os.cpu_count() or 1

    @cached_property
    def models(self):
        """Detector and recogniser, about 60 MB. Loaded by the worker that reads: their threads do not outlive a fork."""
        threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": self.threads for kind in ("intra", "inter")}
        engine = RapidOCR(params={**threads, "Det.limit_type": "max", "Det.limit_side_len": 4000, "Global.log_level": "warning"})
        return engine._load_det_model(), engine._load_rec_model()

    def read(
        self, image: np.ndarray, progress: Progress = lambda done, total: None, found: Found = lambda lines: None
    ) -> list[Line]:
        """All lines of `image` (height x width x 3, RGB, uint8, upright), best first. Raises OCRError."""
        lines: list[Line] = []
        total = STEPS * len(QUARTER_TURNS)
        try:
            for turn_number, turns in enumerate(QUARTER_TURNS):
                for step, part in enumerate(self.read_turned(image, turns, lines)):
                    lines += part
                    progress(turn_number * STEPS + step + 1, total)
                    if part:
                        found(part)
        except (cv2.error, RuntimeError, MemoryError) as error:
            raise OCRError(f"The photo could not be read: {error}") from error
        return without_doubles(lines)

    def read_turned(self, image: np.ndarray, turns: int, known: list[Line]) -> Iterator[list[Line]]:
        """The lines of one turn of the photo in six steps: found, read; the small lettering found, read; what is doubtful still
        found enlarged, read.

        What `known` lines of the other turn say surely is not read again across.
        """
        turned = np.ascontiguousarray(np.rot90(image, turns)[:, :, ::-1])  # the models want BGR
        overview, scale = shrunk(turned, OVERVIEW_SIDE)
        sure = [turned_there(line, turns, image.shape) for line in known if line.confidence >= DOUBTFUL]
        boxes = unread_boxes([Box(box.corners / scale) for box in self.find_in_tiles(overview, tiles(overview.shape))], sure)
        yield []
        lines = self.read_boxes(turned, boxes, turns)
        yield lines
        small = [box for box in boxes if box.height * scale < SMALL_LETTERING] if scale < 1 else []
        more = self.find_in_tiles(turned, tiles_with(small, turned.shape))
        yield []
        more = new_boxes(unread_boxes(more, sure), boxes)
        more_lines = self.read_boxes(turned, more, turns)
        yield more_lines
        sure += [turned_there(line, turns, image.shape) for line in lines + more_lines if line.confidence >= DOUBTFUL]
        doubtful = [box for box in unread_boxes(boxes + more, sure) if box.height < ENLARGED_LETTERING]
        enlarged = unread_boxes(self.find_enlarged(turned, doubtful), sure)
        yield []
        yield self.read_boxes(turned, enlarged, turns)

    def find(self, picture: np.ndarray) -> list[Box]:
        detect, _ = self.models
        corners = detect(picture).boxes
        return [] if corners is None else [Box(np.asarray(c, dtype=np.float32)) for c in corners]

    def find_in_tiles(self, picture: np.ndarray, parts: list[Tile]) -> list[Box]:
        """The boxes of all parts in pixels of the picture; what two parts show once."""
        found: list[Box] = []
        for x0, y0, x1, y1 in parts:
            boxes = self.find(np.ascontiguousarray(picture[y0:y1, x0:x1]))
            found += new_boxes([Box(box.corners + np.float32([x0, y0])) for box in boxes], found)
        return found

    def find_enlarged(self, turned: np.ndarray, doubtful: list[Box]) -> list[Box]:
        """The boxes around where most of the `doubtful` ones lie, found in an enlarged picture of the place."""
        shape = [round(side * ENLARGED) for side in turned.shape[:2]]
        found: list[Box] = []
        for tile in tiles_with([Box(box.corners * ENLARGED) for box in doubtful], shape)[:MOST_ENLARGED]:
            x0, y0, x1, y1 = (round(side / ENLARGED) for side in tile)
            place = cv2.resize(turned[y0:y1, x0:x1], None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)
            boxes = self.find(np.ascontiguousarray(place))
            found += new_boxes([Box(box.corners / ENLARGED + np.float32([x0, y0])) for box in boxes], found)
        return found

    def read_boxes(self, turned: np.ndarray, boxes: list[Box], turns: int) -> list[Line]:
        lying = [(box, crop) for box in boxes if (crop := cut_out(turned, box)) is not None]
        readings = self.recognise([crop for _, crop in lying])
        doubtful = [n for n, (_, confidence) in enumerate(readings) if confidence < DOUBTFUL]
        upside_down = self.recognise([np.ascontiguousarray(np.rot90(lying[n][1], 2)) for n in doubtful])
        found = [(box, text, confidence) for (box, _), (text, confidence) in zip(lying, readings, strict=True)]
        for n, (text, confidence) in zip(doubtful, upside_down, strict=True):
            if confidence > found[n][2]:
                found[n] = (Box(np.roll(found[n][0].corners, 2, axis=0)), text, confidence)
        others = self.read_again(turned, {n: found[n] for n in doubtful if found[n][2] < DOUBTFUL})
        lines = []
        for n, (box, text, confidence) in enumerate(found):
            if confidence >= LEAST_CONFIDENCE and text.strip():
                quad = turned_back(box.corners, turns, turned.shape)
                lines.append(Line(text.strip(), confidence, tuple((float(x), float(y)) for x, y in quad), others.get(n, ())))
        return lines

    def read_again(self, turned: np.ndarray, doubtful: dict[int, tuple[Box, str, float]]) -> dict[int, tuple[str, ...]]:
        """What else each doubtful box may say: read longer, higher, tighter, and with all the contrast it has.

        A misread word is seldom misread the same way in another cut, and the catalogue knows which of the readings is a book.
        """
        crops = [
            (n, crop)
            for n, (box, text, _) in doubtful.items()
            if sum(c.isalpha() for c in text) >= LEAST_LETTERS
            for crop in other_cuts(turned, box)
        ]
        found: dict[int, dict[str, None]] = {n: {} for n in doubtful}
        for (n, _), (text, confidence) in zip(crops, self.recognise([crop for _, crop in crops]), strict=True):
            if confidence >= LEAST_CONFIDENCE and text.strip() not in ("", doubtful[n][1].strip()):
                found[n][text.strip()] = None
        return {n: tuple(texts) for n, texts in found.items()}

    def recognise(self, crops: list[np.ndarray]) -> list[tuple[str, float]]:
        """Text and confidence of each crop. Crops of like shape share a call, so that little of it is padding."""
        _, recogniser = self.models
        by_shape = sorted(range(len(crops)), key=lambda n: crops[n].shape[1] / crops[n].shape[0])
        readings = [("", 0.0)] * len(crops)
        for start in range(0, len(crops), BATCH):
            batch = by_shape[start : start + BATCH]
            answer = recogniser(TextRecInput(img=[crops[n] for n in batch]))
            for n, text, confidence in zip(batch, answer.txts, answer.scores, strict=True):
                readings[n] = (text, float(confidence))
        return readings


def shrunk(picture: np.ndarray, side: int) -> tuple[np.ndarray, float]:
    """The picture with its longer side at most `side` px, and the scale that was used (1 where it was small already)."""
    height, width = picture.shape[:2]
    scale = min(1.0, side / max(height, width))
    if scale == 1:
        return picture, 1.0
    return cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA), scale


def cuts(length: int, size: int, overlap: int) -> list[tuple[int, int]]:
    """Starts and ends of pieces of `size` px that cover `length` px evenly and overlap by at least `overlap`."""
    if length <= size:
        return [(0, length)]
    number = int(np.ceil((length - overlap) / (size - overlap)))
    starts = [round(n * (length - size) / (number - 1)) for n in range(number)]
    return [(start, start + size) for start in starts]


def tiles(shape) -> list[Tile]:
    """Overlapping parts that cover a picture of `shape`."""
    columns, rows = cuts(shape[1], TILE_WIDTH, OVERLAP_X), cuts(shape[0], TILE_HEIGHT, OVERLAP_Y)
    return [(x0, y0, x1, y1) for y0, y1 in rows for x0, x1 in columns]


def tiles_with(small: list[Box], shape) -> list[Tile]:
    """The tiles of a picture of `shape` in which several boxes of small lettering lie, the fullest first."""
    centres = np.array([box.corners.mean(axis=0) for box in small]).reshape(-1, 2)

    def inside(tile: Tile) -> int:
        x0, y0, x1, y1 = tile
        return np.sum((centres[:, 0] >= x0) & (centres[:, 0] < x1) & (centres[:, 1] >= y0) & (centres[:, 1] < y1))

    counts = [(int(inside(tile)), tile) for tile in tiles(shape)]
    return [tile for count, tile in sorted(counts, key=lambda each: -each[0]) if count >= 3]


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Area (px²) that two convex quads share."""
    if (one.max(0) < other.min(0)).any() or (other.max(0) < one.min(0)).any():
        return 0.0
    shared, _ = cv2.intersectConvexConvex(one.astype(np.float32), other.astype(np.float32))
    return float(shared)


def unread_boxes(boxes: list[Box], sure: list[np.ndarray]) -> list[Box]:
    """Those lying boxes that no quad of `sure` mostly covers."""
    lying = (box for box in boxes if not box.stands())
    return [box for box in lying if all(overlap(box.corners, quad) <= 0.6 * box.width * box.height for quad in sure)]


def new_boxes(more: list[Box], known: list[Box]) -> list[Box]:
    """Those of `more` that are not the same as a known one, nor as an earlier one of themselves from the next tile."""
    kept: list[Box] = []
    for box in sorted(more, key=lambda box: -box.width):
        area = box.width * box.height
        twins = (
            other
            for other in [*known, *kept]
            if overlap(box.corners, other.corners) > 0.7 * max(area, other.width * other.height)
        )
        if next(twins, None) is None:
            kept.append(box)
    return kept


def cut_out(picture: np.ndarray, box: Box) -> np.ndarray | None:
    """The text of `box` laid straight, or None where there is nothing to read."""
    width, height = round(box.width), round(box.height)
    if width < 4 or height < 4:
        return None
    straight = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    transform = cv2.getPerspectiveTransform(box.corners.astype(np.float32), straight)
    return cv2.warpPerspective(picture, transform, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def other_cuts(picture: np.ndarray, box: Box) -> list[np.ndarray]:
    crops = [cut_out(picture, box.grown(*by)) for by in CUTS]
    plain = cut_out(picture, box)
    return [crop for crop in [*crops, None if plain is None else full_contrast(plain)] if crop is not None]


def full_contrast(crop: np.ndarray) -> np.ndarray:
    """In grey, with the darkest and brightest pixels pulled apart: pale print on a pale spine."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.float32)
    low, high = np.percentile(grey, (2, 98))
    grey = np.clip((grey - low) * 255 / max(high - low, 1), 0, 255).astype(np.uint8)
    return cv2.merge([grey] * 3)


def turned_back(corners: np.ndarray, turns: int, turned_shape) -> np.ndarray:
    """Corners in the turned picture -> corners in the upright photo (turns: 0, or 1 for np.rot90 once)."""
    if turns == 0:
        return corners
    width = turned_shape[0]  # of the upright photo
    return np.stack([width - corners[:, 1], corners[:, 0]], axis=1)


def turned_there(line: Line, turns: int, shape) -> np.ndarray:
    """The line's corners in the picture turned by `turns`; the inverse of `turned_back`."""
    quad = np.array(line.quad, dtype=np.float32)
    return np.stack([quad[:, 1], shape[1] - quad[:, 0]], axis=1) if turns else quad


def without_doubles(lines: list[Line]) -> list[Line]:
    """Each place of the photo once: the longest and surest reading leads, what lies mostly inside it becomes another reading."""
    kept: list[Line] = []
    quads: list[np.ndarray] = []
    others: list[list[str]] = []
    for line in sorted(lines, key=lambda line: -len(line.text) * line.confidence**2):
        quad = np.array(line.quad)
        area = cv2.contourArea(quad.astype(np.float32))
        home = next((n for n, other in enumerate(quads) if overlap(quad, other) > 0.5 * area), None)
        if home is None and area > 0:
            kept.append(line)
            quads.append(quad)
            others.append(list(line.others))
        elif home is not None:
            others[home] += [text for text in (line.text, *line.others) if text != kept[home].text]
    return [replace(line, others=tuple(dict.fromkeys(texts))) for line, texts in zip(kept, others, strict=True)]
