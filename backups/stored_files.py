"""All files in the storage, and copying those that change into a backup."""

import shutil
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage

from backups import BackupError
from backups.archive import FILES, IN_MEMORY, ArchiveWriter


def list_stored_files() -> Iterator[tuple[str, str]]:
    """The name of every file, and a text that changes with the file."""
    if list_objects := getattr(default_storage, "list_objects", None):
        yield from list_objects()
    else:
        yield from _files_below("")


def _files_below(folder: str) -> Iterator[tuple[str, str]]:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(names):
        key = f"{folder}{name}"
        try:
            yield key, f"{default_storage.size(key)} {default_storage.get_modified_time(key).timestamp()}"
        except FileNotFoundError:  # deleted in the meantime
            continue
    for name in sorted(folders):
        yield from _files_below(f"{folder}{name}/")


def add_stored_files(archive: ArchiveWriter, round_number: int):
    """Adds files that are not in the backup yet, or have changed since they were added."""
    for key, state in list_stored_files():
        name = f"{FILES}{key}"
        if archive.members.mark_seen(round_number, name=name, state=state):
            continue
        try:
            with default_storage.open(key) as file, SpooledTemporaryFile(IN_MEMORY) as copy:
                shutil.copyfileobj(file, copy)
                archive.add(name, copy, state, round_number)
        except FileNotFoundError:  # deleted in the meantime
            continue


def restore_file(key: str, file: IO[bytes]):
    if default_storage.save(key, File(file)) != key:
        raise BackupError(f"The storage could not keep {key} under its name.")
