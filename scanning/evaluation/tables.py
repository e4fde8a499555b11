"""Many scored photos as figures: all together, by half, by language, and whether the confidences can be believed."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from scanning.evaluation.scoring import COUNTS, Score

BINS = 10  # of confidence, every one a tenth wide
LEAST_IN_A_BIN = 20  # books; of fewer the share that is right says little
RATES = (
    "recall", "recall_any", "recall_clear", "precision", "precision_sure", "f1", "wrong_per_100", "wrong_sure_per_100",
)  # fmt: skip


@dataclass(frozen=True)
class Total:
    photos: int
    readable: int
    found: int
    found_any: int
    clear: int  # labels whose reader was sure
    clear_found: int
    put_forward: int
    right: int
    sure: int
    sure_right: int
    macro_recall: float  # the mean over the photos; the others are pooled, so that a full shelf weighs more
    seconds: float  # a photo

    @property
    def recall(self) -> float:
        return self.found / max(1, self.readable)

    @property
    def recall_any(self) -> float:
        return self.found_any / max(1, self.readable)

    @property
    def recall_clear(self) -> float:
        return self.clear_found / max(1, self.clear)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.put_forward)

    @property
    def precision_sure(self) -> float:
        return self.sure_right / max(1, self.sure)

    @property
    def wrong_per_100(self) -> float:
        """Wrong books put forward per 100 readable spines."""
        return 100 * (self.put_forward - self.right) / max(1, self.readable)

    @property
    def wrong_sure_per_100(self) -> float:
        return 100 * (self.sure - self.sure_right) / max(1, self.readable)

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def as_dict(self) -> dict:
        return asdict(self) | {name: getattr(self, name) for name in RATES}


def total(scores: Iterable[Score]) -> Total:
    scores = list(scores)
    number = max(1, len(scores))
    return Total(
        photos=len(scores),
        **{name: sum(getattr(one, name) for one in scores) for name in COUNTS},
        macro_recall=sum(one.found / max(1, one.readable) for one in scores) / number,
        seconds=sum(one.seconds for one in scores) / number,
    )


def halves(scores: list[Score]) -> dict[str, Total]:
    """The photos at odd and at even places, counted from 1: what was chosen on one half has to hold on the other."""
    return {"odd photos": total(scores[::2]), "even photos": total(scores[1::2])}


@dataclass(frozen=True)
class Language:
    """How much of what can be read in one language was found. What is wrong has no language, so there is only recall."""

    name: str
    readable: int
    found: int

    @property
    def recall(self) -> float:
        return self.found / max(1, self.readable)


def language_table(scores: list[Score]) -> list[Language]:
    """The most common first."""
    counts: dict[str, list[int]] = {}
    for one in scores:
        for n in one.readable_labels:
            count = counts.setdefault(one.labels[n].get("lang") or "unknown", [0, 0])
            count[0] += 1
            count[1] += n in one.answers
    return [Language(name, *count) for name, count in sorted(counts.items(), key=lambda item: (-item[1][0], item[0]))]


@dataclass(frozen=True)
class Bin:
    """Books put forward with a confidence from `low` up to `high`: what they promise and what they keep."""

    low: float
    high: float
    books: int
    promised: float  # their mean confidence
    kept: float  # the share that is right

    @property
    def gap(self) -> float:
        return abs(self.promised - self.kept)

    @property
    def is_telling(self) -> bool:
        return self.books >= LEAST_IN_A_BIN


def calibration(scores: list[Score]) -> list[Bin]:
    """The books put forward by tenths of confidence; tenths without a book are left out."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for one in scores:
        for n, book in enumerate(one.books):
            if book["validated"]:
                place = min(BINS - 1, int(book["confidence"] * BINS + 1e-9))
                bins[place].append((book["confidence"], one.is_right(n)))
    return [
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            books=len(found),
            promised=sum(confidence for confidence, _ in found) / len(found),
            kept=sum(right for _, right in found) / len(found),
        )
        for place, found in enumerate(bins)
        if found
    ]


def worst(bins: list[Bin]) -> Bin | None:
    """The tenth whose confidence is furthest from the truth, of those with enough books."""
    return max((one for one in bins if one.is_telling), key=lambda one: one.gap, default=None)


def first_book_share(scores: list[Score]) -> float | None:
    """Time to the first book against the whole, over the photos where both were measured."""
    reported = [one for one in scores if one.first_book is not None and one.seconds]
    return sum(one.first_book for one in reported) / sum(one.seconds for one in reported) if reported else None
