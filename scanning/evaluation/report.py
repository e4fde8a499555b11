"""The report of an evaluation: one HTML file with the photos in it, where a person sees what was read, matched and missed."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.template.loader import render_to_string
from PIL import Image, ImageOps

from scanning.evaluation import tables
from scanning.evaluation.scoring import Score, score_photo

SIDE = 1600  # px of a photo in the report
QUALITY = 72
GLYPHS = {"sure": "✓", "check": "?", "unread": "…"}


@dataclass(frozen=True)
class _Place:
    """One recognised book as it is drawn and told."""

    number: int  # in shelf order, from 1
    book: dict
    is_right: bool
    corners: tuple[tuple[float, float], ...]  # px of the photo; empty where it has no place

    @property
    def band(self) -> str:
        return self.book["band"]

    @property
    def is_wrong(self) -> bool:
        return self.book["validated"] and not self.is_right

    @property
    def verdict(self) -> str:
        if not self.book["validated"]:
            return "not matched"
        return "right" if self.is_right else "wrong"

    @property
    def glyph(self) -> str:
        return "×" if self.is_wrong else GLYPHS[self.band]

    @property
    def points(self) -> str:
        return " ".join(f"{x:.0f},{y:.0f}" for x, y in self.corners)

    @property
    def cross(self) -> str:
        """A path from corner to corner: what is wrong is struck through."""
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.corners
        return f"M{ax:.0f} {ay:.0f}L{cx:.0f} {cy:.0f}M{bx:.0f} {by:.0f}L{dx:.0f} {dy:.0f}"

    @property
    def middle(self) -> tuple[int, int]:
        xs, ys = zip(*self.corners, strict=True)
        return round(sum(xs) / len(xs)), round(sum(ys) / len(ys))

    @property
    def percent(self) -> int:
        return round(100 * self.book["confidence"])

    @property
    def read(self) -> str:
        return " · ".join(self.book["spineText"])


@dataclass(frozen=True)
class _Page:
    """One photo of the report."""

    name: str
    score: Score
    places: tuple[_Place, ...]
    picture: str  # a data address
    width: int  # px of the upright photo, in which the places are
    height: int

    @property
    def mark(self) -> int:
        """The radius of a number on the photo: as large on every photo once it is shown."""
        return max(12, round(max(self.width, self.height) / 110))


def write_report(
    path: Path, scores: list[Score], photos: list[Path], negatives: list[tuple[Path, dict]], costs: list[tuple[str, str]]
):
    """`photos` belong to `scores`, one by one; `negatives` are photos without a book, with what was recognised on them;
    `costs` name what the run took."""
    pages = [_photo_page(photo, one) for photo, one in zip(photos, scores, strict=True)]
    empty = [_photo_page(photo, score_photo({"photo": photo.stem, "books": []}, result)) for photo, result in negatives]
    bins = tables.calibration(scores)
    context = {
        "pages": pages,
        "negatives": empty,
        "false_books": sum(one.score.put_forward for one in empty),
        "total": tables.total(scores),
        "rows": [(one, tables.total([one])) for one in scores],
        "halves": tables.halves(scores),
        "languages": tables.language_table(scores),
        "bins": bins,
        "worst": tables.worst(bins),
        "least_in_a_bin": tables.LEAST_IN_A_BIN,
        "costs": costs,
    }
    path.write_text(render_to_string("scanning/evaluation.html", context), encoding="utf-8")


def _photo_page(photo: Path, one: Score) -> _Page:
    with Image.open(photo) as file:
        upright = ImageOps.exif_transpose(file).convert("RGB")
    width, height = upright.size
    upright.thumbnail((SIDE, SIDE))
    return _Page(one.photo, one, tuple(_book_places(one)), _data_address(upright), width, height)


def _book_places(one: Score) -> Iterable[_Place]:
    """In shelf order, as a person goes along the photo."""
    order = sorted(range(len(one.books)), key=lambda n: (one.books[n].get("shelf", 1), one.books[n].get("position", 1)))
    for number, n in enumerate(order, start=1):
        book = one.books[n]
        corners = tuple((float(x), float(y)) for x, y in book.get("region") or ())
        yield _Place(number, book, one.is_right(n), corners)


def _data_address(picture: Image.Image) -> str:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
