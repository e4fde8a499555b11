"""Reads on this machine: RapidOCR's detector and recogniser over onnxruntime, no network (https://github.com/RapidAI/RapidOCR).

Most spines run top to bottom, some bottom to top, and thick ones, piles and covers are set across. So the photo is searched
twice, as it is and turned a quarter, each time first as a whole and then, where the lettering is small, in full-size tiles.
What is found is always read from the full resolution, the other way up too where the first reading is doubtful. What still is
doubtful, and no book that is surely known by then, is looked at closer.
"""

import ctypes
import math
import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import rapidocr
from onnxruntime import InferenceSession, SessionOptions
from rapidocr import RapidOCR

from scanning.ocr import Found, Line, OCRError, Progress, Quad, as_quad
from scanning.ocr.boxes import (
    Box,
    Tile,
    new_boxes,
    picture_tiles,
    tiles_with,
    turned_back,
    turned_there,
    unread_boxes,
    without_doubles,
)
from scanning.ocr.other_scripts import FEATURES, features_of, load_other_scripts, with_outputs

MODELS = {"Det": "PP-OCRv6_det_small.onnx", "Rec": "PP-OCRv6_rec_small.onnx"}  # in the wheel of rapidocr, which is pinned
OVERVIEW_SIDE = 1920  # px; the detector sees lettering from about 10 px up
SMALL_LETTERING = 26  # px of a box in the overview; below, full resolution finds lines that the overview misses
ENLARGED = 1.6  # times; how large the places are looked at again where small lettering was found and not surely read
ENLARGED_LETTERING = 40  # px of a box at full size; above, enlarging shows nothing new
MOST_ENLARGED = 8  # tiles a turn: half a second each
QUARTER_TURNS = (1, 0)  # np.rot90 turns; the one that reads most spines first, so that books appear early
# What each of the six steps of both turns takes of the time, in thousandths: measured on photos of 12 megapixels.
STEPS = (130, 270, 210, 20, 30, 200, 60, 30, 30, 10, 5, 5)
LEAST_CONFIDENCE = 0.5  # below, a reading is noise more often than text
DOUBTFUL = 0.9  # below, the line is read the other way up too, and then in other cuts
CUTS = ((0.5, 0.0), (0.1, 0.15), (0.0, -0.1))  # by how much of its height a doubtful box is grown: at its ends, at its sides
LEAST_LETTERS = 3  # in a reading that is worth another
BATCH = 6  # lines a call; longer batches waste time on padding
LINE_HEIGHT, LEAST_WIDTH = 48, 96  # px of a line as it is read; shorter ones are padded
LARGE_PIECE = 8 * 1024 * 1024  # bytes; pictures and what the detector works with, each given back when it is done with
M_MMAP_THRESHOLD = -3  # of mallopt (https://man7.org/linux/man-pages/man3/mallopt.3.html)


def silent(done: int, total: int):
    """Where nobody waits for the progress."""


class LocalOCR:
    name = "local"

    def __init__(self, threads: int | None = None):
        self.threads = threads or os.cpu_count() or 1

    @cached_property
    def models(self):
        """Detector and recogniser, about 60 MB. Loaded by the worker that reads: their threads do not outlive a fork."""
        _give_large_pieces_back()
        engine = RapidOCR(params={"Det.limit_type": "max", "Det.limit_side_len": 4000, "Global.log_level": "warning"})
        for part, file in MODELS.items():
            engine.cfg[part]._set_flag("allow_objects", True)
            model = (Path(rapidocr.__file__).parent / "models" / file).read_bytes()
            engine.cfg[part].session = _onnx_session(model if part == "Det" else with_outputs(model, FEATURES), self.threads)
        detector, recogniser = engine._load_det_model(), engine._load_rec_model()
        detector.mean, detector.std = np.float32(detector.mean), np.float32(detector.std)  # else it works in 64 bits
        recogniser.rec_image_shape = [3, LINE_HEIGHT, LEAST_WIDTH]
        return detector, recogniser

    def read(self, image: np.ndarray, progress: Progress = silent, found: Found = lambda lines: ()) -> list[Line]:
        """All lines of `image` (height x width x 3, RGB, uint8, upright), best first. Raises OCRError."""
        try:
            return Reading(self, image, progress, found).lines_of_both_turns()
        except (cv2.error, RuntimeError, MemoryError) as error:
            raise OCRError(f"The photo could not be read: {error}") from error

    def find(self, picture: np.ndarray) -> list[Box]:
        detect, _ = self.models
        corners = detect(picture).boxes
        return [] if corners is None else [Box(np.asarray(c, dtype=np.float32)) for c in corners]

    def find_in_tiles(self, picture: np.ndarray, parts: list[Tile], progress: Progress = silent) -> list[Box]:
        """The boxes of all parts in pixels of the picture; what two parts show once."""
        found: list[Box] = []
        for number, (x0, y0, x1, y1) in enumerate(parts):
            progress(number, len(parts))
            boxes = self.find(np.ascontiguousarray(picture[y0:y1, x0:x1]))
            found += new_boxes([Box(box.corners + np.array([x0, y0], dtype=np.float32)) for box in boxes], found)
        return found

    def find_enlarged(self, picture: np.ndarray, doubtful: list[Box], progress: Progress = silent) -> list[Box]:
        """The boxes around where most of the `doubtful` ones lie, found in an enlarged picture of the place."""
        shape = [round(side * ENLARGED) for side in picture.shape[:2]]
        found: list[Box] = []
        tiles = tiles_with([Box(box.corners * ENLARGED) for box in doubtful], shape)[:MOST_ENLARGED]
        for number, tile in enumerate(tiles):
            progress(number, len(tiles) * 2)  # what is found is then read
            x0, y0, x1, y1 = (round(side / ENLARGED) for side in tile)
            place = cv2.resize(picture[y0:y1, x0:x1], None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)
            boxes = self.find(np.ascontiguousarray(place))
            found += new_boxes([Box(box.corners / ENLARGED + np.array([x0, y0], dtype=np.float32)) for box in boxes], found)
        return found

    def recognise(self, crops: list[np.ndarray], progress: Progress = silent) -> list[tuple[str, float]]:
        """Text and confidence of each crop. Crops of like shape share a call, so that little of it is padding."""
        by_shape = sorted(range(len(crops)), key=lambda n: crops[n].shape[1] / crops[n].shape[0])
        readings = [("", 0.0)] * len(crops)
        for start in range(0, len(crops), BATCH):
            progress(start, len(crops))
            batch = by_shape[start : start + BATCH]
            for n, reading in zip(batch, self.read_batch([crops[n] for n in batch]), strict=True):
                readings[n] = reading
        return readings

    def read_batch(self, crops: list[np.ndarray]) -> list[tuple[str, float]]:
        """What the recogniser reads in each crop, or what another script says."""
        _, recogniser = self.models
        ratios = [crop.shape[1] / crop.shape[0] for crop in crops]
        widest = max(LEAST_WIDTH / LINE_HEIGHT, *ratios)
        inputs = np.stack([recogniser.resize_norm_img(crop, widest) for crop in crops])
        letters, *features = recogniser.session.session.run(None, {"x": inputs})
        readings, _ = recogniser.postprocess_op(letters)
        widths = [min(inputs.shape[3], math.ceil(LINE_HEIGHT * ratio)) for ratio in ratios]
        numbers = [features_of(features, row, width) for row, width in enumerate(widths)]
        own = [(text.strip(), float(confidence)) for text, confidence in readings]
        return [load_other_scripts().read(*line) for line in zip(numbers, own, strict=True)]

    def read_either_way(self, picture: np.ndarray, boxes: list[Box], progress: Progress = silent) -> list[tuple[Box, str, float]]:
        """Each box that can be cut out with its text and confidence, its corners as it reads: what is doubtful is turned over."""
        lying = [(box, crop) for box in boxes if (crop := _cut_out(picture, box)) is not None]
        readings = self.recognise([crop for _, crop in lying], progress)
        read = [(box, *reading) for (box, _), reading in zip(lying, readings, strict=True)]
        doubtful = [n for n, (_, confidence) in enumerate(readings) if confidence < DOUBTFUL]
        turned_over = self.recognise([np.ascontiguousarray(np.rot90(lying[n][1], 2)) for n in doubtful], progress)
        for n, (text, confidence) in zip(doubtful, turned_over, strict=True):
            if confidence > read[n][2]:
                read[n] = (Box(np.roll(read[n][0].corners, 2, axis=0)), text, confidence)
        return read

    def read_again(
        self, picture: np.ndarray, doubtful: list[tuple[Box, str]], progress: Progress = silent
    ) -> list[tuple[str, ...]]:
        """What else each box may say, given what it says: read longer, higher, tighter, and with all the contrast it has.

        A misread word is seldom misread the same way in another cut, and the catalogue knows which of the readings is a book.
        """
        crops = [(n, crop) for n, (box, _) in enumerate(doubtful) for crop in _other_cuts(picture, box)]
        found: list[dict[str, None]] = [{} for _ in doubtful]
        for (n, _), (text, confidence) in zip(crops, self.recognise([crop for _, crop in crops], progress), strict=True):
            if confidence >= LEAST_CONFIDENCE and text not in ("", doubtful[n][1]):
                found[n][text] = None
        return [tuple(texts) for texts in found]


@dataclass
class Reading:
    """One photo while it is read: what was read so far, and what needs no other look."""

    engine: LocalOCR
    image: np.ndarray
    progress: Progress
    found: Found
    lines: list[Line] = field(default_factory=list)
    settled: tuple[Quad, ...] = ()  # places of books that are known
    steps: int = 0
    done: int = 0  # thousandths

    def lines_of_both_turns(self) -> list[Line]:
        for turns in QUARTER_TURNS:
            self.turn(turns)
        return without_doubles(self.lines)

    def turn(self, turns: int):
        """Finds and reads the lines in one orientation: first the whole photo, then small lettering at full resolution, then
        doubtful places from other crops and enlarged. Six steps of progress."""
        turned = np.ascontiguousarray(np.rot90(self.image, turns)[:, :, ::-1])  # the models want BGR
        overview, scale = _shrunk(turned, OVERVIEW_SIDE)
        boxes = self.engine.find_in_tiles(overview, picture_tiles(overview.shape), self.part)
        boxes = self.still_open([Box(box.corners / scale) for box in boxes], turns)
        self.step()
        doubtful = self.read_boxes(turned, boxes, turns)
        self.step(looked=True)
        small = [box for box in self.still_open(boxes, turns) if box.height * scale < SMALL_LETTERING] if scale < 1 else []
        more = self.engine.find_in_tiles(turned, tiles_with(small, turned.shape), self.part)
        more = new_boxes(self.still_open(more, turns), boxes)
        self.step()
        doubtful |= self.read_boxes(turned, more, turns)
        self.step(looked=turns == QUARTER_TURNS[0])
        self.look_again(turned, doubtful, turns)
        self.step()
        left = [box for box in self.still_open(boxes + more, turns) if box.height < ENLARGED_LETTERING]
        enlarged = self.still_open(self.engine.find_enlarged(turned, left, self.part), turns)
        self.look_again(turned, self.read_boxes(turned, enlarged, turns), turns)
        self.step()

    def step(self, looked: bool = False):
        """Tells how far the reading is, and the lines so far where there is more to look for; hears which places are settled."""
        self.steps += 1
        self.part(0, 1)
        if looked and self.lines:
            self.settled = tuple(self.found(without_doubles(self.lines)))

    def part(self, done: int, total: int):
        """Tells how far the step is; of a step in several rounds, the first that is further than the others counts."""
        before, now = sum(STEPS[: self.steps]), sum(STEPS[: self.steps + 1])
        self.done = max(self.done, round(before + (now - before) * done / total))
        self.progress(self.done, sum(STEPS))

    def still_open(self, boxes: list[Box], turns: int) -> list[Box]:
        """The lying boxes where no line was surely read and no book is known."""
        quads = [*(line.quad for line in self.lines if line.confidence >= DOUBTFUL), *self.settled]
        return unread_boxes(boxes, [turned_there(quad, turns, self.image.shape) for quad in quads])

    def read_boxes(self, turned: np.ndarray, boxes: list[Box], turns: int) -> dict[int, Box]:
        """Adds the lines of `boxes`. Returns the doubtful ones by their number among all lines."""
        doubtful = {}
        for box, text, confidence in self.engine.read_either_way(turned, boxes, self.part):
            if confidence >= LEAST_CONFIDENCE and text:
                if confidence < DOUBTFUL and sum(c.isalpha() for c in text) >= LEAST_LETTERS:
                    doubtful[len(self.lines)] = box
                quad = turned_back(box.corners, turns, turned.shape)
                self.lines.append(Line(text, confidence, as_quad(quad)))
        return doubtful

    def look_again(self, turned: np.ndarray, doubtful: dict[int, Box], turns: int):
        """Adds other readings to the doubtful lines that still are open."""
        still_open = set(map(id, self.still_open(list(doubtful.values()), turns)))
        numbers = [n for n, box in doubtful.items() if id(box) in still_open]
        others = self.engine.read_again(turned, [(doubtful[n], self.lines[n].text) for n in numbers], self.part)
        for n, texts in zip(numbers, others, strict=True):
            self.lines[n] = replace(self.lines[n], others=texts)


def _onnx_session(model: bytes, threads: int) -> InferenceSession:
    """A model ready to run. The options are not those of rapidocr: the text is the same, in two thirds of the processor time.

    A tenth of the detector's weights are subnormal numbers, which processors multiply slowly; as zeros they change no line.
    Threads that wait do not spin: on cores shared with other processes spinning makes the recogniser twice as slow."""
    options = SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(model, options)


def _give_large_pieces_back():
    """Else glibc learns from the first large pieces to keep them, and a worker grows by 200 MB. Other systems do without."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, LARGE_PIECE)


def _shrunk(picture: np.ndarray, side: int) -> tuple[np.ndarray, float]:
    """The picture with its longer side at most `side` px, and the scale that was used (1 where it was small already)."""
    height, width = picture.shape[:2]
    scale = min(1.0, side / max(height, width))
    if scale == 1:
        return picture, 1.0
    return cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA), scale


def _cut_out(picture: np.ndarray, box: Box) -> np.ndarray | None:
    """The text of `box` laid straight, or None where there is nothing to read."""
    width, height = round(box.width), round(box.height)
    if width < 4 or height < 4:
        return None
    straight = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    transform = cv2.getPerspectiveTransform(box.corners.astype(np.float32), straight)
    return cv2.warpPerspective(picture, transform, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _other_cuts(picture: np.ndarray, box: Box) -> list[np.ndarray]:
    crops = [_cut_out(picture, box.grown(*by)) for by in CUTS]
    plain = _cut_out(picture, box)
    return [crop for crop in [*crops, None if plain is None else _full_contrast(plain)] if crop is not None]


def _full_contrast(crop: np.ndarray) -> np.ndarray:
    """In grey, with the darkest and brightest pixels pulled apart: pale print on a pale spine."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.float32)
    low, high = np.percentile(grey, (2, 98))
    grey = np.clip((grey - low) * 255 / max(high - low, 1), 0, 255).astype(np.uint8)
    return cv2.merge([grey] * 3)
