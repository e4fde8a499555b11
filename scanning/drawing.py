"""A bookshelf that never stood anywhere, for the demo and the tests: cloth, lettering, wood and light, drawn by Pillow."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from django.conf import settings
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]
Book = tuple[str, str]  # title, author; either may be empty

FONTS = settings.BASE_DIR / "static" / "vendor" / "fonts"
SERIF, SANS = "literata-latin-wght-normal.woff2", "figtree-latin-wght-normal.woff2"
GOLD, CREAM, INK = (226, 190, 112), (243, 235, 217), (38, 32, 30)
CLOTHS: tuple[tuple[Colour, Colour], ...] = (  # cloth, lettering
    ((126, 34, 38), GOLD),
    ((29, 58, 92), CREAM),
    ((44, 77, 56), GOLD),
    ((222, 208, 176), INK),
    ((58, 44, 74), CREAM),
    ((186, 92, 46), CREAM),
    ((33, 92, 96), CREAM),
    ((203, 160, 62), INK),
    ((84, 60, 44), GOLD),
    ((52, 58, 66), CREAM),
    ((165, 58, 72), CREAM),
    ((146, 164, 142), INK),
    ((236, 230, 218), (126, 34, 38)),
)
WALL, BOARD = (74, 52, 36), (156, 110, 70)
MARGIN, HEADROOM, BOARD_HEIGHT = 70, 110, 76  # px: beside the books, above the highest, and the wood below
LOWEST, HIGHEST = 760, 1010  # px
SMALLEST_LETTERING = 14  # px
END = 62  # px of a spine that stay free at its head and foot
LEAN = (2.5, 4.0)  # degrees, of the last book of a row


@dataclass(frozen=True)
class Binding:
    width: int
    height: int
    cloth: Colour
    ink: Colour
    font: str
    weight: int
    direction: str  # down, up or across
    spread: float  # how far the author stands from the title: 0 right behind it, 1 at the other end
    banded: bool


def draw_shelf(books: Sequence[Book], seed: int = 1, a_row: int = 14) -> Image.Image:
    """A photo-like picture of `books` in rows from left to right. The same seed draws the same picture."""
    chance, noise = random.Random(seed), np.random.default_rng(seed)
    rows = [books[start : start + a_row] for start in range(0, len(books), a_row)] or [[]]
    stood = [[draw_spine(book, bind(book, chance), noise) for book in row] for row in rows]
    leaning = [[lean(spine, n == len(row) - 1, chance) for n, spine in enumerate(row)] for row in stood]
    gaps = [[chance.randint(0, 5) for _ in row] for row in leaning]
    widths = [sum(spine.width for spine in row) + sum(gap) for row, gap in zip(leaning, gaps, strict=True)]
    floor = HEADROOM + HIGHEST
    picture = _wood((max(*widths, 400) + 2 * MARGIN, len(rows) * (floor + BOARD_HEIGHT)), WALL, noise)
    for number, (row, gap) in enumerate(zip(leaning, gaps, strict=True)):
        bottom = number * (floor + BOARD_HEIGHT) + floor
        _place_books(picture, row, gap, bottom)
        picture.paste(_board(picture.width, noise), (0, bottom))
    return _lit(picture, noise)


def bind(book: Book, chance: random.Random) -> Binding:
    """A binding that has room for the title and the author."""
    title, author = book
    cloth, ink = chance.choice(CLOTHS)
    width, height = chance.randint(64, 118), chance.randint(LOWEST, HIGHEST)
    direction = chance.choices(("down", "up", "across"), (8, 2, 3))[0]
    longest = max((f"{title} {author}").split(), key=len, default="")
    if direction == "across":
        width = chance.randint(118, 150)
        if len(longest) > 9 or len(title) > 32:
            direction = "down"
    font, weight = chance.choice(((SERIF, 500), (SERIF, 700), (SANS, 600), (SANS, 800)))
    return Binding(width, height, cloth, ink, font, weight, direction, chance.uniform(0, 0.5), chance.random() < 0.5)


# ── One spine ───────────────────────────────────────────────────────────────────────────────────────────────────────
def draw_spine(book: Book, binding: Binding, noise: np.random.Generator) -> Image.Image:
    """RGBA, upright."""
    spine = _woven(binding, noise)
    if binding.banded:
        pen = ImageDraw.Draw(spine)
        for y in (26, 36, binding.height - 42, binding.height - 32):
            pen.line((0, y, binding.width, y), fill=binding.ink, width=3)
    if binding.direction == "across":
        _letter_across(spine, book, binding)
    else:
        _letter_along(spine, book, binding)
    _rounded(spine)
    return spine.convert("RGBA")


def _woven(binding: Binding, noise: np.random.Generator) -> Image.Image:
    threads = noise.normal(0, 4, (binding.height, binding.width, 1)) + noise.normal(0, 3, (1, binding.width, 1))
    return _as_image(np.array(binding.cloth, dtype=np.float32) + threads)


def _letter_along(spine: Image.Image, book: Book, binding: Binding):
    """Title and author one behind the other, on a strip that is then turned."""
    title, author = book
    room = binding.height - 2 * END
    size = min(round((binding.width - 22) * 0.76), 72)
    while size > SMALLEST_LETTERING and _line_length(title, author, binding, size) > room:
        size -= 1
    left_over = max(0, room - _line_length(title, author, binding, size))
    strip = Image.new("L", (binding.height, binding.width))
    pen, middle = ImageDraw.Draw(strip), binding.width / 2
    start = END + left_over * (1 - binding.spread) / 3
    behind = start + _font_of(binding, size).getlength(title) + size + left_over * binding.spread
    pen.text((start, middle), title, 255, _font_of(binding, size), anchor="lm")
    pen.text((behind, middle), author, 255, _font_of(binding, _author_size(size), 400), anchor="lm")
    mask = strip.rotate(-90 if binding.direction == "down" else 90, expand=True)
    spine.paste(binding.ink, (0, 0), mask)


def _line_length(title: str, author: str, binding: Binding, size: int) -> float:
    title_length = _font_of(binding, size).getlength(title)
    return title_length + size + _font_of(binding, _author_size(size), 400).getlength(author)


def _author_size(size: int) -> int:
    return max(SMALLEST_LETTERING, round(size * 0.72))


def _letter_across(spine: Image.Image, book: Book, binding: Binding):
    """One word a line: the title in the upper part, the author below."""
    title, author = book
    pen = ImageDraw.Draw(spine)
    for text, top, weight in ((title, 90, binding.weight), (author, round(binding.height * 0.66), 400)):
        words = text.split()
        size = 40
        while size > SMALLEST_LETTERING and any(_font_of(binding, size, weight).getlength(w) > binding.width - 16 for w in words):
            size -= 1
        for number, word in enumerate(words):
            position = (binding.width / 2, top + number * size * 1.3)
            pen.text(position, word, binding.ink, _font_of(binding, size, weight), anchor="mt")


def _rounded(spine: Image.Image):
    """Darker towards both edges, as light falls on a curved back."""
    across = np.linspace(-1, 1, spine.width)
    shade = Image.fromarray((255 * 0.55 * np.abs(across) ** 4).astype(np.uint8)[None, :]).resize(spine.size)
    spine.paste((0, 0, 0), (0, 0), shade)


def _font_of(binding: Binding, size: int, weight: int = 0) -> ImageFont.FreeTypeFont:
    return font(binding.font, size, weight or binding.weight)


@cache
def font(name: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """One of the page's own, or Pillow's where it cannot unpack them."""
    try:
        found = ImageFont.truetype(FONTS / name, size)
        found.set_variation_by_axes([weight])
    except OSError:
        return ImageFont.load_default(size)
    return found


# ── The shelf ───────────────────────────────────────────────────────────────────────────────────────────────────────
def lean(spine: Image.Image, is_last: bool, chance: random.Random) -> Image.Image:
    degrees = chance.uniform(*LEAN) if is_last else chance.gauss(0, 0.35)
    return spine.rotate(degrees, Image.Resampling.BICUBIC, expand=True)


def _place_books(picture: Image.Image, row: list[Image.Image], gaps: list[int], floor: int):
    """The books of a row on the board at `floor`, each with its shadow on the wall."""
    shadow = Image.new("L", (picture.width, floor))
    x, places = MARGIN, []
    for spine, gap in zip(row, gaps, strict=True):
        places.append((x, floor - spine.height + 6))  # the board hides a little of the lower edge
        shadow.paste(150, (x + 18, places[-1][1] + 14), spine.getchannel("A"))
        x += spine.width + gap
    soft = shadow.reduce(4).filter(ImageFilter.GaussianBlur(3.5)).resize(shadow.size)
    picture.paste((12, 8, 6), (0, 0), soft)
    for spine, at in zip(row, places, strict=True):
        picture.paste(spine, at, spine)


def _board(width: int, noise: np.random.Generator) -> Image.Image:
    plank = _wood((width, BOARD_HEIGHT), BOARD, noise)
    pen = ImageDraw.Draw(plank)
    pen.line((0, 1, width, 1), fill=(206, 160, 112), width=3)
    pen.line((0, BOARD_HEIGHT - 4, width, BOARD_HEIGHT - 4), fill=(58, 38, 24), width=8)
    return plank


def _wood(size: tuple[int, int], colour: Colour, noise: np.random.Generator) -> Image.Image:
    """Long streaks from left to right."""
    width, height = size
    coarse = _as_image(noise.normal(128, 40, (height // 3 + 2, width // 240 + 2))).resize(size, Image.Resampling.BICUBIC)
    grain = (np.asarray(coarse, dtype=np.float32) - 128) / 128
    return _as_image(np.array(colour, dtype=np.float32) * (1 + 0.35 * grain[:, :, None]))


def _lit(picture: Image.Image, noise: np.random.Generator) -> Image.Image:
    """A lamp at the upper left, a soft lens, and the grain of a camera."""
    x, y = (np.linspace(0, 1, side, dtype=np.float32) for side in picture.size)
    far = np.hypot(x[None, :] - 0.35, 0.8 * (y[:, None] - 0.3))
    light = 1.1 - 0.42 * far * np.sqrt(far)
    values = np.array(picture.filter(ImageFilter.BoxBlur(0.5)), dtype=np.float32)
    values *= light[:, :, None] * np.float32([1.03, 1.0, 0.94])
    values += 3.5 * noise.standard_normal((picture.height, picture.width, 1), dtype=np.float32)
    return _as_image(values)


def _as_image(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
