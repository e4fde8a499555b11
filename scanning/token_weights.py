"""Words as they are matched: what they are worth, when two are the same one misread, and which of them make up a book. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz import fuzz

from catalogs import Record
from catalogs.folding import ARTICLES, fold

# Words that stand everywhere: they support nothing and are not missed either.
COMMON = frozenset(
    """the a an and of in on to for by with at from is it its der die das des dem den ein eine einer eines und im in zu zur zum
    von vom mit am auf fur le la les un une de du des et au aux en l d el los las un una y del al i els les amb il lo gli e di da
    novel roman novela novella book books buch edition ed vol volume band""".split()
)
# Scripts without spaces: a character tells about as much as three letters elsewhere, and a whole title is one word.
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u1100-\u11ff\uac00-\ud7af]")
CJK_BITS, MOST_CJK_BITS = 4.5, 24.0  # of a character, of a title
MOST_AUTHORS = 6  # longer lists are of contributors; with so many names one fits anywhere
CONFUSED = str.maketrans("0158|", "oisbl")


@lru_cache(maxsize=100_000)
def bits(word: str) -> float:
    """What it is worth to find this folded word at a given place."""
    if word in COMMON:
        return 0.5
    if word.isdigit():
        return min(1.0 + 1.5 * len(word), 6.0)
    if is_cjk(word):
        return min(CJK_BITS * len(unicodedata.normalize("NFC", word)), MOST_CJK_BITS)
    return min(1.6 * len(word) - 1.5, 12.0) if len(word) > 1 else 0.5


def is_cjk(text: str) -> bool:
    """Whether a text is Chinese, Japanese or Korean, at least in part."""
    return CJK.search(text) is not None


def telling_letters(text: str) -> int:
    """How many letters a text has; a character of a script without spaces counts for two, a Korean syllable is one character."""
    return sum(2 if CJK.match(c) else 1 for c in unicodedata.normalize("NFC", text) if c.isalpha())


def folded_words(text: str) -> tuple[str, ...]:
    return tuple(fold(text).split())


def least_likeness(word: str) -> float:
    """From which likeness on another word is this one misread; short words have to be right."""
    return 0.75 if len(word) > 4 else 0.8 if len(word) == 4 else 1.0


def unconfused(word: str) -> str:
    """Digits as the letters that they are misread for."""
    return word.translate(CONFUSED)


@dataclass(frozen=True)
class Work:
    """A record as it is matched: the folded words of its main title, of what may follow it, and of every author."""

    record: Record
    title: tuple[str, ...]
    subtitle: tuple[str, ...]
    authors: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, record: Record) -> "Work":
        main, _, rest = _split_title(record.title)
        authors = tuple(w for name in record.authors for w in _person_words(name))[:MOST_AUTHORS]
        title = tuple(dict.fromkeys(folded_words(main) or folded_words(record.title)))
        others = tuple(w for w in dict.fromkeys(folded_words(f"{rest} {record.subtitle}")) if not among(w, title))
        return cls(record, title, others, tuple(tuple(w for w in name if not among(w, title)) for name in authors))

    @cached_property
    def title_bits(self) -> float:
        return sum(bits(word) for word in self.title)

    @cached_property
    def surnames(self) -> frozenset[str]:
        """The longest word of every author's name, which mostly is the surname."""
        return frozenset(max(name, key=len) for name in self.authors if name)

    @cached_property
    def all_words(self) -> frozenset[str]:
        """Everything that its spine may say."""
        names = (word for name in self.authors for word in name)
        return frozenset([*self.title, *self.subtitle, *names, *folded_words(self.record.publisher)])


def among(word: str, others: tuple[str, ...]) -> bool:
    """Whether `word` is one of `others`, the same with an ending, or could be one misread: it stands on a spine once and counts
    once."""
    return any(word == other or (len(word) > 3 and len(other) > 3 and fuzz.ratio(word, other) >= 75) for other in others)


def _split_title(title: str) -> tuple[str, str, str]:
    """`Dune: A Novel (Dune, #1)` -> main title, separator, rest."""
    found = re.search(r"\s*[:(\[;/–—=]\s*|\s+-\s+", title)
    if not found or found.start() < 2:
        return title, "", ""
    return title[: found.start()], found[0], title[found.end() :]


def same_work(one: Work, other: Work) -> bool:
    """Editions of one work, as far as words tell: like titles (one may be the longer form) and authors that do not contradict."""
    a, b = ("".join(word for word in work.title if word not in ARTICLES) or "".join(work.title) for work in (one, other))
    if fuzz.ratio(a, b) < 88 and not (min(len(a), len(b)) >= 8 and (a.startswith(b) or b.startswith(a))):
        return False
    if {w for w in one.title if w.isdigit()} != {w for w in other.title if w.isdigit()}:
        return False
    names, others = {w for name in one.authors for w in name}, {w for name in other.authors for w in name}
    return not names or not others or any(len(w) > 2 for w in names & others)


def _person_words(name: str) -> list[tuple[str, ...]]:
    """The names in an author field, as their words; `Niven, Larry` is one person, `Larry Niven, Jerry Pournelle` are two."""
    parts = [folded_words(part) for part in name.split(",")]
    parts = [part for part in parts if part]
    if len(parts) > 1 and all(len(part) > 1 for part in parts):
        return parts
    return [tuple(w for part in parts for w in part)] if parts else []
