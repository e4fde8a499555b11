"""Where backups are kept: in a folder, or in a bucket (`s3://bucket/folder`)."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from backups import BackupError
from backups.streams import open_private

PREFIX, TIME = "bookimg-", "%Y%m%dT%H%M%SZ"
ENDINGS = (".tar.gz", ".tar.gz.age")
PART = 32 << 20  # of an upload; S3 takes 10,000 of them


class BackupPlace(Protocol):
    def names(self) -> list[str]:
        """The whole backups, oldest first."""

    def save(self, name: str, stream: IO[bytes]):
        """Keeps the backup once the stream has ended. Nothing of it remains if the stream fails."""

    def open(self, name: str): ...

    def delete(self, name: str): ...


def place_of(address: str) -> BackupPlace:
    """The folder or bucket with this address. It must not be in the storage, or backups would contain backups."""
    if not address:
        raise BackupError("Set BACKUP_TO to a folder or to s3://bucket/folder, or pass it as an option.")
    if address.startswith("s3://"):
        return _Bucket(address)
    return _Folder(Path(address).expanduser().resolve())


def name_of(moment: datetime, encrypted: bool) -> str:
    return f"{PREFIX}{moment.astimezone(UTC):{TIME}}{ENDINGS[encrypted]}"


def time_of(name: str) -> datetime | None:
    """When the backup of this name was begun; None if the name is not that of a backup."""
    ending = next((ending for ending in reversed(ENDINGS) if name.endswith(ending)), None)
    if not ending or not name.startswith(PREFIX):
        return None
    try:
        return datetime.strptime(name[len(PREFIX) : -len(ending)], TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


class _Folder:
    def __init__(self, path: Path):
        if path.is_relative_to(settings.DATA_DIR / "files"):
            raise BackupError(
                f"Keep backups outside {settings.DATA_DIR / 'files'}, or every backup would contain the earlier ones."
            )
        self.path = path

    def names(self) -> list[str]:
        return sorted(path.name for path in self.path.glob(f"{PREFIX}*") if time_of(path.name))

    def save(self, name: str, stream: IO[bytes]):
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for abandoned in self.path.glob(f"{PREFIX}*.part"):  # by a backup that was killed
            abandoned.unlink()
        draft = self.path / f"{name}.part"
        try:
            with open_private(draft) as file:
                shutil.copyfileobj(stream, file)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self.path / name)
        finally:
            draft.unlink(missing_ok=True)

    @contextmanager
    def open(self, name: str) -> Generator[IO[bytes]]:
        with (self.path / name).open("rb") as file:
            yield file

    def delete(self, name: str):
        (self.path / name).unlink()


class _Bucket:
    """Uploads in parts, which S3 joins to an object at the very end."""

    def __init__(self, address: str):
        parts = urlsplit(address)
        if settings.STORAGE == "s3" and parts.netloc in (settings.S3_BUCKET, settings.S3_RESULTS_BUCKET):
            raise BackupError(
                f"Keep backups in another bucket than {parts.netloc}, or every backup would contain the earlier ones."
            )
        self.folder = f"{parts.path.strip('/')}/".lstrip("/")
        resource = import_string("boto3.Session")(region_name=settings.AWS_REGION).resource("s3")
        self.bucket = resource.Bucket(parts.netloc)

    def names(self) -> list[str]:
        keys = (found.key.removeprefix(self.folder) for found in self.bucket.objects.filter(Prefix=f"{self.folder}{PREFIX}"))
        return sorted(name for name in keys if time_of(name))

    def save(self, name: str, stream: IO[bytes]):
        config = import_string("boto3.s3.transfer.TransferConfig")(multipart_chunksize=PART, use_threads=False)
        self.bucket.upload_fileobj(stream, f"{self.folder}{name}", Config=config)

    @contextmanager
    def open(self, name: str) -> Generator[IO[bytes]]:
        yield self.bucket.Object(f"{self.folder}{name}").get()["Body"]

    def delete(self, name: str):
        self.bucket.Object(f"{self.folder}{name}").delete()
