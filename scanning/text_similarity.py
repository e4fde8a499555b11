"""When the text read on two photos is that of one and the same spine: much tolerance for letters, none for words. Pure.

What is known again is put forward without asking a catalogue, so that a wrong yes costs more than a no: the titles of a
series differ in one word, its volumes in one digit, and an author's name alone stands on many books."""

import re
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from catalogs import Record
from catalogs.index_terms import squash
from catalogs.spine_queries import NOISE
from scanning.token_weights import COMMON, among, bits, folded_words, least_likeness

# Words of genres, forms and shelves: they stand on many spines and tell one from the other as little as a publisher does.
GENERIC = frozenset(
    """fiction nonfiction biography biographies autobiography memoir memoirs history mystery thriller romance fantasy horror
    crime humor humour poetry poems poem drama plays stories story tales essays letters works collected complete selected
    short classic classics literature literary art arts music science sciences philosophy religion travel cooking reference
    dictionary encyclopedia guide handbook manual introduction companion reader anthology atlas series library collection
    roman romane krimi lyrik gedichte geschichte geschichten erzahlungen briefe werke gesammelte samtliche worterbuch
    lexikon handbuch sachbuch reise kochbuch reihe novelas cuentos poesia poesias historia obras completas teatro ensayo
    ensayos diccionario biografia clasicos contes poemes histoire oeuvres theatre essais policier nouvelles""".split()
)
ROMAN = {"i": "1", "l": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
CLOSE = 0.8  # likeness of whole texts; below, nothing else is looked at
SAME_TEXT = 0.92  # from here on the text may decide alone
LEAST_OWN = 4.0  # bits of words that are neither author nor publisher nor genre: one word of four letters
BY_TEXT, BY_LOOK = 16.0, 8.0  # bits of such words with the author’s name: alone, and beside a picture that is alike
WORD_BY_LOOK = 0.7  # likeness of single words, where the pictures are alike as well


def telling_bits(text: str, record: Record) -> tuple[float, float]:
    """Bits that folded `text` tells beside the names on it, and bits with the author's name, for a spine that is `record`."""
    names = tuple(word for name in record.authors for word in folded_words(name))
    houses = folded_words(record.publisher)
    own = authored = 0.0
    for word in dict.fromkeys(text.split()):
        if among(word, names):
            authored += bits(word)
        elif word not in COMMON | NOISE | GENERIC and not _number_in(word) and not among(word, houses):
            own += bits(word)
    return own, own + authored


def same_text(one: str, other: str) -> bool:
    """Whether two folded texts are one, but for a letter or two."""
    return Indel.normalized_similarity(squash(one), squash(other)) >= SAME_TEXT and same_words(one, other, by_look=False)


def same_words(one: str, other: str, by_look: bool) -> bool:
    """Whether two folded texts say the same: every word of each is on the other, and the same numbers are on both."""
    if _volume_figures(one) != _volume_figures(other):
        return False
    return _all_stand(one, squash(other), by_look) and _all_stand(other, squash(one), by_look)


def _all_stand(text: str, squashed: str, by_look: bool) -> bool:
    return all(_stands(squash(word), squashed, by_look) for word in text.split() if not _number_in(word))


def _stands(word: str, squashed: str, by_look: bool) -> bool:
    if word in squashed:
        return True
    if len(word) < 4:
        return by_look
    least = WORD_BY_LOOK if by_look else least_likeness(word)
    return len(squashed) >= len(word) and fuzz.partial_ratio(word, squashed) >= 100 * least


@lru_cache(maxsize=50_000)
def _volume_figures(text: str) -> tuple[str, ...]:
    """Volumes and years on a spine, as figures."""
    return tuple(sorted({number for word in text.split() if (number := _number_in(word))}))


def _number_in(word: str) -> str:
    """`3`, `iii` and `vol3` are the same number; any other word is none."""
    if word in ROMAN:
        return ROMAN[word]
    found = re.fullmatch(r"(?:vol|volume|band|bd|tome|tomo|tom|t|no|nr|n|book|buch|libro)?(\d+)", word)
    return (found[1].lstrip("0") or "0") if found else ""
