"""The fitted curve of confidence, judged on photos of sources that it was not fitted on.

For every source of photos the curve is fitted again on all others: on the claims with all works in the catalogue, and on those
with none of the labelled works in it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from scanning import inline_scan
from scanning.confidence import CERTAIN, CHECK
from scanning.evaluation.fitting import MISSING_SHARE, fitted_weights
from scanning.evaluation.open_world import MissingWorks, lookup_without, missing_works
from scanning.evaluation.scoring import Score, assign, score_photo
from scanning.recognition import Recognizer
from scanning.validate import Match, with_confidence

Weights = tuple[float, ...]


@dataclass(frozen=True)
class Claims:
    """What was claimed on one photo, with its label and its source."""

    label: dict
    source: str
    matches: tuple[Match, ...]
    importance: float

    @cached_property
    def open_ones(self) -> list[Match]:
        """The matches whose confidence the curve decides."""
        return [match for match in self.matches if match.grounds and match.grounds.most >= CHECK]

    @cached_property
    def right_ones(self) -> list[bool]:
        books = inline_scan.books([with_confidence(match, CERTAIN) for match in self.open_ones])
        right = assign(self.label["books"], books).values()
        return [n in right for n in range(len(books))]

    def scored(self, weights: Weights) -> Score:
        """The photo's score with the curve of `weights`."""
        again = [with_confidence(m, m.grounds.confidence(weights)) if m.grounds else m for m in self.matches]
        return score_photo(self.label, {"photo": self.label["photo"], "books": inline_scan.books(again)})


def photo_sources(directory: Path) -> dict[str, str]:
    """Photo -> the repository that it is from, by DIR/SOURCES.json; a photo that is not there is a source by itself."""
    path = directory / "SOURCES.json"
    return {one["name"]: one["repo"] for one in json.loads(path.read_text())} if path.exists() else {}


def left_out_scores(
    labels: list[dict], photos: list[Path], sources: dict[str, str], recognizer: Recognizer, missing: MissingWorks | None
) -> tuple[list[Score], Weights]:
    """The photos scored with curves fitted on other sources, and the curve of all. `missing` are the works that the measured
    catalogue lacks."""

    def claimed(lacks: MissingWorks | None, importance: float) -> list[Claims]:
        return list(_claims(labels, photos, sources, recognizer, lacks, importance))

    everything = MissingWorks(missing_works(labels, 1.0))
    fit_on = claimed(None, 1 - MISSING_SHARE) + claimed(everything, MISSING_SHARE)
    measured = claimed(missing, 0.0) if missing else fit_on[: len(labels)]
    curves = {source: _fitted(fit_on, lambda one, out=source: one.source != out) for source in {one.source for one in measured}}
    return [one.scored(curves[one.source]) for one in measured], _fitted(fit_on, lambda one: True)


def _claims(labels, photos, sources, recognizer: Recognizer, lacks: MissingWorks | None, importance: float) -> Iterable[Claims]:
    if lacks:
        recognizer = replace(recognizer, lookup=lookup_without(recognizer.lookup, lacks))
    for label, path in zip(labels, photos, strict=True):
        matches = tuple(inline_scan.matches_on(path, recognizer))
        label = lacks.labels_left(label) if lacks else label
        yield Claims(label, sources.get(label["photo"], label["photo"]), matches, importance)


def _fitted(claims: list[Claims], takes: Callable[[Claims], bool]) -> Weights:
    rows = [
        (match.grounds.traits, is_right, one.importance)
        for one in claims
        if takes(one)
        for match, is_right in zip(one.open_ones, one.right_ones, strict=True)
        if match.grounds
    ]
    traits, right, importance = zip(*rows, strict=True)
    return fitted_weights(np.array(traits), np.array(right, float), np.array(importance))
