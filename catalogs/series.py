"""Series as catalogues write them: `The Dark Is Rising -- bk. 2`, `Discworld (3)`, `SF masterworks, 12`."""

import re

from catalogs import folding

NUMBER = r"\d{1,3}(?:\.\d{1,2})?(?:\s?[-–]\s?\d{1,3})?"
WORD = r"(?:#|no\.?|nr\.?|bk\.?|book|vol\.?|volume|v\.?|bd\.?|band|tome|t\.|part|pt\.?|issue)"
NUMBERED = re.compile(rf"^(?P<name>.*?)(?:[\s,;:/(\[–—-]+{WORD}?|#)\s*(?P<number>{NUMBER})[)\].]*$", re.IGNORECASE)


def split_series(text: str) -> tuple[str, str]:
    """(name, number); the number is "" if there is none, as in `The Class of 1984`."""
    text = " ".join((text or "").split())
    match = NUMBERED.match(text)
    name = match["name"].rstrip(" ,;:/([–—-") if match else ""
    if not match or not name:
        return text.strip(" ()[].;,"), ""
    return name, re.sub(r"\s", "", match["number"]).replace("–", "-")


def series_key(name: str) -> str:
    """The same however the name of a series is written; empty for one of signs alone."""
    return folding.sort_title(name)[:200]
