"""Finds the nearest vectors with an exact scan over one person's vectors, cached in memory until one of them changes."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from library.models import Embedding, EmbeddingStamp

MOST_BYTES = 256 * 1024 * 1024  # for all cached matrices of a process; 10,000 books take 15 MB
STORED = np.dtype("<f2")


@dataclass(frozen=True)
class Matrix:
    stamp: int
    copies: np.ndarray  # primary keys
    rows: np.ndarray  # one unit vector per copy


class _Kept:
    """The most recently used matrices."""

    def __init__(self):
        self.lock = threading.Lock()
        self.matrices: OrderedDict[tuple[int, str, str], Matrix] = OrderedDict()

    def get(self, key, stamp: int) -> Matrix | None:
        with self.lock:
            found = self.matrices.get(key)
            if found is None or found.stamp != stamp:
                return None
            self.matrices.move_to_end(key)
            return found

    def put(self, key, matrix: Matrix):
        with self.lock:
            self.matrices[key] = matrix
            self.matrices.move_to_end(key)
            while len(self.matrices) > 1 and sum(item.rows.nbytes for item in self.matrices.values()) > MOST_BYTES:
                self.matrices.popitem(last=False)


kept = _Kept()


def matrix_of(user, model: str) -> Matrix:
    stamp = EmbeddingStamp.objects.filter(user=user).values_list("count", flat=True).first() or 0
    key = (user.pk, model, Embedding.objects.db)
    return kept.get(key, stamp) or _load(user, model, stamp, key)


def _load(user, model: str, stamp: int, key) -> Matrix:
    rows = list(Embedding.objects.usable(user, model).values_list("copy_id", "size", "vector"))
    size = rows[0][1] if rows else 1
    rows = [(pk, vector) for pk, item, vector in rows if item == size]
    copies = np.fromiter((pk for pk, _ in rows), dtype=np.int64, count=len(rows))
    numbers = np.frombuffer(b"".join(bytes(vector) for _, vector in rows), dtype=STORED).astype(np.float32)
    matrix = Matrix(stamp, copies, numbers.reshape(len(rows), size))
    kept.put(key, matrix)
    return matrix


def nearest(matrix: Matrix, vector: np.ndarray, limit: int, allowed: set[int] | None = None, gone=()) -> list[tuple[int, float]]:
    """The copies nearest to `vector` with their cosine similarity, best first, only among `allowed` and without `gone`."""
    if not len(matrix.copies) or matrix.rows.shape[1] != len(vector):
        return []
    scores = matrix.rows @ np.asarray(vector, dtype=np.float32)
    if allowed is not None:
        inside = np.isin(matrix.copies, np.fromiter(allowed, dtype=np.int64, count=len(allowed)))
        places = np.flatnonzero(inside)
    elif gone:
        places = np.flatnonzero(~np.isin(matrix.copies, list(gone)))
    else:
        places = np.arange(len(scores))
    if len(places) > limit:
        places = places[np.argpartition(scores[places], -limit)[-limit:]]
    places = places[np.lexsort((matrix.copies[places], -scores[places]))]
    return [(int(matrix.copies[place]), float(scores[place])) for place in places]
