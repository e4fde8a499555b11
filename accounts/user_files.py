"""Uploaded files and their folders."""

import hashlib
from typing import IO

from django.core.files.storage import default_storage

CHUNK = 1 << 20


def shown_name(filename: str, longest: int, otherwise: str) -> str:
    """The file name in a path from any system, without unprintable characters; `otherwise` if nothing is left."""
    name = (filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in name if c.isprintable()).strip()[-longest:] or otherwise


def sha256_of(file: IO[bytes]) -> str:
    """The hash of the whole file. Rewinds the file afterwards."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def delete_folder(key: str):
    """Deletes all files below `key`, and the empty folders that a disk, unlike a bucket, leaves behind."""
    try:
        folders, names = default_storage.listdir(key)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in names:
        default_storage.delete(f"{key}/{name}")
    for name in folders:
        delete_folder(f"{key}/{name}")
    default_storage.delete(key)
