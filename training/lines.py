"""Drawn lines of text as they stand on spines, for training: every line is a picture, its text and its font.

Nothing here comes from a photo: words are those of spelling dictionaries, letters those of Debian's fonts."""

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from fontTools.ttLib import TTCollection, TTFont
from PIL import Image, ImageDraw, ImageFont

DIGITS, PUNCTUATION = "0123456789", ".,:;!?-—«»„“”\"'’()№&+/%*•"
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CYRILLIC = (
    "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя"  # Russian, Bulgarian
    "ІЇЄҐЎіїєґўЂЈЉЊЋЏђјљњћџЃЅЌѓѕќ"  # Ukrainian, Belarusian, Serbian, Macedonian
)
GREEK = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψωςΆΈΉΊΌΎΏάέήίόύώΪΫϊϋΐΰ"
UNACCENTED = str.maketrans("ΆΈΉΊΌΎΏ", "ΑΕΗΙΟΥΩ")  # as Greek capitals are mostly set
HANGUL = "".join(chr(code) for code in range(0xAC00, 0xD7A4))
HAN_SAMPLE = "的一是不了人我在有書本日語の"
COMMON_HANGUL = bytes(byte for high in range(0xB0, 0xC9) for low in range(0xA1, 0xFF) for byte in (high, low)).decode("euc_kr")
SAMPLES = {  # a font has a script if it has these
    "cyrillic": CYRILLIC[:66] + "ІЇЄії",
    "greek": GREEK[:49] + "άέήίόύώ",
    "korean": "가힣각한국어의를책봄",
    "latin": LATIN + "äöüéèñ",
    "han": HAN_SAMPLE,
}
STRANGE_FONTS = ("Unicode", "Math", "Jamo", "Shafarik", "Uncial", "SC", "Smallcaps", "Frm", "ztm", "Nakseo", "Brush", "Vada")
RENDERED = 64  # px of an em
HELD_BACK = 6  # every sixth family of fonts is never trained on


@dataclass(frozen=True)
class DrawnLine:
    picture: np.ndarray  # BGR, as the recogniser gets it
    text: str
    script: str
    upside_down: bool
    held_back: bool  # in a font that is only measured with


# ── Words ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def read_words(path: Path, letters: str) -> list[str]:
    """The words of a list, or of a spelling dictionary, that consist of `letters`."""
    wanted = set(letters + "-'’")
    words = {line.split("/")[0].strip() for line in path.read_text("utf-8", "ignore").splitlines()}
    return sorted(word for word in words if 1 < len(word) < 18 and wanted.issuperset(word))


def compose(words: list[str], foreign: list[str], chance: random.Random) -> str:
    """A title, an author with or without initials, a number, or a few words with one, in one of the usual cases."""
    kind = chance.random()
    if kind < 0.22:
        text = _person(words, chance)
    elif kind < 0.37:
        text = f"{chance.choice(words).capitalize()} {chance.choice(words).capitalize()}"
    elif kind < 0.4:
        text = _number(chance)
    else:
        text = _title(words, foreign, chance)
    most = chance.choice((12, 20, 30, 42))
    while len(text) > most and " " in text:
        text = text.rpartition(" ")[0]
    return _cased(text, chance)[:46].strip()


def _person(words: list[str], chance: random.Random) -> str:
    initials = [f"{chance.choice(words)[0].upper()}." for _ in range(chance.randint(1, 2))]
    name = [chance.choice(words).capitalize()]
    parts = initials + name if chance.random() < 0.6 else name + initials
    return ("" if chance.random() < 0.1 else " ").join(parts)


def _number(chance: random.Random) -> str:
    """A volume or a year."""
    return str(chance.choice((chance.randint(1, 12), chance.randint(1900, 2030))))


def _title(words: list[str], foreign: list[str], chance: random.Random) -> str:
    parts = [chance.choice(words) for _ in range(chance.choices((1, 2, 3, 4, 5, 6), (4, 4, 4, 3, 2, 1))[0])]
    if foreign and chance.random() < 0.12:
        parts.insert(chance.randint(0, len(parts)), chance.choice(foreign))
    if chance.random() < 0.15:
        parts.insert(chance.randint(0, len(parts)), _number(chance))
    return _punctuated(parts, chance)


def _punctuated(parts: list[str], chance: random.Random) -> str:
    if chance.random() < 0.25:
        place = chance.randrange(len(parts))
        parts[place] = chance.choice(
            (
                "{},",
                "{}.",
                "{}:",
                "{}!",
                "{}?",
                "{}...",
                "«{}»",
                "“{}”",
                "„{}“",
                '"{}"',
                "({})",
                "{} —",
                "{} -",
                "№ {}",
                "{};",
                "{} &",
            )
        ).format(parts[place])
    return " ".join(parts)


def _cased(text: str, chance: random.Random) -> str:
    capitals = text.upper().translate(UNACCENTED) if chance.random() < 0.7 else text.upper()
    return chance.choices((capitals, text[:1].upper() + text[1:], text.title(), text, text.lower()), (45, 28, 15, 7, 5))[0]


# ── Fonts ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Font:
    path: str
    family: str
    scripts: frozenset[str]
    letters: frozenset[int]  # code points

    @property
    def held_back(self) -> bool:
        return sum(self.family.split()[0].encode()) % HELD_BACK == 0


def find_fonts(folders: list[Path]) -> list[Font]:
    files = sorted(path for folder in folders for path in folder.rglob("*.[to]t[fc]"))
    return [font for path in files if (font := _open_font(path)) and font.scripts]


def _open_font(path: Path) -> Font | None:
    try:
        table = TTCollection(path).fonts[0] if path.suffix == ".ttc" else TTFont(path, lazy=True)
        letters = frozenset(table.getBestCmap() or {})
        family = str(table["name"].getDebugName(16) or table["name"].getDebugName(1) or path.stem)
    except Exception:  # a broken font is no font
        return None
    scripts = frozenset(name for name, sample in SAMPLES.items() if letters.issuperset(map(ord, sample)))
    return None if any(word in family for word in STRANGE_FONTS) else Font(str(path), family, scripts, letters)


@cache
def _loaded(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


# ── Drawing ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def draw_line(text: str, font: Font, chance: random.Random, noise: np.random.Generator) -> np.ndarray:
    """The text on a spine, as cut out of a photo: BGR."""
    mask = _lettered(text, font, chance)
    mask = _placed(mask, chance)
    ground, ink = _colours(chance)
    picture = _cloth(mask.shape, ground, chance, noise)
    if chance.random() < 0.12:  # a shadow or an embossed edge
        shift = np.roll(mask, (chance.choice((-2, 2)), chance.choice((-2, 2))), (0, 1))
        picture = picture * (1 - 0.6 * shift[:, :, None]) + 0.6 * shift[:, :, None] * chance.choice((0, 255))
    strength = mask[:, :, None] * chance.uniform(0.75, 1)
    if chance.random() < 0.2:  # worn gilding
        wear = cv2.resize(noise.random((8, max(8, mask.shape[1] // 8)), dtype=np.float32), mask.shape[::-1])
        strength = strength * np.clip(0.5 + wear, 0, 1)[:, :, None]
    picture = picture * (1 - strength) + np.float32(ink) * strength
    return _photographed(picture, chance, noise)


def _lettered(text: str, font: Font, chance: random.Random) -> np.ndarray:
    """The text alone, 0 to 1, cut to its ink."""
    loaded = _loaded(font.path, RENDERED)
    spread = chance.choice((0, 0, 0, chance.uniform(0, 0.12), chance.uniform(0.1, 0.35))) * RENDERED
    length = int(loaded.getlength(text) + spread * len(text)) + 2 * RENDERED
    picture = Image.new("L", (length, 3 * RENDERED))
    pen, x = ImageDraw.Draw(picture), float(RENDERED)
    if spread:
        for letter in text:
            pen.text((x, RENDERED), letter, 255, loaded)
            x += loaded.getlength(letter) + spread
    else:
        pen.text((x, RENDERED), text, 255, loaded)
    box = picture.getbbox()
    if box is None:
        raise ValueError(f"{font.path} draws nothing for {text!r}")
    mask = np.asarray(picture.crop(box), dtype=np.float32) / 255
    weight = chance.random()
    if weight < 0.15:
        mask = cv2.dilate(mask, np.ones((2, chance.choice((2, 3, 4))), np.uint8))
    elif weight < 0.22:
        mask = cv2.erode(mask, np.ones((2, 2), np.uint8))
    if chance.random() < 0.06 and min(mask.shape) > 20:  # outlined letters
        mask = np.clip(cv2.dilate(mask, np.ones((3, 3), np.uint8)) - cv2.erode(mask, np.ones((4, 4), np.uint8)), 0, 1)
    stretch = chance.choice((1, 1, chance.uniform(0.6, 1), chance.uniform(1, 1.35)))
    return cv2.resize(mask, (max(4, round(mask.shape[1] * stretch)), mask.shape[0]), interpolation=cv2.INTER_AREA)


def _placed(mask: np.ndarray, chance: random.Random) -> np.ndarray:
    """With the room around it that a detector leaves, askew, and now and then with a rule or its neighbours' edges."""
    height = max(mask.shape[0], 12)
    above, below = (round(height * chance.uniform(0.02, 0.42)) for _ in range(2))
    before, behind = (round(height * chance.choice((chance.uniform(0, 0.25), chance.uniform(0.2, 0.9)))) for _ in range(2))
    canvas = cv2.copyMakeBorder(mask, above, below, before, behind, cv2.BORDER_CONSTANT, value=0)
    high, wide = canvas.shape
    if chance.random() < 0.12:
        place = chance.choice((chance.uniform(0, 0.06), chance.uniform(0.94, 1)))
        cv2.line(canvas, (0, round(high * place)), (wide, round(high * place)), 1.0, chance.randint(1, 4))
    if chance.random() < 0.1:
        edge = np.roll(mask, chance.randint(-height, height), 1)[-max(1, above // 2) :]
        canvas[: edge.shape[0], before : before + edge.shape[1]] = np.maximum(
            canvas[: edge.shape[0], before : before + edge.shape[1]], edge
        )
    tilt, lean = chance.gauss(0, 0.035) * high, chance.gauss(0, 0.06) * high
    start = np.float32([[0, 0], [wide, 0], [wide, high], [0, high]])
    shift = np.float32([[lean, tilt], [lean, -tilt], [-lean, -tilt], [-lean, tilt]]) * chance.choice((0, 1, 1))
    jitter = np.float32([[chance.gauss(0, 0.025) * high for _ in range(2)] for _ in range(4)])
    return np.clip(cv2.warpPerspective(canvas, cv2.getPerspectiveTransform(start, start + shift + jitter), (wide, high)), 0, 1)


def _colours(chance: random.Random) -> tuple[list[float], list[float]]:
    """Of the cloth and of the lettering, with enough contrast to be read."""
    while True:
        ground, ink = ([chance.uniform(0, 255) for _ in range(3)] for _ in range(2))
        if chance.random() < 0.5:
            grey = chance.choice((chance.uniform(0, 60), chance.uniform(190, 255)))
            ink = [min(255, max(0, grey + chance.gauss(0, 12))) for _ in range(3)]
        if chance.random() < 0.25:
            ground = [min(255, max(0, chance.choice((30, 235)) + chance.gauss(0, 15)))] * 3
        light = [0.11 * b + 0.59 * g + 0.3 * r for b, g, r in (ground, ink)]
        if abs(light[0] - light[1]) > chance.uniform(35, 110):
            return ground, ink


def _cloth(shape: tuple[int, int], ground: list[float], chance: random.Random, noise: np.random.Generator) -> np.ndarray:
    """Woven, stained, printed or smooth, with light from one side."""
    high, wide = shape
    picture = np.ones((high, wide, 3), np.float32) * np.float32(ground)
    if chance.random() < 0.5:
        coarse = noise.normal(0, chance.uniform(5, 35), (chance.randint(2, 5), max(2, wide // chance.randint(30, 200)), 3))
        picture += cv2.resize(coarse.astype(np.float32), (wide, high), interpolation=cv2.INTER_CUBIC)
    if chance.random() < 0.3:
        picture += noise.normal(0, chance.uniform(3, 12), (high, 1, 1)) + noise.normal(0, chance.uniform(3, 12), (1, wide, 1))
    if chance.random() < 0.3:  # darker to one edge: the curve of a back, or the next book
        across = np.linspace(*chance.choice(((0, 1), (1, 0))), high, dtype=np.float32) ** chance.uniform(1, 8)
        picture *= 1 - chance.uniform(0.2, 0.8) * across[:, None, None]
    if chance.random() < 0.2:
        along = np.linspace(*chance.choice(((0, 1), (1, 0))), wide, dtype=np.float32)
        picture *= 1 - chance.uniform(0, 0.5) * along[None, :, None]
    return picture


def _photographed(picture: np.ndarray, chance: random.Random, noise: np.random.Generator) -> np.ndarray:
    """Smaller, softer, noisier, and saved as a JPEG."""
    high, wide = picture.shape[:2]
    size = min(1.0, np.exp(chance.uniform(np.log(15), np.log(90))) / high)
    picture = cv2.resize(picture, (max(8, round(wide * size)), max(8, round(high * size))), interpolation=cv2.INTER_AREA)
    softness = chance.choice((0, chance.uniform(0.3, 0.7), chance.uniform(0.3, 0.035 * picture.shape[0] + 0.3)))
    if softness > 0.25:
        picture = cv2.GaussianBlur(picture, (0, 0), min(softness, 2.5), sigmaY=min(softness, 2.5) * chance.uniform(0.6, 1.4))
    picture = picture + noise.normal(0, chance.choice((1, 4, chance.uniform(4, 14))), picture.shape)
    if chance.random() < 0.12:  # glare
        spot = np.exp(-(((np.arange(picture.shape[1]) / picture.shape[1] - chance.random()) / chance.uniform(0.05, 0.3)) ** 2))
        picture = picture + chance.uniform(40, 130) * spot[None, :, None]
    picture = np.clip(picture, 0, 255).astype(np.uint8)
    if chance.random() < 0.8:
        picture = cv2.imdecode(
            cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, chance.randint(35, 95)])[1], cv2.IMREAD_COLOR
        )
    return picture
