"""Folding of text for comparison: without case, accents, articles and punctuation."""

import re
import unicodedata
from functools import cache

from opencc import OpenCC

ARTICLES_OF = {
    "en": "the a an", "de": "der die das ein eine", "fr": "le la les un une l", "es": "el la los las lo un una",
    "it": "il lo la gli i le un una l", "ca": "el la els les l un una", "nl": "de het een", "pt": "o a os as um uma",
}  # fmt: skip
ARTICLES = frozenset("the a an der die das ein eine le la les un une el los las lo il gli i l els de het een".split())


# Letters that Unicode does not decompose into a plain letter and a mark; `casefold` handles ß.
LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i", "ƀ": "b"}
)
APOSTROPHES = re.compile("['’‘`´ʼʻ′]")
PIECE = 256  # letters
WORD = re.compile(r"[^\W_]+")
CHINESE = "\u4e00", "\u9fff"


def fold(text: str) -> str:
    """Words of lower case letters and digits, the one form in which text is compared, sorted, indexed and searched:
    `Müller’s Büro` becomes `mullers buro`, `Łódź` becomes `lodz`, and `楚辭` becomes `楚辞`."""
    text = (text or "").replace("&", " and ")
    if text.isascii():  # most text is, and a search spends most of its time on folding
        text = text.lower()
    else:
        text = APOSTROPHES.sub("", text)  # NFKD would turn some into spaces
        text = "".join(c for c in _decomposed(text) if not unicodedata.combining(c))
        text = text.casefold().translate(LETTERS)
        if max(text, default="") >= CHINESE[0]:
            text = text.translate(_simplified_characters())
    text = _with_spoken_signs(text)
    return " ".join(WORD.findall(APOSTROPHES.sub("", text)))


@cache
def _simplified_characters() -> dict[int, str]:
    """Traditional Chinese characters and their simplified forms, one by one, so that a part of a text folds as in the whole."""
    characters = "\n".join(map(chr, range(ord(CHINESE[0]), ord(CHINESE[1]) + 1)))
    simplified = OpenCC("t2s").convert(OpenCC("t2s").convert(characters))  # some have two steps
    return {ord(one): other for one, other in zip(characters.split("\n"), simplified.split("\n"), strict=True) if one != other}


def _decomposed(text: str) -> str:
    """In pieces, which changes nothing but the order of marks: sorting 80,000 marks on one letter would take 12 seconds."""
    return "".join(unicodedata.normalize("NFKD", text[start : start + PIECE]) for start in range(0, len(text), PIECE))


def _with_spoken_signs(text: str) -> str:
    """`C++`, `C#` and `.NET` are not C, C and net: their signs become part of the word."""
    if "++" in text:
        text = re.sub(r"(?<=\w)\+\+", "plusplus", text)
    if "#" in text:
        text = re.sub(r"\b([a-z])#(?!\w)", r"\1sharp", text)
    return re.sub(r"\.net\b", " dotnet", text) if ".net" in text else text


def fold_name(name: str) -> str:
    """The common form of different spellings of a name; a name without letters or digits stays as it is."""
    return fold(name) or " ".join(name.split()).casefold()


def sort_title(title: str, language: str = "") -> str:
    """Sorts `The Hobbit` under h, and `Die Hard` under d if its `language` is known to be English; pads numbers so that volume 2
    comes before volume 10."""
    words = fold(title).split()
    if len(words) > 1 and words[0] in (ARTICLES_OF.get(language, "").split() if language else ARTICLES):
        words = words[1:]
    return re.sub(r"\d+", lambda m: m[0].zfill(6), " ".join(words))[:300]


def split_name(name: str) -> tuple[str, str]:
    """Given names, and the surname with its particles: `Ursula K.` and `Le Guin`."""
    words = name.split()
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in NAME_PARTICLES:
        start -= 1
    return " ".join(words[: max(start, 0)]), " ".join(words[max(start, 0) :])


NAME_PARTICLES = frozenset("de del della der den di du la le los van von zu zur ter ten y da dos das el al bin ibn".split())
