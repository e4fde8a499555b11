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
    """the a an and of in on to for by with at from is it its der die das des dem den ein eine einer eines und im in zu zur zum
    von vom mit am auf fur le la les un une de du des et au aux en l d el los las un una y del al i els les amb il lo gli e di da
    novel roman novela novella book books buch edition ed vol volume band""".split()
)
MOST_AUTHOR_BITS = 18.0
LEAST_SHARE = 0.25  # of a line's bits that a record must explain to count it
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
    return best if best >= least else 0.0


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
    """What bears `work` out around one line of the photo: the bits found and missed, and the lines they were found on."""

    work: Work
    seed: int
    title_found: float = 0.0
    title_all: float = 0.0
    author_found: float = 0.0  # bits of the best author's name
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
        found = self.title_found + self.author_found + 0.5 * self.extra_found
        return found - 1.2 * missed - 0.35 * self.unexplained - unnamed


@dataclass(frozen=True)
class Page:
    """The text around one line: which lines are near (index, how near 0..1), what each says, and all readings of it; folded.

    `borrowed` are lines that other books own: an author's name may serve a whole row of books, a title only one.
    """

    near: tuple[tuple[int, float], ...]
    texts: list[str]
    readings: list[str]
    borrowed: tuple[tuple[int, float], ...] = ()

    def bits(self, line: int) -> float:
        return sum(bits(word) for word in self.texts[line].split())


def gather(work: Work, seed: int, page: Page) -> Evidence:
    """The evidence for `work` around the line `seed`. Lines of which it explains little are another book's and do not count."""
    found = Evidence(work, seed, title_all=sum(bits(word) for word in dict.fromkeys(work.title)))
    hits = find_words(work.title, page.near, page.readings)
    title = find_glued(work, page, sum(value for _, value in hits)) or hits
    own_words = " ".join(work.title)
    fresh = [tuple(word for word in name if not likeness(word, own_words)) for name in work.authors]
    names = [find_words(name, page.near + page.borrowed, page.readings) for name in fresh]
    author = max(names, key=lambda hits: sum(value for _, value in hits), default=[])
    extra = find_words(tuple(w for w in work.subtitle if not likeness(w, own_words)), page.near, page.readings)
    for line, value in [*title, *author, *extra]:
        found.lines[line] = found.lines.get(line, 0.0) + value
    borrowed = {line for line, _ in page.borrowed}
    found.lines = {
        line: value for line, value in found.lines.items() if line in borrowed or value >= LEAST_SHARE * page.bits(line)
    }
    found.title_found = sum(value for line, value in title if line in found.lines)
    found.author_found = min(sum(value for line, value in author if line in found.lines), MOST_AUTHOR_BITS)
    found.extra_found = sum(value for line, value in extra if line in found.lines)
    found.unexplained = sum(unexplained_bits(page.texts[line], work) for line in {line for line, _ in title} & found.lines.keys())
    for line in borrowed:
        found.lines.pop(line, None)
    return found


def find_words(wanted: tuple[str, ...], near, readings: list[str]) -> list[tuple[int, float]]:
    """Where each word of `wanted` stands: the line, and the bits that tells. Of equals, the line that has most of them wins."""
    wanted = tuple(dict.fromkeys(wanted))
    found = {
        word: [(line, sure * nearness) for line, nearness in near if (sure := sharpened(likeness(word, readings[line])))]
        for word in wanted
    }
    totals: dict[int, float] = {}
    for word, places in found.items():
        for line, sure in places:
            totals[line] = totals.get(line, 0.0) + bits(word) * sure
    hits = []
    for word, places in found.items():
        if places:
            line, sure = max(places, key=lambda place: (round(place[1], 2), totals[place[0]]))
            hits.append((line, bits(word) * sure))
        else:
            hits += find_halves(word, near, readings)
    return hits


def find_halves(word: str, near, readings: list[str]) -> list[tuple[int, float]]:
    """A long word whose beginning and end stand on two lines, or that a line cuts off: the bits of what is there."""
    if len(word) < 7:
        return []
    begins = ends = (0, 0, 0.0)  # letters, line, nearness
    for line, nearness in near:
        for token in readings[line].split():
            if 3 < len(token) < len(word):
                if word.startswith(token):
                    begins = max(begins, (len(token), line, nearness))
                elif word.endswith(token):
                    ends = max(ends, (len(token), line, nearness))
    letters = begins[0] + ends[0]
    if not 0.5 * len(word) < letters <= len(word):
        return []
    value = bits(word) * max(0.0, 1.5 * letters / len(word) - 0.5)
    return [(line, value * count / letters * nearness) for count, line, nearness in (begins, ends) if count]


def find_glued(work: Work, page: Page, found: float) -> list[tuple[int, float]]:
    """A title whose words lost spaces or letters: compared as a whole with each line, where that finds more than `found` bits."""
    title = "".join(work.title)
    whole = sum(bits(word) for word in dict.fromkeys(work.title))
    if len(title) < 6 or found >= 0.95 * whole:
        return []
    best = []
    for line, nearness in page.near:
        squashed = page.readings[line].replace(" ", "")
        if len(squashed) < 0.7 * len(title):
            continue
        alike = fuzz.partial_ratio(title, squashed, score_cutoff=78) / 100 * min(1.0, len(squashed) / len(title))
        value = sharpened(alike) * nearness * whole
        if value > found:
            best, found = [(line, value)], value
    return best


def sharpened(sure: float) -> float:
    """A misread word counts less than its likeness says: the edition with the very words wins over one with similar ones."""
    return max(0.0, 2 * sure - 1)


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
