"""How well a catalogue record is borne out by lines of text at one place of the photo. Pure: words in, evidence out.

Evidence is counted in bits, roughly how unlikely it is that a word stands there by chance: long words tell much, short and common
ones little. A record gains the bits of its title and author that are found, and loses those of its title that are missing.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from library.catalogs import Record
from library.folding import fold

LEAST_LIKENESS = 0.75  # of two words; below, they are different words rather than a misreading
# Words that stand everywhere: they bear nothing out and are not missed either.
COMMON = frozenset(
    """the a an and of in on to for by with at from is it its der die das des dem den ein eine einer eines und im in zu zur zum von
    vom mit am auf fur le la les un une de du des et au aux en l d el los las un una y del al i els les amb il lo gli e di da
    novel roman novela novella book books buch edition ed vol volume band""".split()
)
MOST_AUTHORS = 6  # longer lists are of contributors; with so many names one fits anywhere
CONFUSED = str.maketrans("0158|", "oisbl")


@lru_cache(maxsize=100_000)
def bits(word: str) -> float:
    """What finding this folded word at a given place tells."""
    if word in COMMON:
        return 0.5
    if word.isdigit():
        return min(1.0 + 1.5 * len(word), 6.0)
    return min(1.6 * len(word) - 1.5, 12.0) if len(word) > 1 else 0.5


def words(text: str) -> tuple[str, ...]:
    return tuple(fold(text).split())


@lru_cache(maxsize=200_000)
def likeness(word: str, text: str) -> float:
    """0..1: how surely the folded `word` stands in the folded `text`, misread letters and lost spaces allowed."""
    tokens = text.split()
    if word in tokens:
        return 1.0
    if len(word) < 3:
        return 0.0
    if word.isdigit():
        return 0.0
    squashed = text.replace(" ", "")
    if len(word) >= 4 and word in squashed:
        return 0.95
    plain = word.translate(CONFUSED)
    best = max((Levenshtein.normalized_similarity(plain, token.translate(CONFUSED)) for token in tokens), default=0.0)
    if len(word) >= 6 and len(squashed) >= len(word):
        best = max(best, fuzz.partial_ratio(plain, squashed.translate(CONFUSED)) / 100 - 0.05)
    least = LEAST_LIKENESS if len(word) > 4 else 0.8 if len(word) == 4 else 1.0
    return best if best >= least else piece(word, tokens)


def piece(word: str, tokens: list[str]) -> float:
    """The share of a long word that a line holds as its beginning or end: words are split over lines, or cut by the picture's edge."""
    if len(word) < 7:
        return 0.0
    shares = [
        len(t) / len(word) for t in tokens if len(t) >= 4 and len(t) < len(word) and (word.startswith(t) or word.endswith(t))
    ]
    return max(shares, default=0.0) * 0.9


@dataclass(frozen=True)
class Work:
    """A record as it is matched: the folded words of its main title, of what may follow it, and of each author."""

    record: Record
    title: tuple[str, ...]
    subtitle: tuple[str, ...]
    authors: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, record: Record) -> "Work":
        main, _, rest = split_title(record.title)
        authors = tuple(w for name in record.authors for w in person_words(name))[:MOST_AUTHORS]
        return cls(record, words(main) or words(record.title), words(f"{rest} {record.subtitle}"), authors)

    @property
    def key(self) -> tuple:
        """The same for all editions of a work, as far as their words tell."""
        title = tuple(w for w in self.title if w not in COMMON) or self.title
        return title, (max(self.authors[0], key=len) if self.authors else "")


def split_title(title: str) -> tuple[str, str, str]:
    """`Dune: A Novel (Dune, #1)` -> main title, separator, rest."""
    found = re.search(r"\s*[:(\[;/–—=]\s*|\s+-\s+", title)
    if not found or found.start() < 2:
        return title, "", ""
    return title[: found.start()], found[0], title[found.end() :]


def same_work(one: Work, other: Work) -> bool:
    """Editions of one work, as far as words tell: like titles (one may be the longer form) and authors that do not contradict."""
    a, b = "".join(one.title), "".join(other.title)
    if fuzz.ratio(a, b) < 88 and not (min(len(a), len(b)) >= 8 and (a.startswith(b) or b.startswith(a))):
        return False
    if {w for w in one.title if w.isdigit()} != {w for w in other.title if w.isdigit()}:
        return False
    names, others = {w for name in one.authors for w in name}, {w for name in other.authors for w in name}
    return not names or not others or any(len(w) > 2 for w in names & others)


def person_words(name: str) -> list[tuple[str, ...]]:
    """The names in an author field, each as its words; `Niven, Larry` is one person, `Larry Niven, Jerry Pournelle` are two."""
    parts = [words(part) for part in name.split(",")]
    parts = [part for part in parts if part]
    if len(parts) > 1 and all(len(part) > 1 for part in parts):
        return parts
    return [tuple(w for part in parts for w in part)] if parts else []


@dataclass
class Evidence:
    """What bears `work` out at one place: the bits found and missed, and the lines they were found on."""

    work: Work
    seed: int
    title_found: float = 0.0
    title_all: float = 0.0
    author_found: float = 0.0  # bits of the best author's name
    surname: float = 0.0  # likeness of that author's surname
    extra_found: float = 0.0  # subtitle and series
    unexplained: float = 0.0  # bits of other words on the lines that hold the title
    lines: dict[int, float] = field(default_factory=dict)  # line -> bits explained there

    @property
    def coverage(self) -> float:
        return self.title_found / self.title_all if self.title_all else 0.0

    @property
    def score(self) -> float:
        missed = self.title_all - self.title_found
        unnamed = 1.5 if self.work.authors and not self.author_found else 0.0
        return (
            self.title_found - 1.2 * missed + 0.9 * self.author_found + 0.5 * self.extra_found - 0.35 * self.unexplained - unnamed
        )


def gather(work: Work, seed: int, near: list[tuple[int, float]], texts: list[str], readings: list[str]) -> Evidence:
    """The evidence for `work` on the lines `near` (index and how near, 0..1) around the line `seed`.

    `texts` are the folded lines; `readings` the same with all other readings of the same place.
    """
    found = Evidence(work, seed)
    for word in dict.fromkeys(work.title):
        value = bits(word)
        found.title_all += value
        line, sure = best_line(word, near, readings)
        if sure:
            found.title_found += value * sure
            found.lines[line] = found.lines.get(line, 0) + value * sure
    gather_glued(found, near, readings)
    title_lines = set(found.lines)
    gather_author(found, near, readings)
    for word in set(work.subtitle) - set(work.title):
        line, sure = best_line(word, near, readings)
        if sure:
            found.extra_found += bits(word) * sure
            found.lines[line] = found.lines.get(line, 0) + bits(word) * sure
    found.unexplained = sum(unexplained_bits(texts[line], work) for line in title_lines)
    return found


def gather_glued(found: Evidence, near: list[tuple[int, float]], readings: list[str]) -> None:
    """A title whose words lost their spaces or letters: compared as a whole with each line, where that finds more of it."""
    title = "".join(found.work.title)
    if len(title) < 6 or found.title_found >= 0.95 * found.title_all:
        return
    for line, nearness in near:
        squashed = readings[line].replace(" ", "")
        if len(squashed) < 0.7 * len(title):
            continue
        alike = fuzz.partial_ratio(title, squashed, score_cutoff=78) / 100 * min(1.0, len(squashed) / len(title))
        if alike * nearness * found.title_all > found.title_found:
            found.title_found = alike * nearness * found.title_all
            found.lines = {line: found.title_found}


def sharpened(sure: float) -> float:
    """A misread word counts less than its likeness says, so that the edition with the very words wins over one with similar ones."""
    return max(0.0, 2 * sure - 1)


def best_line(word: str, near: list[tuple[int, float]], readings: list[str]) -> tuple[int, float]:
    line, best = -1, 0.0
    for index, nearness in near:
        if nearness > best:
            sure = sharpened(likeness(word, readings[index])) * nearness
            if sure > best:
                line, best = index, sure
    return line, best


def gather_author(found: Evidence, near: list[tuple[int, float]], readings: list[str]) -> None:
    """The author whose name is found best; a first name alone counts little, a surname alone nearly all."""
    best, best_hits = 0.0, []
    for name in found.work.authors:
        fresh = [word for word in name if len(word) > 1 and word not in found.work.title]
        hits = [(word, *best_line(word, near, readings)) for word in fresh]
        value = sum(bits(word) * sure for word, _, sure in hits)
        if value > best:
            best, best_hits = value, hits
            found.surname = max(
                (sure for word, _, sure in hits if bits(word) >= 0.5 * max(bits(w) for w, _, _ in hits)), default=0.0
            )
    found.author_found = min(best, 14.0)
    for word, line, sure in best_hits:
        if sure:
            found.lines[line] = found.lines.get(line, 0) + bits(word) * sure


def unexplained_bits(text: str, work: Work) -> float:
    """Bits of the words on a line that the record does not have."""
    own = " ".join([*work.title, *work.subtitle, *(w for name in work.authors for w in name), *words(work.record.publisher)])
    return sum(bits(word) for word in text.split() if not likeness_within(word, own))


@lru_cache(maxsize=200_000)
def likeness_within(word: str, own: str) -> bool:
    """Whether the word read on a line is one of the record's, or several of them glued together."""
    if likeness(word, own) >= LEAST_LIKENESS:
        return True
    return len(word) >= 8 and fuzz.partial_ratio(word, own.replace(" ", "")) >= 80
