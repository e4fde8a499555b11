"""Two models as one: one for English, which knows what books are about best, and one for sixteen languages."""

import numpy as np

from library.search.embedders import Made, unit

SECOND = 0.5  # what likeness by the second counts beside the first (measured: docs/search.md)


class JointEmbedder:
    """Vectors side by side, so that a likeness is the weighed mean of both."""

    least = 0.31  # a likeness below that says nothing: half of what no library has stays below, and a fiftieth of what it has

    def __init__(self, first, second):
        self.first, self.second = first, second
        self.name = f"{first.name} + {second.name}"[:100]
        self.size = first.size + second.size
        self.knows = first.knows

    def embed(self, texts: list[str]) -> Made:
        rows = [self.first.embed(texts).vectors, self.second.embed(texts).vectors * SECOND**0.5]
        return Made(unit(np.hstack(rows)))
