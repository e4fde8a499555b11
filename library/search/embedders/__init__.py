"""Embedders turn text into vectors: one file each. They get what they need through their constructor and import no settings."""

from dataclasses import dataclass

import numpy as np


class EmbedderError(Exception):
    """An error with a message for people. `permanent` means that trying again does not help."""

    def __init__(self, sentence: str, permanent: bool = False):
        super().__init__(sentence)
        self.permanent = permanent


@dataclass(frozen=True)
class Made:
    """Unit vectors, one row per text, and their cost."""

    vectors: np.ndarray
    usd: float = 0.0


def unit(rows) -> np.ndarray:
    """Scales rows to length 1; zero rows stay zero."""
    rows = np.asarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(lengths, 1e-12)
