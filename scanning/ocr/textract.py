"""Reads with Amazon Textract: https://docs.aws.amazon.com/textract/latest/dg/API_DetectDocumentText.html

A photo is sent as one JPEG, or in overlapping parts where it is larger than Textract takes. Textract reads what stands on its
side, but misses some of it; so where the first answer leaves spines open, the photo is asked for once more, turned a quarter."""

from functools import partial

import cv2
import numpy as np

from scanning import aws
from scanning.cost_meter import TEXTRACT_USD_A_CALL, CostMeter
from scanning.ocr import Found, Line, OCRError, Progress, Quad, as_quad
from scanning.ocr.boxes import Tile, cuts, turned_back, without_doubles

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 10_000  # px a side
LEAST_SCALE = 0.8  # a photo that would be shrunk more than this is sent in parts
OVERLAP = 800  # px; the longest line that a cut may lead through
QUALITIES = (95, 85, 75, 60)
DOUBTFUL, MOST_DOUBTFUL = 0.8, 0.25  # confidence, and the share of lines below it from which a second look pays
EMPTY_STRIP, MOST_EMPTY = 0.04, 0.3  # of the width: a strip without text, and all of these together


class TextractOCR:
    name = "textract"

    def __init__(self, region: str, till: CostMeter | None = None, seconds: float = 60):
        """`seconds`: how long an answer is waited for."""
        self.region, self.till, self.seconds = region, till or CostMeter(), seconds

    def read(
        self, image: np.ndarray, progress: Progress = lambda done, total: None, found: Found = lambda lines: ()
    ) -> list[Line]:
        """All lines of `image` (height x width x 3, RGB, uint8, upright), best first. Raises OCRError, BudgetExceeded."""
        parts = textract_tiles(image.shape)
        lines: list[Line] = []
        for number, part in enumerate(parts, start=1):
            more = self.read_part(image, part, turns=0)
            lines += more
            progress(number, len(parts) + 1)
            found(more)
        if missed(lines, image.shape):
            for part in parts:
                lines += self.read_part(image, part, turns=1)
        progress(len(parts) + 1, len(parts) + 1)
        return without_doubles(lines)

    def read_part(self, image: np.ndarray, part: Tile, turns: int) -> list[Line]:
        x0, y0, x1, y1 = part
        turned = np.rot90(image[y0:y1, x0:x1], turns)
        picture = textract_jpeg(turned)
        try:
            price = TEXTRACT_USD_A_CALL
            reply = self.till.buy("textract", picture, price, partial(self.ask, picture), lambda _: price)
        except aws.Failed as error:
            raise OCRError(str(error), error.permanent) from error
        lines = []
        for text, confidence, corners in _read_reply(reply):
            quad = turned_back(corners * np.array(turned.shape[1::-1], float), turns, turned.shape) + np.array([x0, y0], float)
            lines.append(Line(text, confidence, as_quad(quad)))
        return lines

    def ask(self, picture: bytes) -> dict:
        return aws.ask_service("textract", "detect_document_text", self.region, self.seconds, Document={"Bytes": picture})


def textract_tiles(shape) -> list[Tile]:
    """The whole photo, or overlapping parts of it where one side is much longer than Textract takes."""
    height, width = shape[:2]
    if max(height, width) <= MOST_PIXELS / LEAST_SCALE:
        return [(0, 0, width, height)]
    columns, rows = cuts(width, MOST_PIXELS, OVERLAP), cuts(height, MOST_PIXELS, OVERLAP)
    return [(x0, y0, x1, y1) for y0, y1 in rows for x0, x1 in columns]


def textract_jpeg(picture: np.ndarray) -> bytes:
    """An RGB picture as a JPEG that Textract takes: no side too long, and no more bytes than allowed."""
    scale = min(1.0, MOST_PIXELS / max(picture.shape[:2]))
    bgr = np.ascontiguousarray(picture[:, :, ::-1])
    while True:
        small = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else bgr
        for quality in QUALITIES:
            done, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if not done:
                raise OCRError("The photo could not be prepared for Textract.", permanent=True)
            if len(data) <= MOST_BYTES:
                return data.tobytes()
        scale *= 0.8


def _read_reply(reply: dict) -> list[tuple[str, float, np.ndarray]]:
    """Text, confidence (0..1) and corners (4 x 2, shares of the picture, in reading order) of each line."""
    blocks = {block["Id"]: block for block in reply.get("Blocks", []) if "Id" in block}
    found = []
    for block in blocks.values():
        text = block.get("Text", "").strip()
        if block.get("BlockType") == "LINE" and text:
            words = [blocks[key] for key in children(block) if key in blocks]
            found.append((text, block.get("Confidence", 0.0) / 100, _in_reading_order(corners(block), text, words)))
    return found


def children(block: dict) -> list[str]:
    return [key for one in block.get("Relationships", []) if one.get("Type") == "CHILD" for key in one.get("Ids", [])]


def corners(block: dict) -> np.ndarray:
    """The four corners of a block, clockwise as they come; the box where there is no polygon of four."""
    geometry = block["Geometry"]
    polygon = geometry.get("Polygon") or []
    if len(polygon) == 4:
        return np.array([(point["X"], point["Y"]) for point in polygon], dtype=float)
    box = geometry["BoundingBox"]
    left, top = box["Left"], box["Top"]
    right, bottom = left + box["Width"], top + box["Height"]
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], dtype=float)


def _in_reading_order(quad: np.ndarray, text: str, words: list[dict]) -> np.ndarray:
    """The corners from where the first letter begins: the way leads from the first word to the last.

    A single word tells no way; a tall narrow box of several letters then reads downwards, as spines do."""
    if len(words) > 1:
        way = corners(words[-1]).mean(axis=0) - corners(words[0]).mean(axis=0)
        rolls = [np.roll(quad, -n, axis=0) for n in range(4)]
        return max(rolls, key=lambda item: float((item[1] - item[0]) @ way) / max(float(np.linalg.norm(item[1] - item[0])), 1e-9))
    side, other = np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[3] - quad[0])
    if len(text) > 2 and other > 2 * side:
        return np.roll(quad, -1, axis=0)
    return quad


def missed(lines: list[Line], shape) -> bool:
    """Whether the answer shows that spines were missed: much of it doubtful, or wide strips of the photo without any text."""
    if not lines:
        return True
    if sum(line.confidence < DOUBTFUL for line in lines) > MOST_DOUBTFUL * len(lines):
        return True
    return empty_strips([line.quad for line in lines], shape[1]) > MOST_EMPTY * shape[1]


def empty_strips(quads: list[Quad], width: int) -> float:
    """How much of the width (px) lies in strips, each wide enough for a spine, that no line reaches into."""
    spans = sorted((min(x for x, _ in quad), max(x for x, _ in quad)) for quad in quads)
    empty, end = 0.0, 0.0
    for left, right in [*spans, (float(width), float(width))]:
        if left - end > EMPTY_STRIP * width:
            empty += left - end
        end = max(end, right)
    return empty
