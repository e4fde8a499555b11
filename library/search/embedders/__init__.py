"""Embedders turn text into vectors: one file each. They get what they need through their constructor and import no settings."""

from dataclasses import dataclass

import numpy as np

from jobs.errors import ProviderError


class EmbedderError(ProviderError):
    """A text could not be turned into a vector."""


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
