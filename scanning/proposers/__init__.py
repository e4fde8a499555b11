"""From lines (and the photo) to spines: which text belongs together and in which order it stands. One file per proposer."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from jobs.errors import ProviderError
from scanning.ocr import Line, Quad, as_quad


class ProposerError(ProviderError):
    """No proposal could be made."""


@dataclass(frozen=True)
class SpineProposal:
    """One spine or cover as proposed: its lines (indices into the photo's lines, in reading order) and its place."""

    lines: tuple[int, ...]
    region: Quad  # in pixels of the upright photo
    shelf: int  # from 1, top to bottom
    position: int  # from 1, left to right on its shelf (bottom to top in a pile)
    title: str = ""  # a guess, where the proposer has one
    author: str = ""
    by_model: bool = False
    model_confidence: float | None = None  # 0..1, where a model proposed it and said how sure it is

    def as_dict(self) -> dict:
        return {
            "lines": list(self.lines),
            "region": [[round(x, 1), round(y, 1)] for x, y in self.region],
            "shelf": self.shelf,
            "position": self.position,
            "title": self.title,
            "author": self.author,
            "byModel": self.by_model,
            "modelConfidence": self.model_confidence,
        }

    @classmethod
    def from_dict(cls, data: dict) -> "SpineProposal":
        place = tuple(data["lines"]), as_quad(data["region"]), data["shelf"], data["position"]
        return cls(*place, data["title"], data["author"], data.get("byModel", False), data.get("modelConfidence"))


class Proposer(Protocol):
    name: str

    def propose(self, lines: list[Line], image: np.ndarray) -> list[SpineProposal]: ...
