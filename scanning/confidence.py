"""How likely a claim is right: what speaks for it and against it as a few numbers, and a logistic curve over those.

The curve was fitted by `manage.py evaluate DIR --cross`, which also measures it on photos of sources
that it was not fitted on; docs/recognition.md has the figures."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scanning.matching import Evidence
from scanning.text_similarity import GENERIC
from scanning.token_weights import COMMON, bits, folded_words

SURE, CHECK = 0.9, 0.5  # confidence from which a book is sure, and from which it is put forward at all
NOT_SURE, NOT_PUT_FORWARD, CERTAIN = 0.89, 0.45, 0.995  # the most confidence that a claim may have
TIE = 2.0  # bits between two works on the same lines; what is that close is for a person to decide
LEAST_SURE_COVERAGE = 0.6  # of a title's bits; half a title is never sure
WHOLE = 0.9  # … and from here on it is whole, but for a letter or two
CONTRADICTED = 6.0  # bits of other words in a title's place, from which it is never sure
ENOUGH_OF_A_NAME, LEAST_OF_A_NAME = 12.0, 3.0  # bits
LEAST_NAMED = 0.33  # of a name, from which it is there
SPOKEN = 8.0  # bits of a subtitle that make a book of a name
INTERCEPT = -7.18
WEIGHTS = (
    2.08,  # bits of the title that were found
    0.58,  # its share
    -1.22,  # bits that are missing
    0.59,  # how much of it is without a wrong letter
    3.12,  # the author's name
    0.69,  # a record without authors
    1.17,  # how much of the spine's text is explained
    -0.65,  # bits of it that are not
    -0.28,  # those on the title's lines
    0.97,  # a line that is the whole title
    2.79,  # the lead over the next work
    1.06,  # company of the same author
    -0.77,  # the same text elsewhere, without an author
    -0.26,  # other authors' names
    -0.15,  # … without its own
    0.82,  # how much of the title fills its lines
    0.89,  # bits of the subtitle
)


@dataclass(frozen=True)
class Surroundings:
    """The context of a claim."""

    margin: float  # bits by which it beats the best other work on its lines
    company: bool  # another book by the same author is nearby
    left_over: float  # bits on its spine that it does not explain
    other_names: float  # bits of other authors' names on its spine
    is_crowded: bool  # a stronger book has lines of the same spine
    repeats: int  # other lines of the photo that say the same as its title's line
    is_name: bool  # the catalogue knows its title as the name of an author


@dataclass(frozen=True)
class Grounds:
    """Why a claim has its confidence: its traits, and the most that it may have."""

    traits: tuple[float, ...]
    most: float = CERTAIN

    def confidence(self, weights: tuple[float, ...] = (INTERCEPT, *WEIGHTS)) -> float:
        return float(min(self.most, CERTAIN / (1 + np.exp(-np.dot(weights, (1.0, *self.traits))))))


def grounds(claim: Evidence, around: Surroundings) -> Grounds:
    named = _named(claim)
    title = min(claim.title_found, 30.0) / 10
    explained = claim.title_found + claim.author_found + claim.extra_found
    left_over = around.left_over + claim.unexplained
    traits = (
        title,
        claim.coverage,
        min(claim.work.title_bits - claim.title_found, 20.0) / 10,
        claim.verbatim / max(claim.title_found, 1.0),
        named,
        float(not claim.work.authors),
        explained / max(explained + left_over, 1.0),
        min(left_over, 40.0) / 10,
        min(claim.unexplained, 20.0) / 10,
        float(claim.exact),
        min(around.margin, 10.0) / 10,
        float(around.company),
        (1 - named) * min(around.repeats, 4) / 4,
        min(around.other_names, 20.0) / 10,
        (1 - named) * min(around.other_names, 20.0) / 10,
        claim.held / max(claim.title_found, 1.0),
        min(claim.extra_found, 20.0) / 10,
    )
    return Grounds(traits, _most_confidence(claim, around))


def _most_confidence(claim: Evidence, around: Surroundings) -> float:
    named, explained = _named(claim) >= LEAST_NAMED, claim.extra_found >= SPOKEN
    if not explained and (_is_own_name(claim) or (around.is_name and not named)):
        return NOT_PUT_FORWARD
    generic = not named and not explained and all(word in COMMON or word in GENERIC for word in claim.work.title)
    doubtful = claim.coverage < LEAST_SURE_COVERAGE or claim.contradicted >= CONTRADICTED or around.margin < TIE
    beside = around.is_crowded and not named and claim.coverage < WHOLE
    if generic or beside or doubtful:
        return NOT_SURE
    return CERTAIN


def _named(claim: Evidence) -> float:
    """0..1: how much of an author's name was found; of a long one a part is enough."""
    shortest = min((sum(map(bits, name)) for name in claim.work.authors if name), default=ENOUGH_OF_A_NAME)
    enough = min(max(shortest, LEAST_OF_A_NAME), ENOUGH_OF_A_NAME)
    return min(claim.author_found / enough, 1.0)


def _is_own_name(claim: Evidence) -> bool:
    """Whether all that was found of a title is its author's name: that stands on every book of theirs."""
    names = {word for name in claim.work.record.authors for word in folded_words(name)}
    if claim.exact and len({*claim.work.title} - names - GENERIC) >= 2:  # `I Am Malala`
        return False
    telling = telling_words(claim.found_words)
    return bool(telling) and names.issuperset(telling)


def telling_words(words: Iterable[str]) -> list[str]:
    """Those that tell one book from another."""
    return [word for word in words if word not in COMMON and word not in GENERIC]
