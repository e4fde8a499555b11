"""Files that people send, and the folders that hold them."""

import hashlib
from typing import IO

from django.core.files.storage import default_storage

CHUNK = 1 << 20


def shown_name(filename: str, longest: int, otherwise: str) -> str:
    """The last part of a path from any system, without what cannot be shown; `otherwise` where nothing is left."""
    name = (filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in name if c.isprintable()).strip()[-longest:] or otherwise


def sha256_of(file: IO[bytes]) -> str:
    """Of the whole file, which is then at its beginning again."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def delete_folder(key: str):
    """All files below `key`. A disk keeps the empty folder unless it is told; a bucket has none."""
    try:
        folders, names = default_storage.listdir(key)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in names:
        default_storage.delete(f"{key}/{name}")
    for name in folders:
        delete_folder(f"{key}/{name}")
    default_storage.delete(key)
