"""Who turns text into vectors: one file each. Every one is given what it needs when it is made, and asks no settings."""

from dataclasses import dataclass

import numpy as np


class EmbedderError(Exception):
    """A sentence for people, and whether trying again can help."""

    def __init__(self, sentence: str, permanent: bool = False):
        super().__init__(sentence)
        self.permanent = permanent


@dataclass(frozen=True)
class Made:
    """Vectors of length 1, one row a text, and what they cost."""

    vectors: np.ndarray
    usd: float = 0.0


def unit(rows) -> np.ndarray:
    """Each row scaled to length 1; one that is nothing stays so."""
    rows = np.asarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(lengths, 1e-12)
