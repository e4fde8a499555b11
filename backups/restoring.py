"""Checks a backup, and restores it into an empty installation."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import IO

from django.conf import settings

from backups import BackupError, encryption
from backups.archive import FILES, FORMAT, CheckedArchive, check_archive
from backups.backing_up import SECRET_KEY_FILE
from backups.places import BackupPlace
from backups.snapshots import is_database_empty, restored_database, unknown_migrations
from backups.stored_files import list_stored_files, restore_file


def check_backup(place: BackupPlace, name: str, key=None) -> CheckedArchive:
    """Reads all of it. Raises BackupError if it is damaged, incomplete, or made by a newer version."""
    with _opened(place, name, key) as stream:
        checked = check_archive(stream)
    if checked.facts["format"] > FORMAT or unknown_migrations(checked.facts["migrations"]):
        version = checked.facts["version"]
        raise BackupError(
            f"This backup was made by a newer version of BookImg ({version}; this is {settings.VERSION}). Update first."
        )
    return checked


def restore_backup(place: BackupPlace, name: str, key=None) -> CheckedArchive:
    """Nothing is touched unless the installation is empty and the backup is whole."""
    if not is_database_empty():
        raise BackupError("The database is not empty. Restore into a new DATA_DIR or a new database; nothing was changed.")
    if next(iter(list_stored_files()), None):
        raise BackupError("There are files in the storage. Restore into a new DATA_DIR or new buckets; nothing was changed.")
    checked = check_backup(place, name, key)
    with _opened(place, name, key) as stream, restored_database(checked.facts) as put_database:
        for member, file in checked.extract(stream):
            if member.startswith(FILES):
                restore_file(member.removeprefix(FILES), file)
            elif member == SECRET_KEY_FILE:
                _restore_secret_key(file)
            else:
                put_database(member, file)
    return checked


def _restore_secret_key(file: IO[bytes]):
    path = settings.DATA_DIR / SECRET_KEY_FILE
    path.touch(mode=0o600)
    path.write_bytes(file.read())


@contextmanager
def _opened(place: BackupPlace, name: str, key) -> Generator[IO[bytes]]:
    with place.open(name) as raw:
        if not name.endswith(encryption.SUFFIX):
            yield raw
        elif key is None:
            raise BackupError("This backup is encrypted. Name the file with its secret key: --key-file FILE")
        else:
            with encryption.decrypted(raw, key) as stream:
                yield stream
