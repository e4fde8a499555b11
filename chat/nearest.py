"""Which intent a question goes to: that of the example it is most like, by meaning and by letters, if it is near enough.

Two embedders measure that, both on this machine: a model of sixteen languages, where it is installed, and sequences of letters.
Whatever service the settings name for the search, examples are never sent there."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from django.conf import settings

from chat.intents import INTENTS
from chat.marking import read_question
from chat.names import LibraryNames
from chat.reading import ReadQuestion
from chat.words import single_words
from library.search.embedders import hashing, multilingual

KINDS = ("title", "author", "series", "shelf", "tag", "person")
COMMON = 3  # a word in the examples of so many intents says nothing of its own
MEANING = 0.6  # what likeness in meaning counts beside likeness in letters
NEAR = 0.56
EXAMPLE_NAMES = LibraryNames({f"x{kind}": [(kind, f"x{kind}")] for kind in KINDS})


@dataclass(frozen=True)
class Examples:
    intents: tuple[str, ...]  # of every example
    rows: np.ndarray
    carriers: dict[str, frozenset[str]]  # words that carry a question to an intent, and need no slot
    known: frozenset[str]
    common: frozenset[str]


def _vectors(texts: list[str]) -> np.ndarray:
    """A row for every text: both kinds of vector side by side, weighed, so that one product compares both."""
    letters = hashing.HashingEmbedder().embed(texts).vectors
    if not multilingual.is_installed():
        return letters
    meaning = multilingual.make_multilingual(settings.DATA_DIR).embed(texts).vectors
    return np.hstack([meaning * MEANING**0.5, letters * (1 - MEANING) ** 0.5])


@lru_cache(maxsize=1)
def examples() -> Examples:
    read, used, among = [], {}, Counter()
    for name, intent in INTENTS.items():
        texts = [text.format(**{kind: f"X{kind}" for kind in KINDS}) for text in intent.examples]
        readings = [read_question(text, EXAMPLE_NAMES, date(2024, 1, 1)) for text in texts]
        read += [(name, reading.masked(frozenset())) for reading in readings]
        used[name] = {reading.words[place] for reading in readings for place in reading.free()}
        among.update(used[name])
    common = frozenset(word for word, number in among.items() if number >= COMMON)
    carriers = {name: frozenset(words | common) for name, words in used.items()}
    return Examples(tuple(name for name, _ in read), _vectors([text for _, text in read]), carriers, frozenset(among), common)


def nearest_intent(reading: ReadQuestion) -> tuple[str, float]:
    """The intent, and how near its nearest example is: the mean with unknown words taken for a title, and as they are."""
    known = examples()
    texts = list(dict.fromkeys([reading.masked(known.known | single_words("silent").keys()), reading.masked(frozenset())]))
    scores = (known.rows @ _vectors(texts).T).mean(axis=1)
    best = int(scores.argmax())
    return known.intents[best], float(scores[best])
