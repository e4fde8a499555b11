"""Draws lines and stores what the recogniser sees in them, in files of 500 lines: `python -m training.features --help`."""

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx.utils import Extractor
from onnxruntime import InferenceSession, SessionOptions

from scanning.ocr.other_scripts import FEATURES, features_of
from training import lines

LINE_HEIGHT, LEAST_WIDTH = 48, 96  # px, as in scanning/ocr/local.py
BATCH = 8
SHARES = {"cyrillic": 40, "greek": 12, "korean": 22, "latin": 18, "han": 8}  # of the lines, in percent
UPSIDE_DOWN = 0.07
RARE_SYLLABLES = 0.4  # of the Korean lines are any syllables, because words use few of them
LINES = 500  # a file
WORD_LISTS = {  # files in the folder of words
    "cyrillic": ("russian", "russian", "ukrainian", "belarusian", "bulgarian", "serbian"),
    "greek": ("greek",),
    "korean": ("korean",),
    "latin": ("american-english", "french", "ngerman"),
}
LETTERS_OF = {
    "cyrillic": lines.CYRILLIC,
    "greek": lines.GREEK,
    "korean": lines.HANGUL,
    "latin": lines.LATIN + "äöüßÄÖÜéèêëàâçîïôûùœæñ",
}


@dataclass(frozen=True)
class Source:
    languages: list[list[str]]  # the words of each
    foreign: list[str]
    families: list[list[lines.Font]]


def load_backbone(model: Path) -> InferenceSession:
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    part = Extractor(onnx.load(model)).extract_model(["x"], list(FEATURES))
    return InferenceSession(part.SerializeToString(), options)


def load_sources(words: Path, fonts: list[Path], model: Path) -> dict[str, Source]:
    found = lines.find_fonts(fonts)
    latin = [word for name in WORD_LISTS["latin"] for word in lines.read_words(words / name, LETTERS_OF["latin"])]
    sources = {"han": Source([han_words(model)], [], families_with(found, "han"))}
    for script, names in WORD_LISTS.items():
        languages = [lines.read_words(words / name, LETTERS_OF[script]) for name in names]
        sources[script] = Source(languages, [] if script == "latin" else latin, families_with(found, script))
    return sources


def families_with(fonts: list[lines.Font], script: str) -> list[list[lines.Font]]:
    """The fonts of a script by family."""
    families: dict[str, list[lines.Font]] = {}
    for font in fonts:
        if script in font.scripts:
            families.setdefault(font.family, []).append(font)
    return list(families.values())


def han_words(model: Path) -> list[str]:
    """Words of the recogniser's own letters: what it reads already must stay its own."""
    characters = InferenceSession(str(model)).get_modelmeta().custom_metadata_map["character"].split("\n")
    letters = [c for c in characters if len(c) == 1 and ("\u4e00" <= c <= "\u9fff" or "\u3041" <= c <= "\u30fa")]
    chance = random.Random(6)
    return ["".join(chance.choices(letters, k=chance.randint(1, 6))) for _ in range(40_000)]


def draw(source: Source, script: str, chance: random.Random, noise: np.random.Generator) -> lines.DrawnLine:
    """A line of a script in a font that has all its letters: families first, so that large ones do not prevail."""
    while True:
        font = chance.choice(chance.choice(source.families))
        text = lines.compose(chance.choice(source.languages), source.foreign, chance)
        if script == "korean" and chance.random() < RARE_SYLLABLES:
            text = "".join(chance.choices(lines.COMMON_HANGUL, k=chance.randint(2, 9)))
        if not text or any(ord(c) not in font.letters for c in text if c != " "):
            continue
        try:
            picture = lines.draw_line(text, font, chance, noise)
        except (OSError, ValueError):
            continue
        upside_down = chance.random() < UPSIDE_DOWN
        if upside_down:
            picture = np.ascontiguousarray(np.rot90(picture, 2))
        return lines.DrawnLine(picture, text, script, upside_down, font.held_back)


def seen_by(backbone: InferenceSession, drawn: list[lines.DrawnLine]) -> list[np.ndarray]:
    """Of every line: steps x numbers, float16. Lines of like width share a call, padded as the recogniser pads them."""
    found: list[np.ndarray] = [np.zeros(0)] * len(drawn)
    ratios = [line.picture.shape[1] / line.picture.shape[0] for line in drawn]
    order = sorted(range(len(drawn)), key=lambda n: ratios[n])
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        width = int(LINE_HEIGHT * max(LEAST_WIDTH / LINE_HEIGHT, *(ratios[n] for n in batch)))
        inputs = np.zeros((len(batch), 3, LINE_HEIGHT, width), np.float32)
        widths = [min(width, int(np.ceil(LINE_HEIGHT * ratios[n]))) for n in batch]
        for row, n, wide in zip(inputs, batch, widths, strict=True):
            row[:, :, :wide] = cv2.resize(drawn[n].picture, (wide, LINE_HEIGHT)).astype(np.float32).transpose(2, 0, 1) / 127.5 - 1
        outputs = backbone.run(list(FEATURES), {"x": inputs})
        for row, (n, wide) in enumerate(zip(batch, widths, strict=True)):
            found[n] = features_of(outputs, row, wide).astype(np.float16)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="PP-OCRv6_rec_small.onnx")
    parser.add_argument("--words", type=Path, required=True, help="folder of word lists")
    parser.add_argument("--fonts", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--first", type=int, default=0, help="number of the first file, which is its seed too")
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--shares", type=int, nargs=len(SHARES), default=list(SHARES.values()), help=f"of {', '.join(SHARES)}")
    given = parser.parse_args()
    sources, backbone = load_sources(given.words, given.fonts, given.model), load_backbone(given.model)
    for number in range(given.first, given.first + given.files):
        chance, noise = random.Random(number), np.random.default_rng(number)
        scripts = chance.choices(list(SHARES), given.shares, k=LINES)
        drawn = [draw(sources[script], script, chance, noise) for script in scripts]
        values = seen_by(backbone, drawn)
        np.savez(
            given.out / f"{number:04}.npz",
            features=np.concatenate(values),
            lengths=[len(item) for item in values],
            texts=["" if line.upside_down else line.text for line in drawn],
            scripts=["none" if line.upside_down else line.script for line in drawn],
            held_back=[line.held_back for line in drawn],
        )
        print(number, flush=True)


if __name__ == "__main__":
    main()
