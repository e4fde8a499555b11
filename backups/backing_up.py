"""Makes a backup of everything while others go on working: the database, the files, and the key in DATA_DIR."""

import fcntl
import io
import shutil
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings

from backups import BackupError, encryption
from backups.archive import FILES, ArchiveWriter
from backups.places import BackupPlace, name_of
from backups.snapshots import DATABASE, copy_database
from backups.stored_files import add_stored_files
from backups.streams import produced_by

SECRET_KEY_FILE = "secret.key"


def make_backup(place: BackupPlace, now: datetime, public_key: str = "") -> str:
    """Returns the name of the new backup."""
    name = name_of(now, encrypted=bool(public_key))
    with (
        _workplace() as folder,
        produced_by(lambda out: _write(out, folder, now)) as plain,
        encryption.encrypted(plain, public_key) if public_key else nullcontext(plain) as stream,
    ):
        place.save(name, stream)
    return name


def _write(out: IO[bytes], workplace: Path, now: datetime):
    """Adds the files, and again those that are new by then, so that few are missing when the database is copied; then those.

    A photo is stored before its row, so the files of all rows are there. One that was deleted with its row after the database
    was copied is most likely in the backup, and one that was deleted before is not."""
    archive = ArchiveWriter(out)
    add_stored_files(archive, 1)
    add_stored_files(archive, 2)
    facts = copy_database(workplace)
    add_stored_files(archive, 3)
    archive.members.delete_unseen(3, FILES)
    for path in sorted(workplace.iterdir()):
        with path.open("rb") as file:
            archive.add(f"{DATABASE}{path.name}", file)
    if (settings.DATA_DIR / SECRET_KEY_FILE).exists():
        archive.add(SECRET_KEY_FILE, io.BytesIO((settings.DATA_DIR / SECRET_KEY_FILE).read_bytes()))
    archive.finish({"version": settings.VERSION, "begun": now.isoformat(), **facts})


@contextmanager
def _workplace() -> Generator[Path]:
    """A folder for one backup at a time; what a killed one left there is deleted."""
    folder = settings.DATA_DIR / "backup-in-progress"
    with open(settings.DATA_DIR / "backup.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError("Another backup is running.") from error
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)
