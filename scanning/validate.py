"""Candidates -> catalogue records with a confidence, decided over the whole photo: records compete for the lines."""

import heapq
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from catalogs import Record
from catalogs.folding import fold
from scanning import matching, spines
from scanning.matching import Evidence, PhotoText
from scanning.models import Band
from scanning.ocr import Line, Quad
from scanning.proposers import SpineProposal
from scanning.token_weights import Work, same_work, telling_letters

NEAR = 0.25  # links below are of other spines
LOOSE = 0.5  # links from here up join the lines of a neighbourhood, which may be more than a spine
BORROWED = 0.5  # what an author's name on a neighbour's spine is worth
LEAST_SCORE = 4.0  # bits; below, nothing is claimed
LEAST_COVERAGE = 0.4  # of a title's bits; an author's name alone is no book
LEAST_LETTERS_ASKED = 3  # in a text that a catalogue is asked for
LEAST_LETTERS = 4  # on a spine that is shown as unread: Emma is one, a price is not
MOST_LETTERS_OF_A_STAMP = 24
RECORDS_A_QUERY = 20
MOST_ALTERNATIVES = 8
SURE, CHECK = 0.9, 0.5  # confidence from which a book is sure, and from which it is put forward at all
TIE, MOST_OF_A_TIE = 2.0, 0.89  # bits between two works on the same lines; what is that close is for a person to decide
COMPANY, GOOD_COMPANY = 0.5, 8.0  # within half a spine's length; bits from which a claim is good company
INTERCEPT, WEIGHTS = -8.7, (5.2, 2.9, -0.6, 1.6, 1.8, 1.0, 0.7)
MOST_CONFIDENCE = 0.995  # what the evidence does not show can still be wrong


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
    borne_out: bool = True  # by a catalogue; else the record is its owner's own words

    @property
    def validated(self) -> bool:
        return self.record is not None and self.band != Band.UNREAD and self.borne_out


Progress = Callable[[int, int], None]


class Photo:
    """The lines of one photo as they are matched: folded, with their links to each other."""

    def __init__(self, lines: list[Line]):
        self.lines = lines
        texts = [fold(line.text) for line in lines]
        self.text = PhotoText(texts, [fold(" ".join([line.text, *line.others])) for line in lines])
        self.layout = spines.Layout(lines)
        link = spines.line_links(self.layout)
        self.neighbourhoods = [group for group in spines.groups(link, LOOSE) if len(group) > 1]
        self.near = [[(int(j), float(row[j])) for j in np.flatnonzero(row >= NEAR)] for row in link]

    def place(self, claim: Evidence) -> np.ndarray:
        """The middle of the lines that a claim stands on (x, y)."""
        return self.layout.centre[list(claim.lines)].mean(axis=0)

    def letters(self, lines) -> int:
        return sum(telling_letters(self.lines[i].text) for i in lines)

    def gather(self, work: Work, seed: int, taken: set[int] = frozenset()) -> Evidence:
        """The evidence for `work` around the line `seed`, without what the `taken` lines say but for an author's name."""
        if not taken:
            return matching.gather(work, seed, self.near[seed], self.text)
        free = [(j, nearness) for j, nearness in self.near[seed] if j not in taken]
        borrowed = [(j, nearness * BORROWED) for j, nearness in self.near[seed] if j in taken]
        return matching.gather(work, seed, free, self.text, borrowed)


def match(
    lines: list[Line], candidates: list[SpineProposal], lookup, progress: Progress = lambda done, total: None
) -> list[Match]:
    """The books of a photo in shelf order. `lookup` is a catalogs.lookup.Lookup; `progress` counts spines.

    Catalogues at hand are asked for every spine and every line. Those outside are asked for what is not sure then: first the
    spines, then the single lines of what is still open, so that a photo costs them few questions.
    """
    if not lines:
        return []
    photo = Photo(lines)
    spines_asked, lines_asked = _spine_queries(photo, candidates), _line_queries(photo)
    rounds = [(True, _neighbourhood_queries(photo) | lines_asked | spines_asked)]
    if lookup.asks_outside:
        rounds += [(False, spines_asked), (False, lines_asked)]
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
    """What the catalogues are asked for single lines: the text, and the lines that say it."""
    requested = defaultdict(list)
    for index, text in enumerate(photo.text.texts):
        if telling_letters(text) >= LEAST_LETTERS_ASKED:
            requested[text].append(index)
    return dict(requested)


def _spine_queries(photo: Photo, candidates: list[SpineProposal]) -> dict[str, list[int]]:
    """What the catalogues are asked for whole spines: the text in reading order, and the lines that it is made of."""
    requested = defaultdict(list)
    for candidate in candidates:
        text = " ".join(photo.text.texts[i] for i in candidate.lines)
        if telling_letters(text) >= LEAST_LETTERS_ASKED:
            requested[text] += candidate.lines
        guess = fold(f"{candidate.title} {candidate.author}")
        if set(guess.split()) - set(text.split()):  # a proposer has put letters right
            requested[guess] += candidate.lines
    return dict(requested)


def _neighbourhood_queries(photo: Photo) -> dict[str, list[int]]:
    """What catalogues at hand are asked beside: titles set word by word across a spine, which no line and no sure group holds."""
    groups = (spines.reading_order(photo.layout, group) for group in photo.neighbourhoods)
    return {" ".join(photo.text.texts[i] for i in group): group for group in groups}


def weigh(photo: Photo, requested: dict[str, list[int]], answers: dict[str, list[Record]]) -> list[Evidence]:
    """The evidence for every record that a catalogue named, at each of the lines it was asked for."""
    works: dict[tuple, Work] = {}
    pairs: dict[tuple, None] = {}
    for text, seeds in requested.items():
        for record in answers.get(text, ()):
            key = (record.source, record.source_id or record.isbn or record.full_title)
            works.setdefault(key, Work.of(record))
            pairs.update(dict.fromkeys((key, seed) for seed in seeds))
    evidence = (photo.gather(works[key], seed) for key, seed in pairs)
    return [e for e in evidence if e.score >= LEAST_SCORE and e.coverage >= LEAST_COVERAGE]


def _compete(photo: Photo, evidence: list[Evidence]) -> list[Evidence]:
    """The claims that stand when every line serves one book only: the best borne out first, the others with what is left."""
    heap = [(-e.score, n, e) for n, e in enumerate(evidence)]
    heapq.heapify(heap)
    taken: set[int] = set()
    standing, count = [], len(heap)
    while heap:
        _, _, claim = heapq.heappop(heap)
        if taken & claim.lines.keys():
            count += 1
            again = photo.gather(claim.work, claim.seed, taken)
            if again.score >= LEAST_SCORE and again.coverage >= LEAST_COVERAGE:
                heapq.heappush(heap, (-again.score, count, again))
            continue
        standing.append(claim)
        taken |= _owned_lines(photo, claim)
    return standing


def _owned_lines(photo: Photo, claim: Evidence) -> set[int]:
    """The lines that a claim takes from all others: those it explains for the most part."""
    return {line for line, value in claim.lines.items() if value >= 0.5 * photo.text.line_bits[line]}


def _has_company(photo: Photo, claim: Evidence, standing: list[Evidence]) -> bool:
    """Whether another book by the same author stands close by: people keep them together."""
    names = claim.work.surnames
    here, reach = photo.place(claim), COMPANY * photo.layout.spine_length()
    others = (other for other in standing if other.score >= GOOD_COMPANY and names & other.work.surnames)
    return any(not same_work(other.work, claim.work) and np.linalg.norm(photo.place(other) - here) < reach for other in others)


def judged(photo: Photo, standing: list[Evidence], evidence: list[Evidence]) -> list[Match]:
    """The standing claims as books."""
    owner = {line: n for n, claim in enumerate(standing) for line in _owned_lines(photo, claim)}
    found = []
    for n, claim in enumerate(standing):
        rivals = sorted((e for e in evidence if e.lines.keys() & claim.lines.keys()), key=lambda e: -e.score)
        others = {line for line, number in owner.items() if number != n}
        margin = claim.score - _best_rival(photo, claim, rivals, others)
        confidence = _sureness(claim, margin, _has_company(photo, claim, standing))
        found.append(_matched(photo, claim, rivals, confidence))
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


def _matched(photo: Photo, claim: Evidence, rivals: list[Evidence], confidence: float) -> Match:
    """The claim as a book: its lines, its place, and what else could stand there.

    What is likelier wrong than right stays what was read on the spine, with the record among the alternatives.
    """
    order = spines.reading_order(photo.layout, sorted(_owned_lines(photo, claim) or claim.lines))
    records = _candidate_records(claim, rivals)
    borne_out = confidence >= CHECK
    return Match(
        lines=tuple(order),
        text=tuple(photo.lines[i].text for i in order),
        region=spines.hull(photo.layout.quads[order]),
        shelf=0,
        position=0,
        confidence=confidence,
        band=Band.SURE if confidence >= SURE else Band.CHECK if borne_out else Band.UNREAD,
        record=records[0] if borne_out else None,
        alternatives=tuple(records[1:] if borne_out else records)[:MOST_ALTERNATIVES],
    )


def _candidate_records(claim: Evidence, rivals: list[Evidence]) -> list[Record]:
    """The claimed record and the others that the same lines bear out, likeliest first, each once."""
    found: dict[tuple, Record] = {}
    for record in (claim.work.record, *(e.work.record for e in rivals)):
        found.setdefault((record.title, record.author, record.isbn), record)
    return list(found.values())


def _sureness(claim: Evidence, margin: float, company: bool) -> float:
    """The share of claims like this one that are right: a logistic curve, fitted as docs/recognition.md tells.

    `margin` is by how many bits the claim beats the best other work on the same lines.
    """
    features = (
        min(claim.score, 30.0) / 10,
        min(claim.author_found, 12.0) / 10,
        min(claim.unexplained, 20.0) / 10,
        min(claim.work.title_bits, 25.0) / 10,
        min(len(claim.work.title), 5) / 5,
        float(claim.exact),
        float(company),
    )
    confidence = float(MOST_CONFIDENCE / (1 + np.exp(-(INTERCEPT + np.dot(WEIGHTS, features)))))
    return confidence if margin >= TIE else min(confidence, MOST_OF_A_TIE)


def _one_a_spine(photo: Photo, claims: list[Evidence]) -> list[Evidence]:
    """Thick spines bear their title several times; claims of one work behind each other on one spine are one book."""
    kept: list[Evidence] = []
    for claim in claims:
        twins = (other for other in kept if same_work(other.work, claim.work))
        if not any(spines.same_column(photo.layout, list(other.lines), list(claim.lines)) for other in twins):
            kept.append(claim)
    return kept


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
