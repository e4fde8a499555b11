"""Vectors from hashed words and letter sequences: similar wording instead of meaning, if no model is installed."""

import math
import zlib
from collections import Counter

import numpy as np

from library.search import terms
from library.search.embedders import Made, unit

SIZE = 384


class HashingEmbedder:
    name = "hash-384"
    size = SIZE

    def embed(self, texts: list[str]) -> Made:
        return Made(unit([vector(text) for text in texts]))


def vector(text: str) -> np.ndarray:
    found = Counter()
    for word in terms.telling_words(terms.search_words(text)):
        found[word] += 2
        found.update(f"<{word}>"[start : start + 3] for start in range(len(word)))
    row = np.zeros(SIZE, dtype=np.float32)
    for piece, count in found.items():
        number = zlib.crc32(piece.encode())
        row[number % SIZE] += (1 if number >> 31 else -1) * (1 + math.log(count))
    return row
