"""Encrypted backups in the age format (https://age-encryption.org), which the program `age` also reads.

The public key is enough to make them, so the server that is backed up need not hold the key that reads them."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyrage

from backups import BackupError
from backups.streams import produced_by

SUFFIX = ".age"


def new_key() -> tuple[str, str]:
    """A new secret key and its public key."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def read_secret_key(path: Path) -> pyrage.x25519.Identity:
    """The key in a file as `age-keygen` or `manage.py backup --new-key` writes it."""
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
        return pyrage.x25519.Identity.from_str(next(line for line in lines if line and not line.startswith("#")))
    except (OSError, StopIteration, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise BackupError(f"{path} holds no secret key, which begins with AGE-SECRET-KEY-.") from error


@contextmanager
def encrypted(stream: IO[bytes], public_key: str) -> Generator[IO[bytes]]:
    try:
        recipient = pyrage.x25519.Recipient.from_str(public_key)
    except pyrage.RecipientError as error:
        raise BackupError(f"BACKUP_KEY must be a public key, which begins with age1, not {public_key[:8]!r}…") from error
    with produced_by(lambda out: pyrage.encrypt_io(stream, out, [recipient])) as made:
        yield made


@contextmanager
def decrypted(stream: IO[bytes], key: pyrage.x25519.Identity) -> Generator[IO[bytes]]:
    with produced_by(lambda out: _decrypt(stream, out, key)) as made:
        yield made


def _decrypt(stream: IO[bytes], out: IO[bytes], key: pyrage.x25519.Identity):
    try:
        pyrage.decrypt_io(stream, out, [key])
    except (pyrage.DecryptError, OSError) as error:
        raise BackupError(f"The backup cannot be decrypted: the key is wrong or the backup is damaged ({error}).") from error
