"""Text as it is compared: without case, accents, articles and punctuation."""

import re
import unicodedata

ARTICLES = frozenset("the a an der die das ein eine le la les un une el los las lo il gli i l els de het een".split())


def fold(text: str) -> str:
    """Lower case letters and digits in words; `Müller’s Büro` becomes `mullers buro`."""
    text = (text or "").replace("&", " and ")
    if not text.isascii():  # most text is, and folding is what a search spends its time on
        text = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
        text = "".join(c for c in text if not unicodedata.combining(c))
    text = text.casefold()
    text = re.sub(r"['’‘`´]", "", text)
    return " ".join(re.findall(r"\w+", text.replace("_", " ")))


def sort_title(title: str) -> str:
    """`The Hobbit` under h; numbers padded so that volume 2 stands before volume 10."""
    words = fold(title).split()
    if len(words) > 1 and words[0] in ARTICLES:
        words = words[1:]
    return re.sub(r"\d+", lambda m: m[0].zfill(6), " ".join(words))[:300]


def sort_name(name: str) -> str:
    """`Ursula K. Le Guin` under l: by surname, particles with it, given names after."""
    if "," in name:
        return fold(name)[:300]
    words = name.split()
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in NAME_PARTICLES:
        start -= 1
    return fold(" ".join([*words[start:], *words[:start]]))[:300]


NAME_PARTICLES = frozenset("de del della der den di du la le los van von zu zur ter ten y da dos das el al bin ibn".split())
