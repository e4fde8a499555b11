"""The recognition of one photo, put together from the environment: an engine that reads, a proposer, the catalogues."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string

from catalogs.folding import fold
from catalogs.lookup import Lookup, is_outside_catalog
from catalogs.lookup import lookup_from_settings as lookup_from_settings
from library.own_catalog import OwnBooks
from scanning import known_spine_matching, shelf_labels, validate
from scanning.cost_meter import BudgetExceeded, CostMeter
from scanning.known_spines import KnownSpines
from scanning.models import Band
from scanning.ocr import Engine, Found, Line, OCRError, Progress, Quad
from scanning.ocr.boxes import outside
from scanning.proposers import Proposer, ProposerError, SpineProposal
from scanning.proposers.model import supported_words
from scanning.proposers.rules import RulesProposer

ENGINES = {"local": "scanning.ocr.local.LocalOCR", "textract": "scanning.ocr.textract.TextractOCR"}
PROPOSERS = {
    "rules": "scanning.proposers.rules.RulesProposer",
    "bedrock": "scanning.proposers.bedrock.BedrockProposer",
    "openai": "scanning.proposers.openai.OpenAIProposer",
}
LINES_WORTH_A_LOOK = 4  # below, a search of the catalogues finds next to nothing
READ_HERE = "{reason} The photo was read on this server instead."
SORTED_HERE = "{reason} The spines were found on this server instead."


def _nothing_seen(region: Quad) -> str:
    """The look of any place, where there is no photo to look at."""
    return ""


@dataclass
class Recognizer:
    """The stages of recognition as plain functions of data; storing, queueing and telling are the pipeline's."""

    engine: Engine
    proposer: Proposer
    lookup: Lookup
    user_id: int | None = None  # whose photo it is, where it is anybody's
    till: CostMeter = field(default_factory=CostMeter)  # what is bought for this photo
    spare: Callable[[], Engine] | None = None  # who reads where the engine cannot
    notes: list[str] = field(default_factory=list)

    def engine_names(self) -> dict:
        return {
            "ocr": self.engine.name,
            "proposer": self.proposer.name,
            "catalogs": [c.name for c in self.lookup.catalogs if c.name != OwnBooks.name],
        }

    def read(self, image: np.ndarray, progress: Progress, found: Found = lambda lines: ()) -> list[Line]:
        """All lines of a photo. Where an engine elsewhere cannot read it, this machine does and says so. Raises OCRError."""
        try:
            return self.engine.read(image, progress, found)
        except (OCRError, BudgetExceeded) as error:
            if self.spare is None:
                raise OCRError(str(error), getattr(error, "permanent", False)) from error
            self.notes.append(READ_HERE.format(reason=error))
            self.engine = self.spare()
            return self.engine.read(image, progress, found)

    def sure_books(self, lines: list[Line], look: known_spine_matching.Look = _nothing_seen) -> list[validate.Match]:
        """The books that the lines surely are by the catalogues that answer at once."""
        quick = Lookup([catalog for catalog in self.lookup.catalogs if not is_outside_catalog(catalog)])
        ask = partial(validate.match, lookup=quick)
        matches = known_spine_matching.matches(KnownSpines(self.user_id), lines, RulesProposer().propose(lines), look, ask)
        return [match for match in matches if match.band == Band.SURE]

    def propose(self, lines: list[Line], image: np.ndarray) -> list[SpineProposal]:
        """The spines of a photo, with the same way out as `read`. Raises ProposerError."""
        try:
            return self.proposer.propose(lines, image)
        except (ProposerError, BudgetExceeded) as error:
            if self.spare is None:
                raise ProposerError(str(error), getattr(error, "permanent", False)) from error
            self.notes.append(SORTED_HERE.format(reason=error))
            self.proposer = RulesProposer()
            return self.proposer.propose(lines, image)

    def look_at_cover(self, image: np.ndarray) -> dict:
        """What a model that sees reads on a cover, or nothing where there is none or it cannot. Never raises."""
        look = getattr(self.proposer, "look", None)
        if look is None:
            return {}
        try:
            return look(image)
        except (ProposerError, BudgetExceeded) as error:
            self.notes.append(f"{error} The cover was identified from its text alone.")
            return {}

    def validate(
        self,
        lines: list[Line],
        candidates: list[SpineProposal],
        progress: Progress,
        look: known_spine_matching.Look = _nothing_seen,
    ) -> list[validate.Match]:
        """The books of the photo: what its owner has decided before first, the rest by the catalogues.

        `look` tells how a place of the photo looks (scanning.perceptual_hash)."""
        ask = partial(validate.match, lookup=self.lookup, progress=progress)
        found = known_spine_matching.matches(KnownSpines(self.user_id), lines, candidates, look, ask)
        return with_model_readings(validate.in_shelf_order(shelf_labels.without_labels(lines, found)), candidates)

    @property
    def problems(self) -> list[str]:
        return [*self.notes, *self.lookup.problems]


def with_model_readings(matches: list[validate.Match], candidates: list[SpineProposal]) -> list[validate.Match]:
    """The matches with the confidence of a model that proposed their spines, and with the author that it read on them."""
    proposed = {line: candidate for candidate in candidates if candidate.by_model for line in candidate.lines}
    return [_with_model_reading(match, [proposed[line] for line in match.lines if line in proposed]) for match in matches]


def _with_model_reading(match: validate.Match, proposed: list[SpineProposal]) -> validate.Match:
    if not proposed:
        return match
    most = max(proposed, key=proposed.count)  # a match may take lines of two proposals
    author = "" if match.record else supported_words(most.author, fold(" ".join(match.text)))
    return replace(match, author=author, model_confidence=most.model_confidence)


class Preview:
    """The books that are surely known while a photo is being read. Each look is at what stands beside the known ones."""

    def __init__(self, recognizer: Recognizer, look: known_spine_matching.Look = _nothing_seen):
        self.recognizer, self.look, self.known = recognizer, look, []
        self.places: list[Quad] = []  # of the lines that say so; a spine's whole region may reach over its neighbour

    def __call__(self, lines: list[Line]) -> list[Quad]:
        """Looks once more. Answers with the places that need no closer look."""
        left = outside(self.places, lines)
        if len(left) >= LINES_WORTH_A_LOOK:
            shown = [match.record for match in self.known]
            new = [match for match in self.recognizer.sure_books(left, self.look) if match.record not in shown]
            self.places += [left[i].quad for match in new for i in match.lines]
            self.known += new
        return self.places


def _provider(name: str, known: dict[str, str]):
    """The class called `name`: one of ours, or any other by its dotted path."""
    return import_string(known.get(name, name))


@cache
def _cached_engine(name: str) -> Engine:
    """One a process, because its models are loaded once."""
    return _provider(name, ENGINES)()


def engine_named(name: str, till: CostMeter | None = None) -> Engine:
    if name == "textract":
        return _provider(name, ENGINES)(settings.AWS_REGION, till, settings.CLOUD_SECONDS)
    return _cached_engine(name)


def proposer_named(name: str, till: CostMeter | None = None) -> Proposer:
    if name == "bedrock":
        prices = settings.BEDROCK_USD_PER_MILLION_IN, settings.BEDROCK_USD_PER_MILLION_OUT
        return _provider(name, PROPOSERS)(settings.BEDROCK_MODEL_ID, settings.AWS_REGION, *prices, till, settings.CLOUD_SECONDS)
    if name == "openai":
        return _provider(name, PROPOSERS)(settings.PROPOSER_MODEL, settings.PROPOSER_URL, settings.PROPOSER_KEY, till)
    return _provider(name, PROPOSERS)()


def recognizer_from_settings(
    ocr: str = "", proposer: str = "", catalogs: Sequence[str] = (), user=None, till: CostMeter | None = None
) -> Recognizer:
    """What the environment names; `ocr`, `proposer` and `catalogs` stand in for it where they are given.

    What `user` has decided and owns helps with their photos. What is bought is rung up at `till`."""
    till = till or CostMeter()
    ocr, proposer = ocr or settings.OCR, proposer or settings.PROPOSER
    lookup = lookup_from_settings(names=catalogs)
    if user:
        lookup.catalogs = (OwnBooks(user.pk), *lookup.catalogs)
    elsewhere = ocr == "textract" or proposer in ("bedrock", "openai")
    spare = partial(_cached_engine, settings.CLOUD_FALLBACK) if elsewhere and settings.CLOUD_FALLBACK != "off" else None
    return Recognizer(engine_named(ocr, till), proposer_named(proposer, till), lookup, user.pk if user else None, till, spare)
