"""Candidates -> catalogue records with a confidence, decided over the whole photo: records compete for the lines."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

import numpy as np

from catalogs import Record
from catalogs.folding import fold
from scanning import confidence, matching, spines
from scanning.blurbs import opens_other_book, without_blurbs
from scanning.confidence import CHECK, SURE, Grounds, Surroundings
from scanning.matching import Evidence, PhotoText
from scanning.models import Band
from scanning.ocr import Line, Quad
from scanning.proposers import SpineProposal
from scanning.token_weights import Work, bits, same_work, telling_letters

NEAR = 0.25  # links below are of other spines
LOOSE = 0.5  # links from here up join the lines of a neighbourhood, which may be more than a spine
BORROWED = 0.5  # what an author's name on a neighbour's spine, or far from its title, is worth
LEAST_SCORE = 4.0  # bits; below, nothing is claimed
LEAST_COVERAGE = 0.4  # of a title's bits; an author's name alone is no book
LEAST_LETTERS_SEARCHED = 3  # in a text that a catalogue is searched for
LEAST_LETTERS = 4  # on a spine that is shown as unread: Emma is one, a price is not
MOST_LETTERS_OF_A_STAMP = 24
RECORDS_A_QUERY = 20
MOST_ALTERNATIVES = 8
COMPANY, GOOD_COMPANY = 0.5, 8.0  # within half a spine's length; bits from which a claim is good company
CLOSE, MOST_CLOSE = 0.6, 8  # links of the lines that are searched for together with one line, and how many
ONE_SPINE = 0.75  # links from here up are of one spine
CLOSELY_LINKED = 0.9
SAME_SIZE, MOST_AFTER = 1.25, 3  # times as high, and lines, of another book's name
LEAST_NAMESAKES = 2  # works by an author, for the words of a title to be a name


@dataclass(frozen=True)
class Match:
    """One book of the final result. Without `record` it is a spine that was read and not found: its text, no invented match."""

    lines: tuple[int, ...]
    text: tuple[str, ...]  # what was read, in reading order
    region: Quad
    shelf: int
    position: int
    confidence: float  # 0..1, the share of such matches that is right
    band: Band
    record: Record | None = None
    alternatives: tuple[Record, ...] = field(default=())
    remembered: bool = False  # known from what the photo's owner decided before
    catalogued: bool = True  # by a catalogue; else the record is its owner's own words
    grounds: Grounds | None = None  # of the confidence, where it comes from evidence
    author: str = ""  # as a model read it, for a spine without a record
    model_confidence: float | None = None  # the model's own, where one proposed the spine

    @property
    def validated(self) -> bool:
        return self.record is not None and self.band != Band.UNREAD and self.catalogued


Progress = Callable[[int, int], None]


class Photo:
    """The lines of one photo as they are matched: folded, with their links to each other."""

    def __init__(self, lines: list[Line]):
        self.lines = lines
        self.layout = spines.Layout(lines)
        self.link = link = spines.line_links(self.layout)
        self.text = self._telling_text()
        self.names: dict[int, Counter[str]] = defaultdict(Counter)  # line -> surnames of authors that it was searched for
        self.neighbourhoods = [group for group in spines.groups(link, LOOSE) if len(group) > 1]
        self.near = [[(int(j), float(row[j])) for j in np.flatnonzero(row >= NEAR)] for row in link]
        column = spines.columns(self.layout) & (link < NEAR)  # where an author's name may stand, but not a title
        self.far = [[(int(j), BORROWED) for j in np.flatnonzero(row)] for row in column]

    def _telling_text(self) -> PhotoText:
        """What the lines say of the books that they stand on: the names of other books, praise and imprints are left out."""
        folded = [fold(line.text) for line in self.lines]
        blank = {after for line, text in enumerate(folded) if opens_other_book(text) for after in self._lines_after(line)}
        texts = ["" if n in blank else without_blurbs(text) for n, text in enumerate(folded)]
        readings = [" ".join(without_blurbs(fold(text)) for text in (line.text, *line.others)) for line in self.lines]
        return PhotoText(texts, [reading if text else "" for text, reading in zip(texts, readings, strict=True)])

    def _lines_after(self, line: int) -> list[int]:
        """The lines that go on where `line` ends open, in lettering like its own or like the first of them."""
        order = spines.reading_order(self.layout, np.flatnonzero(self.link[line] >= CLOSE).tolist())
        after: list[int] = []
        for other in order[order.index(line) + 1 :]:
            if not spines.lettered_alike(self.layout, after[0] if after else line, other, SAME_SIZE if after else spines.ALIKE):
                break
            after.append(other)
        return after[:MOST_AFTER]

    def left_over(self, claim: Evidence, taken: set[int]) -> dict[int, list[str]]:
        """The words on the lines of a claim's spine that its record does not explain, without the lines that are `taken`."""
        linked = set(np.flatnonzero(self._closeness(claim) > 0).tolist()) - taken
        return {line: matching.unexplained_words(self.text.texts[line], claim.work) for line in linked}

    def _closeness(self, claim: Evidence) -> np.ndarray:
        """0..1 for every line: how surely it is on the claim's spine. Thin spines side by side are linked, too, but less."""
        best = self.link[list(_owned_lines(self, claim) or claim.lines)].max(axis=0)
        return np.clip((best - CLOSE) / (1 - CLOSE), 0, 1)

    def left_over_bits(self, claim: Evidence, left_over: dict[int, list[str]]) -> float:
        """What the words beside a claim's own lines are worth: small lettering less than large."""
        size = np.minimum(1.0, self.layout.height / max(self.layout.height[list(claim.lines)])) * self._closeness(claim)
        return sum(float(size[line]) * sum(map(bits, words)) for line, words in left_over.items() if line not in claim.lines)

    def other_names(self, left_over: dict[int, list[str]]) -> float:
        """Bits of the words left over that are the names of authors whose books were found for those lines."""
        return sum(bits(word) for line, words in left_over.items() for word in words if self.names[line][word] and len(word) > 3)

    def is_crowded(self, claim: Evidence, stronger: set[int]) -> bool:
        """Whether `stronger` lines, those of books with more evidence, stand on the claim's spine."""
        own, others = list(claim.lines), stronger - claim.lines.keys()
        linked = [line for line in others if (self.link[own, line] >= CLOSELY_LINKED).any()]
        return bool(linked) and spines.same_column(self.layout, own, linked, reach=0.3)

    def repeats(self, claim: Evidence) -> int:
        """How often the text that a claim mostly stands on is on the photo elsewhere: series and imprints are on many spines."""
        text = self.text.texts[_title_line(claim)]
        return self.text.texts.count(text) - 1

    def is_name(self, claim: Evidence) -> bool:
        """Whether a claim's title is also the name of an author whose books were found for its lines."""
        known = reduce(or_, (self.names[line] for line in claim.lines), Counter())
        telling = confidence.telling_words(claim.found_words)
        return bool(telling) and all(known[word] >= LEAST_NAMESAKES for word in telling)

    def place(self, claim: Evidence) -> np.ndarray:
        """The middle of the lines that a claim stands on (x, y)."""
        return self.layout.centre[list(claim.lines)].mean(axis=0)

    def letters(self, lines) -> int:
        return sum(telling_letters(self.lines[i].text) for i in lines)

    def gather(self, work: Work, seed: int, taken: set[int] = frozenset()) -> Evidence:
        """The evidence for `work` around the line `seed`, without what the `taken` lines say but for an author's name."""
        far = self.far[seed]
        if not taken:
            return matching.gather(work, seed, self.near[seed], self.text, far)
        free = [(j, nearness) for j, nearness in self.near[seed] if j not in taken]
        borrowed = [(j, nearness * BORROWED) for j, nearness in self.near[seed] if j in taken]
        return matching.gather(work, seed, free, self.text, borrowed + far)


def match(
    lines: list[Line], candidates: list[SpineProposal], lookup, progress: Progress = lambda done, total: None
) -> list[Match]:
    """The books of a photo in shelf order. `lookup` is a catalogs.lookup.Lookup; `progress` counts spines.

    Catalogues at hand are searched for every spine and every line, those outside for what is not sure then: first the
    spines, then the single lines of what is still open, so that a photo costs them few questions.
    """
    if not lines:
        return []
    photo = Photo(lines)
    by_spine, by_line = _spine_queries(photo, candidates), _line_queries(photo)
    rounds = [(True, _neighbourhood_queries(photo) | by_line | by_spine)]
    if lookup.asks_outside:
        rounds += [(False, by_spine), (False, by_line)]
    evidence: list[Evidence] = []
    found: list[Match] = []
    for here, requested in rounds:
        sure = {i for one in found if one.band == Band.SURE for i in one.lines}
        progress(len({c for c in candidates if sure.issuperset(c.lines)}), len(candidates))
        open_questions = {text: seeds for text, seeds in requested.items() if not sure.issuperset(seeds)}
        answers = lookup.search(list(open_questions), limit=RECORDS_A_QUERY, here=here, outside=not here)
        evidence += weigh(photo, open_questions, answers)
        standing = _one_a_spine(photo, _compete(photo, evidence))
        found = judged(photo, standing, evidence)
    found += unread(photo, candidates, found)
    progress(len(candidates), len(candidates))
    return in_shelf_order(found)


def _line_queries(photo: Photo) -> dict[str, list[int]]:
    """What the catalogues are searched for by single lines: the text, and the lines that say it."""
    requested = defaultdict(list)
    for index, text in enumerate(photo.text.texts):
        if telling_letters(text) >= LEAST_LETTERS_SEARCHED:
            requested[text].append(index)
    return dict(requested)


def _spine_queries(photo: Photo, candidates: list[SpineProposal]) -> dict[str, list[int]]:
    """What the catalogues are searched for by whole spines: the text in reading order, and the lines that it is made of."""
    requested = defaultdict(list)
    for candidate in candidates:
        text = _text_of(photo, list(candidate.lines))
        if telling_letters(text) >= LEAST_LETTERS_SEARCHED:
            requested[text] += candidate.lines
        guess = fold(f"{candidate.title} {candidate.author}")
        if set(guess.split()) - set(text.split()):  # a proposer has put letters right
            requested[guess] += candidate.lines
    return dict(requested)


def _neighbourhood_queries(photo: Photo) -> dict[str, list[int]]:
    """What catalogues at hand are searched for as well: every line with those close to it, and titles set word by word across
    a spine, which no line and no sure group holds."""
    requested = defaultdict(list)
    for line, row in enumerate(photo.link):
        close = [i for i in np.argsort(-row, kind="stable")[:MOST_CLOSE].tolist() if row[i] >= CLOSE]
        if len(close) > 1:
            requested[_text_of(photo, spines.reading_order(photo.layout, close))].append(line)
    for group in photo.neighbourhoods:
        requested[_text_of(photo, spines.reading_order(photo.layout, group))] += group
    return dict(requested)


def _text_of(photo: Photo, lines: list[int]) -> str:
    return " ".join(text for i in lines if (text := photo.text.texts[i]))


def weigh(photo: Photo, requested: dict[str, list[int]], answers: dict[str, list[Record]]) -> list[Evidence]:
    """The evidence for every record that a catalogue named, at all the lines that it was searched for."""
    works: dict[tuple, Work] = {}
    pairs: dict[tuple, None] = {}
    for text, seeds in requested.items():
        for record in answers.get(text, ()):
            key = (record.source, record.source_id or record.isbn or record.full_title)
            works.setdefault(key, Work.of(record))
            pairs.update(dict.fromkeys((key, seed) for seed in seeds))
    for key, seed in pairs:
        photo.names[seed].update({word for name in works[key].authors for word in name})
    evidence = (photo.gather(works[key], seed) for key, seed in pairs)
    return [e for e in evidence if e.score >= LEAST_SCORE and e.coverage >= LEAST_COVERAGE]


def _compete(photo: Photo, evidence: list[Evidence]) -> list[Evidence]:
    """The claims that stand when every line serves one book only: the best supported first, the others with what is left."""
    heap = [(e.rank, n, e) for n, e in enumerate(evidence)]
    heapq.heapify(heap)
    taken: set[int] = set()
    standing, count = [], len(heap)
    while heap:
        _, _, claim = heapq.heappop(heap)
        if taken & claim.lines.keys():
            count += 1
            again = photo.gather(claim.work, claim.seed, taken)
            if again.score >= LEAST_SCORE and again.coverage >= LEAST_COVERAGE:
                heapq.heappush(heap, (again.rank, count, again))
            continue
        standing.append(claim)
        taken |= _owned_lines(photo, claim)
    return standing


def _owned_lines(photo: Photo, claim: Evidence) -> set[int]:
    """The lines that a claim takes from all others: those it explains for the most part."""
    return {line for line, value in claim.lines.items() if value >= matching.MOST_OF_A_LINE * photo.text.line_bits[line]}


def _has_company(photo: Photo, claim: Evidence, standing: list[Evidence]) -> bool:
    """Whether another book by the same author stands close by: people keep them together."""
    names = claim.work.surnames
    here, reach = photo.place(claim), COMPANY * photo.layout.spine_length()
    others = (other for other in standing if other.score >= GOOD_COMPANY and names & other.work.surnames)
    return any(not same_work(other.work, claim.work) and np.linalg.norm(photo.place(other) - here) < reach for other in others)


def judged(photo: Photo, standing: list[Evidence], evidence: list[Evidence]) -> list[Match]:
    """The standing claims as books."""
    owned = [_owned_lines(photo, claim) for claim in standing]
    found = []
    for n, claim in enumerate(standing):
        rivals = sorted((e for e in evidence if e.lines.keys() & claim.lines.keys()), key=lambda e: e.rank)
        others = set().union(*owned[:n], *owned[n + 1 :])
        left_over = photo.left_over(claim, others)
        around = Surroundings(
            margin=claim.score - _best_rival(photo, claim, rivals, others),
            company=_has_company(photo, claim, standing),
            left_over=photo.left_over_bits(claim, left_over),
            other_names=photo.other_names(left_over),
            is_crowded=photo.is_crowded(claim, set().union(*owned[:n])),
            repeats=photo.repeats(claim),
            is_name=photo.is_name(claim),
        )
        found.append(_matched(photo, claim, rivals, confidence.grounds(claim, around)))
    return found


def _best_rival(photo: Photo, claim: Evidence, rivals: list[Evidence], taken: set[int]) -> float:
    """The bits of the best other work on the claim's lines, without what the `taken` lines of other books say for it: a book
    beside one by the same author is no rival for that one's place."""
    best = 0.0
    for rival in rivals:
        if rival.score <= best:
            break
        if same_work(rival.work, claim.work):
            continue
        left = photo.gather(rival.work, rival.seed, taken) if taken & rival.lines.keys() else rival
        if left.coverage >= LEAST_COVERAGE and left.lines.keys() & claim.lines.keys():
            best = max(best, left.score)
    return best


def _matched(photo: Photo, claim: Evidence, rivals: list[Evidence], grounds: Grounds) -> Match:
    """The claim as a book: its lines, its place, and what else could stand there."""
    order = spines.reading_order(photo.layout, sorted(_owned_lines(photo, claim) or claim.lines))
    return with_confidence(
        Match(
            lines=tuple(order),
            text=tuple(photo.lines[i].text for i in order),
            region=spines.hull(photo.layout.quads[order]),
            shelf=0,
            position=0,
            confidence=0.0,
            band=Band.UNREAD,
            alternatives=tuple(_candidate_records(claim, rivals)[: MOST_ALTERNATIVES + 1]),
            grounds=grounds,
        ),
        grounds.confidence(),
    )


def with_confidence(match: Match, sureness: float) -> Match:
    """`match` as it is shown with another confidence. What is likelier wrong than right stays what was read on the spine, with
    the record among the alternatives."""
    records = (match.record, *match.alternatives) if match.record else match.alternatives
    band = Band.SURE if sureness >= SURE else Band.CHECK if sureness >= CHECK else Band.UNREAD
    record, others = (None, records) if band == Band.UNREAD else (records[0], records[1:])
    return replace(match, confidence=sureness, band=band, record=record, alternatives=others)


def _candidate_records(claim: Evidence, rivals: list[Evidence]) -> list[Record]:
    """The claimed record and the others that the same lines support, likeliest first, every one once."""
    found: dict[tuple, Record] = {}
    for record in (claim.work.record, *(e.work.record for e in rivals)):
        found.setdefault((record.title, record.author, record.isbn), record)
    return list(found.values())


def _one_a_spine(photo: Photo, claims: list[Evidence]) -> list[Evidence]:
    """The claims without those that are another one's book again: two copies are side by side and lettered alike."""
    kept: list[Evidence] = []
    for claim in claims:
        twins = (other for other in kept if same_work(other.work, claim.work))
        if not any(_is_one_book(photo, other, claim) for other in twins):
            kept.append(claim)
    return kept


def _is_one_book(photo: Photo, one: Evidence, other: Evidence) -> bool:
    """Whether two claims of one work are on one spine, as thick spines have their title several times, or on a spine and its
    cover."""
    if spines.same_column(photo.layout, list(one.lines), list(other.lines)):
        return True
    apart = float(np.linalg.norm(photo.place(one) - photo.place(other)))
    return apart < photo.layout.spine_length() and not spines.lettered_alike(photo.layout, _title_line(one), _title_line(other))


def _title_line(claim: Evidence) -> int:
    return max(claim.lines, key=lambda line: claim.lines[line])


def unread(photo: Photo, candidates: list[SpineProposal], books: list[Match]) -> list[Match]:
    """The spines that no book takes, as what was read on them. Scraps of text are not spines."""
    taken = {i for book in books for i in book.lines}
    found = []
    for candidate in candidates:
        left = [i for i in candidate.lines if i not in taken]
        # A publisher's name beside a book that was found is that book's; most of a spine is another one.
        if photo.letters(left) < max(LEAST_LETTERS, photo.letters(candidate.lines) / 2) or _is_stamp(photo, left, books):
            continue
        region = candidate.region if len(left) == len(candidate.lines) else spines.hull(photo.layout.quads[left])
        text = tuple(photo.lines[i].text for i in left)
        found.append(Match(tuple(left), text, region, 0, 0, 0.0, Band.UNREAD))
    return found


def _is_stamp(photo: Photo, lines: list[int], books: list[Match]) -> bool:
    """Whether a few words stand close behind a book on its own spine: the name or the sign of its publisher."""
    if photo.letters(lines) > MOST_LETTERS_OF_A_STAMP:
        return False
    return any(book.record and spines.same_column(photo.layout, lines, list(book.lines), reach=0.5) for book in books)


def in_shelf_order(found: list[Match]) -> list[Match]:
    placed = zip(found, spines.shelf_places([one.region for one in found]), strict=True)
    return sorted(
        (replace(one, shelf=shelf, position=position) for one, (shelf, position) in placed), key=lambda m: (m.shelf, m.position)
    )
