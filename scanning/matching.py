"""How well the lines of text at one place of the photo support a catalogue record. Pure: words in, evidence out.

Evidence is counted in bits, roughly how unlikely it is that a word stands there by chance: long words count for much, short and
common ones for little. A record gains the bits of its title and author that are found, and loses those of its title that are
missing, and those of words that stand in its title's place.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from scanning.token_weights import COMMON, Work, bits, is_cjk, least_likeness, unconfused

MOST_AUTHOR_BITS = 18.0
MOST_OF_A_LINE = 0.5  # of its bits
LEAST_SHARE = 0.25  # of a line's bits that a record must explain to count it
EXACT_BITS = 2.0  # for a line that is the title and nothing else: of two editions the one that is worded so
OTHER_NUMBER, OTHER_WORDS = 10.0, 6.0  # bits against a title with another volume or year than the spine, and with other words
LEAST_EXPLAINED = 0.65  # likeness with a word of the record; what is found is held to more than what is left over
LEAST_PIECE = 4  # letters of a word that distinguish it from others
GLUED, GLUED_LIKENESS = 0.95, 78  # a word found within another; a title without spaces, of 100

Near = list[tuple[int, float]]  # lines around one line, and how near they are, 0..1
Hits = list[tuple[int, float]]  # lines, and the bits that were found there


class PhotoText:
    """All text of a photo, folded, made so that every word is compared once with the whole photo.

    `texts` are the lines; `readings` the same with all other readings of the same place.
    """

    def __init__(self, texts: list[str], readings: list[str]):
        self.texts, self.readings = texts, readings
        self.line_bits = [sum(bits(word) for word in text.split()) for text in texts]
        self.squashed = [reading.replace(" ", "") for reading in readings]
        self.joined = "|".join(self.squashed)
        self.starts = [0]
        for text in self.squashed:
            self.starts.append(self.starts[-1] + len(text) + 1)
        self.token_lines: dict[str, set[int]] = defaultdict(set)
        for line, reading in enumerate(readings):
            for token in reading.split():
                self.token_lines[token].add(line)
        self.tokens = list(self.token_lines)
        self.beginnings, self.endings = defaultdict(list), defaultdict(list)
        for token in self.tokens:
            if len(token) >= LEAST_PIECE:
                self.beginnings[token[:LEAST_PIECE]].append(token)
                self.endings[token[-LEAST_PIECE:]].append(token)
        self.plain_tokens = [unconfused(token) for token in self.tokens]
        self.known_hits: dict[str, dict[int, float]] = {}
        self.known_parts: dict[str, list[tuple[int, str]]] = {}
        self.known_glued: dict[tuple[str, int], float] = {}

    def hits(self, word: str) -> dict[int, float]:
        """The lines on which `word` stands, misread letters and lost spaces allowed, and how surely, 0..1."""
        if word not in self.known_hits:
            self.known_hits[word] = self.look_for(word)
        return self.known_hits[word]

    def look_for(self, word: str) -> dict[int, float]:
        found = dict.fromkeys(self.token_lines.get(word, ()), 1.0)
        if len(word) < (2 if is_cjk(word) else 4) or word.isdigit():
            return found
        at = self.joined.find(word)
        while at >= 0:
            found.setdefault(bisect_right(self.starts, at) - 1, _sharpened(GLUED))
            at = self.joined.find(word, at + 1)
        alike = process.extract(
            unconfused(word),
            self.plain_tokens,
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=least_likeness(word),
            limit=None,
        )
        for _, likeness, number in alike:
            for line in self.token_lines[self.tokens[number]]:
                found[line] = max(found.get(line, 0.0), _sharpened(likeness))
        return found

    def parts(self, word: str) -> list[tuple[int, str]]:
        """Lines with a piece of a long word: words are split over lines, or cut off. With its beginning or end."""
        if word not in self.known_parts:
            pieces = [t for t in self.beginnings.get(word[:LEAST_PIECE], ()) if word.startswith(t)]
            pieces += [t for t in self.endings.get(word[-LEAST_PIECE:], ()) if word.endswith(t)]
            shorter = dict.fromkeys(piece for piece in pieces if len(piece) < len(word))
            self.known_parts[word] = [(line, piece) for piece in shorter for line in self.token_lines[piece]]
        return self.known_parts[word]

    def glued(self, title: str, line: int) -> float:
        """0..1: how much of a title without spaces stands on the line, as a whole."""
        squashed = self.squashed[line]
        if len(squashed) < 0.7 * len(title):
            return 0.0
        if (title, line) not in self.known_glued:
            least = GLUED_LIKENESS + 3 * max(0, 10 - len(title))  # short titles stand in many words by chance
            within = fuzz.partial_ratio(title, squashed, score_cutoff=least) * min(1.0, len(squashed) / len(title))
            whole = fuzz.ratio(title, squashed, score_cutoff=least)
            self.known_glued[title, line] = _sharpened(max(within, whole) / 100)
        return self.known_glued[title, line]


def _sharpened(sure: float) -> float:
    """A misread word counts less than its likeness says: the edition with the very words wins over one with similar ones."""
    return max(0.0, 2 * sure - 1)


@dataclass
class Evidence:
    """What supports `work` around one line of the photo: the bits found and missed, and the lines they were found on."""

    work: Work
    seed: int
    title_found: float = 0.0
    author_found: float = 0.0  # bits of the best author's name
    extra_found: float = 0.0  # subtitle and series
    extra_missed: float = 0.0
    unexplained: float = 0.0  # bits of other words on the lines that hold the title
    contradicted: float = 0.0  # bits of words that stand in the title where it has others, or none
    found_words: frozenset[str] = frozenset()  # of the title
    verbatim: float = 0.0  # bits of those that were found without a wrong letter
    held: float = 0.0  # bits of the title on lines that it explains for the most part
    exact: bool = False  # a line is the title, the whole title and nothing else
    authors_seen: int = 0  # of the record's authors, those whose name was found
    lines: dict[int, float] = field(default_factory=dict)  # line -> bits explained there

    @property
    def coverage(self) -> float:
        return self.title_found / self.work.title_bits if self.work.title else 0.0

    @property
    def score(self) -> float:
        missed = self.work.title_bits - self.title_found
        unnamed = 1.5 if self.work.authors and not self.author_found else 0.0
        found = self.title_found + self.author_found + 0.5 * self.extra_found + EXACT_BITS * self.exact
        against = 1.2 * missed + 0.35 * self.unexplained + 0.35 * self.contradicted + 0.02 * self.extra_missed
        return found - against - unnamed

    @property
    def rank(self) -> tuple[float, int, int]:
        """The strongest first; of equal ones that whose authors stand on the spine, without translators that do not."""
        return -self.score, len(self.work.authors) - self.authors_seen, -self.authors_seen


def gather(work: Work, seed: int, near: Near, text: PhotoText, borrowed: Near = ()) -> Evidence:
    """The evidence for `work` on the lines `near` the line `seed`. Lines of which it explains little are another book's.

    `borrowed` are near lines that other books own: an author's name may serve a whole row of books, a title only one.
    """
    found = Evidence(work, seed)
    hits = _find_words(work.title, near, text)
    title = _find_glued(work, near, text, sum(value for _, value in hits)) or hits
    if not title:
        return found
    names = [_find_words(name, [*near, *borrowed], text) for name in work.authors]
    found.authors_seen = sum(map(bool, names))
    author = max(names, key=lambda hits: sum(value for _, value in hits), default=[])
    extra = _find_words(work.subtitle, near, text)
    explained: dict[int, float] = defaultdict(float)
    for line, value in [*title, *author, *extra]:
        explained[line] += value
    others = {line for line, _ in borrowed}
    counted = {line for line, value in explained.items() if line in others or value >= LEAST_SHARE * text.line_bits[line]}
    found.title_found = sum(value for line, value in title if line in counted)
    found.held = sum(value for line, value in title if explained[line] >= MOST_OF_A_LINE * text.line_bits[line])
    found.author_found = min(sum(value for line, value in author if line in counted), MOST_AUTHOR_BITS)
    found.extra_found = sum(value for line, value in extra if line in counted)
    found.extra_missed = sum(map(bits, work.subtitle)) - found.extra_found
    title_lines = {line for line, _ in title} & counted
    found.unexplained = sum(_unexplained_bits(text.texts[line], work) for line in title_lines)
    found.contradicted = sum(_contradicted_bits(text.texts[line], work) for line in title_lines)
    where = {word: text.hits(word) for word in work.title}
    found.found_words = frozenset(word for word, lines in where.items() if not counted.isdisjoint(lines))
    found.verbatim = sum(bits(w) for w in found.found_words if any(where[w].get(line, 0.0) == 1.0 for line in counted))
    found.exact = any(text.texts[line] == " ".join(work.title) for line in counted)
    found.lines = {line: explained[line] for line in counted - others}
    return found


def _find_words(wanted: tuple[str, ...], near: Near, text: PhotoText) -> Hits:
    """Where each word of `wanted` stands: the line, and the bits of it. Of equals, the line that has most of them wins."""
    found = {}
    totals: dict[int, float] = defaultdict(float)
    for word in wanted:
        lines = text.hits(word)
        found[word] = [(line, lines[line] * nearness) for line, nearness in near if line in lines] if lines else []
        for line, sure in found[word]:
            totals[line] += bits(word) * sure
    hits = []
    for word, places in found.items():
        if places:
            line, sure = max(places, key=lambda place: (round(place[1], 2), totals[place[0]]))
            hits.append((line, bits(word) * sure))
        elif len(word) > 6:
            hits += _find_halves(word, near, text)
    return hits


def _find_halves(word: str, near: Near, text: PhotoText) -> Hits:
    """A long word whose beginning and end stand on two lines, or that a line cuts off: the bits of what is there."""
    parts = text.parts(word)
    if not parts:
        return []
    nearness = dict(near)
    begins = ends = (0, 0)  # letters, line
    for line, piece in parts:
        if line in nearness:
            if word.startswith(piece):
                begins = max(begins, (len(piece), line))
            else:
                ends = max(ends, (len(piece), line))
    letters = begins[0] + ends[0]
    if not 0.5 * len(word) < letters <= len(word):
        return []
    value = bits(word) * max(0.0, 1.5 * letters / len(word) - 0.5)
    return [(line, value * count / letters * nearness[line]) for count, line in (begins, ends) if count]


def _find_glued(work: Work, near: Near, text: PhotoText, found: float) -> Hits:
    """A title whose words lost spaces or letters: compared as a whole with each line, where that finds more than `found` bits."""
    title = "".join(work.title)
    if len(title) < (3 if is_cjk(title) else 6) or found >= 0.95 * work.title_bits:
        return []
    values = ((text.glued(title, line) * nearness * work.title_bits, line) for line, nearness in near)
    value, line = max(values, default=(0.0, 0))
    return [(line, value)] if value > found else []


def _unexplained_bits(text: str, work: Work) -> float:
    return sum(bits(word) for word in unexplained_words(text, work))


def unexplained_words(text: str, work: Work) -> list[str]:
    """The words on a line that the record does not have, alone or glued together."""
    own = work.all_words
    left = [word for word in text.split() if word not in own]
    if not left:
        return []
    glued = "".join([*work.title, *work.subtitle])
    return [word for word in left if not _explains(own, glued, word)]


def _contradicted_bits(text: str, work: Work) -> float:
    """Bits of the words on a line that stand between words of the title, or where the title goes on with others.

    `Elements of Programming` is not *Elements of ML Programming*, and `Learning Python` is not *Learning Perl*."""
    words, foreign = text.split(), set(unexplained_words(text, work))
    places = [(at, number) for at, word in enumerate(words) if (number := _title_place(word, work.title)) is not None]
    if not places or any(number > after for (_, number), (_, after) in pairwise(places)):
        return 0.0
    missing = {number for number, word in enumerate(work.title) if not any(word in other for other in words)}
    missing -= {number for _, number in places}
    other_number = any(work.title[n].isdigit() for n in missing) and any(word.isdigit() for word in foreign)
    against = OTHER_NUMBER if other_number else 0.0
    for (at, number), (until, after) in pairwise([(-1, -1), *places, (len(words), len(work.title))]):
        if until < len(words) and words[until].isdigit():
            continue  # a volume follows the name of its series
        spine = [word for word in words[at + 1 : until] if word in foreign and word not in COMMON]
        record = [work.title[n] for n in range(number + 1, after) if n in missing and work.title[n] not in COMMON]
        within = number >= 0 and until < len(words)
        if (within and (spine or record)) or (spine and record):
            against += OTHER_WORDS + sum(map(bits, spine))
    return against


def _title_place(word: str, title: tuple[str, ...]) -> int | None:
    """Which word of the title this one is, misread or not."""
    if word in title:
        return title.index(word)
    alike = process.extractOne(word, title, scorer=Levenshtein.normalized_similarity, score_cutoff=least_likeness(word))
    return alike[2] if alike else None


def _explains(own: frozenset[str], glued: str, word: str) -> bool:
    """Whether `word` is one of the record's own words misread, a piece of one, or several of them glued together."""
    if len(word) < 4:
        return False
    if process.extractOne(word, own, scorer=Levenshtein.normalized_similarity, score_cutoff=LEAST_EXPLAINED):
        return True
    if any(whole.startswith(word) or whole.endswith(word) for whole in own):
        return True
    return len(word) >= 8 and fuzz.partial_ratio(word, glued) >= 80
