"""The recognition of one photo, put together from the environment: an engine that reads, a proposer, the catalogues."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string

from library.catalogs.lookup import Lookup, is_outside
from library.catalogs.lookup import from_settings as lookup_from_settings
from library.catalogs.own import OwnBooks
from scanning import labels, recall, validate
from scanning.memory import Known
from scanning.models import Band
from scanning.ocr import Engine, Found, Line, Progress, Quad
from scanning.proposers import Candidate, Proposer
from scanning.proposers.rules import RulesProposer

ENGINES = {"local": "scanning.ocr.local.LocalOCR"}
PROPOSERS = {"rules": "scanning.proposers.rules.RulesProposer"}


def nothing_seen(region: Quad) -> str:
    """The look of any place, where there is no photo to look at."""
    return ""


@dataclass
class Recognizer:
    """The stages of recognition as plain functions of data; storing, queueing and telling are the pipeline's."""

    engine: Engine
    proposer: Proposer
    lookup: Lookup
    user_id: int | None = None  # whose photo it is, where it is anybody's

    def engine_names(self) -> dict:
        return {
            "ocr": self.engine.name,
            "proposer": self.proposer.name,
            "catalogs": [c.name for c in self.lookup.catalogs if c.name != OwnBooks.name],
        }

    def read(self, image: np.ndarray, progress: Progress, found: Found = lambda lines: None) -> list[Line]:
        return self.engine.read(image, progress, found)

    def preview(self, lines: list[Line], look: recall.Look = nothing_seen) -> list[validate.Match]:
        """The books that the first lines surely are, by the catalogues that answer at once: shown while the rest is read."""
        quick = Lookup([catalog for catalog in self.lookup.catalogs if not is_outside(catalog)])
        ask = partial(validate.match, lookup=quick)
        matches = recall.matches(Known(self.user_id), lines, RulesProposer().propose(lines), look, ask)
        return [match for match in matches if match.band == Band.SURE]

    def propose(self, lines: list[Line], image: np.ndarray) -> list[Candidate]:
        return self.proposer.propose(lines, image)

    def validate(
        self, lines: list[Line], candidates: list[Candidate], progress: Progress, look: recall.Look = nothing_seen
    ) -> list[validate.Match]:
        """The books of the photo: what its owner has decided before first, the rest by the catalogues.

        `look` tells how a place of the photo looks (scanning.looks)."""
        ask = partial(validate.match, lookup=self.lookup, progress=progress)
        found = recall.matches(Known(self.user_id), lines, candidates, look, ask)
        return validate.in_shelf_order(labels.tidied(lines, found))

    @property
    def problems(self) -> list[str]:
        return self.lookup.problems


def provider(name: str, known: dict[str, str]):
    """The class called `name`: one of ours, or any other by its dotted path."""
    return import_string(known.get(name, name))


@cache
def engine_named(name: str) -> Engine:
    """One a process, because its models are loaded once."""
    return provider(name, ENGINES)()


def from_settings(ocr: str = "", proposer: str = "", catalogs: Sequence[str] = (), user=None) -> Recognizer:
    """What the environment names; `ocr`, `proposer` and `catalogs` stand in for it where they are given.

    What `user` has decided and owns helps with their photos."""
    engine = engine_named(ocr or settings.OCR)
    lookup = lookup_from_settings(names=catalogs)
    if user:
        lookup.catalogs = (OwnBooks(user.pk), *lookup.catalogs)
    return Recognizer(engine, provider(proposer or settings.PROPOSER, PROPOSERS)(), lookup, user.pk if user else None)
