"""Readings kept on disk, so that a change in matching is measured in seconds and without reading all photos again."""

import hashlib
import json
import os
from pathlib import Path

import numpy as np

from scanning.ocr import Engine, Found, Line, Progress


class CachedReadings:
    """An engine that reads each photo once. The readings are another engine's: empty the folder when that one changes."""

    def __init__(self, engine: Engine, directory: Path):
        self.engine, self.directory, self.name = engine, directory, engine.name
        directory.mkdir(parents=True, exist_ok=True)

    def read(self, image: np.ndarray, progress: Progress, found: Found = lambda lines: ()) -> list[Line]:
        path = self.directory / f"{self.name}-{_image_digest(image)}.json"
        if path.exists():
            return [Line.from_dict(data) for data in json.loads(path.read_text())["lines"]]
        lines = self.engine.read(image, progress, found)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps({"lines": [line.as_dict() for line in lines]}, ensure_ascii=False))
        unfinished.rename(path)  # whole or not at all, also when the measuring is stopped
        return lines


def _image_digest(image: np.ndarray) -> str:
    """Of what is seen: the same photo has one reading under whatever name."""
    return hashlib.sha256(repr(image.shape).encode() + np.ascontiguousarray(image).data).hexdigest()[:32]
