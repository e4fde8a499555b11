"""Static files: addresses that change with the files, so that browsers keep them for good."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.contrib.staticfiles.storage import StaticFilesStorage


class KnownAddresses(StaticFilesStorage):
    """Caches addresses: a page refers to about fifty static files, mostly icons, and looking them up took a tenth of its time."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.url = cache(super().url)


def static_version(folder: Path) -> str:
    """Changes when any file in `folder`, or Django with its own, does. One for all, because files refer to each other."""
    digest = hashlib.sha256(version("Django").encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]
