"""Combines two models: one for English, which is better at the subjects of books, and one for sixteen languages."""

import numpy as np

from library.search.embedders import Made, unit

SECOND = 0.5  # weight of the second model's similarity relative to the first (measured: docs/search.md)
SECOND_ABROAD = 3  # the same for queries that are not in English
ENGLISH = 1.55  # word pieces per word, at most: other languages fall into more of the English model's pieces


class JointEmbedder:
    """Concatenates the vectors, so that the similarity is the weighted mean of both."""

    least = 0.31  # minimum similarity: it excludes half of what no library has, and a fiftieth of what it has

    def __init__(self, first, second):
        self.first, self.second = first, second
        self.name = f"{first.name} + {second.name}"[:100]
        self.size = first.size + second.size
        self.knows = first.knows

    def embed(self, texts: list[str]) -> Made:
        rows = [self.first.embed(texts).vectors, self.second.embed(texts).vectors * SECOND**0.5]
        return Made(unit(np.hstack(rows)))

    def asking(self, texts: list[str]) -> Made:
        """Vectors of queries; one in another language leans on the second model, as the mean of the two that it gives."""
        rows = self.embed(texts).vectors
        abroad = [self.first.pieces_per_word(text) > ENGLISH for text in texts]
        rows[abroad, : self.first.size] *= (1 + SECOND) / (1 + SECOND_ABROAD)
        rows[abroad, self.first.size :] *= SECOND_ABROAD / SECOND * (1 + SECOND) / (1 + SECOND_ABROAD)
        return Made(rows)
