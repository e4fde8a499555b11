"""German, French, Spanish and Italian words for what books are about, in English: to find books of another language.

Words that mean something else in English (`gift`, `die`, `pain`) are better not in there."""

import csv
from functools import lru_cache
from itertools import islice
from pathlib import Path

from library.search import choosing
from library.search.terms import search_words, telling_words, umlauts

FILE = Path(__file__).with_name("glossary.csv")
ENGLISH_AS_WELL = frozenset(
    """pain chat agent carte course coin chef or sang vie mare fin sale plus comment pie the art note son noir vol pane fire dio
    mode ami ange brief fast hut rat band bald toll land held lied junge rom arm see wagen boot car tier stern angst geist spiegel
    belle bello nave corps jean nina rey mer polar amiga argent automobile beau blanche cane chevalier chico donna flores foyer
    jude kaiser leon leone ley lowe luce luz maestro mann mort mutter negro nero nino noel oro padre pierre pueblo regina ritter
    romano salute schwarz stella stricken theater tod vita vogel voyage voyager weiss wolfe wal""".split()
)


@lru_cache(maxsize=1)
def known() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    with FILE.open(newline="") as file:
        for english, *others in islice(csv.reader(file), 1, None):
            for words in others:
                for word in words.split("/"):
                    if word and " " not in word and word != english and word not in ENGLISH_AS_WELL:
                        found.setdefault(word, []).append(english)
    return {word: tuple(dict.fromkeys(meanings)) for word, meanings in found.items()}


def english(word: str) -> tuple[str, ...]:
    """What a folded word may mean; also where its umlauts are spelled out or, if it is no English word, with another ending."""
    endings = [word[:-1], word[:-2]] if len(word) > 5 and not choosing.is_word(word) else []
    for form in (word, *umlauts(word), *endings):
        if form in known():
            return known()[form]
    return ()


def translated(text: str) -> str:
    """The telling words of a question, those of other languages in English; empty where there are none of them."""
    question = telling_words(search_words(text))
    meanings = [english(word) for word in question]
    if not any(meanings):
        return ""
    return " ".join(found[0] if found else word for word, found in zip(question, meanings, strict=True))
