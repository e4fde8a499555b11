"""English translations of German, French, Spanish and Italian words for the subjects of books, for searching across languages.

Words that mean something else in English (`gift`, `die`, `pain`) are left out."""

import csv
from functools import lru_cache
from itertools import islice
from pathlib import Path

from library.search import choosing
from library.search.terms import umlauts

FILE = Path(__file__).with_name("glossary.csv")
ENGLISH_AS_WELL = frozenset(
    """pain chat agent carte course coin chef or sang vie mare fin sale plus comment pie the art note son noir vol pane fire dio
    mode ami ange brief fast hut rat band bald toll land held lied junge rom arm see wagen boot car tier stern angst geist spiegel
    belle bello nave corps jean nina rey mer polar amiga argent automobile beau blanche cane chevalier chico donna flores foyer
    jude kaiser leon leone ley lowe luce luz maestro mann mort mutter negro nero nino noel oro padre pierre pueblo regina ritter
    romano salute schwarz stella stricken theater tod vita vogel voyage voyager weiss wolfe wal""".split()
)


@lru_cache(maxsize=1)
def _meanings() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    with FILE.open(newline="") as file:
        for english, *others in islice(csv.reader(file), 1, None):
            for words in others:
                for word in words.split("/"):
                    if word and " " not in word and word != english and word not in ENGLISH_AS_WELL:
                        found.setdefault(word, []).append(english)
    return {word: tuple(dict.fromkeys(meanings)) for word, meanings in found.items()}


def english(word: str) -> tuple[str, ...]:
    """English meanings of a folded word, also with its umlauts spelled out and, if it is not English, with its ending removed."""
    endings = [word[:-1], word[:-2]] if len(word) > 5 and not choosing.is_word(word) else []
    for form in (word, *umlauts(word), *endings):
        if form in _meanings():
            return _meanings()[form]
    return ()
