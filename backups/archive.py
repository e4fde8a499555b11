"""The format of a backup: a tar file, compressed with gzip, whose last member lists all others with their hashes.

A backup that was cut off has no list, so nobody can mistake it for a whole one."""

import gzip
import hashlib
import json
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from backups import BackupError
from backups.streams import CHUNK

FORMAT = 1
CONTENTS = "manifest.jsonl"
FILES = "files/"
IN_MEMORY = 8 << 20  # larger members are copied on the disk
UNREADABLE = (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError, LookupError, TypeError)
LISTED = ("name", "place", "size", "sha256")  # what the list of contents says of a member
TABLE = "CREATE TABLE member (name TEXT PRIMARY KEY, place INT, size INT, sha256 TEXT, state TEXT, seen INT)"


class _Members:
    """The members by name, in a temporary database on the disk, because a town has millions of photos."""

    def __init__(self):
        self.rows = sqlite3.connect("", check_same_thread=False)
        self.rows.execute(TABLE)

    def put(self, name: str, place: int, size: int, sha256: str, state: str = "", seen: int = 0):
        """A later member of the same name replaces an earlier one."""
        self.rows.execute("INSERT OR REPLACE INTO member VALUES (?, ?, ?, ?, ?, ?)", (name, place, size, sha256, state, seen))

    def mark_seen(self, seen: int, **columns) -> bool:
        """Marks the member with these columns; returns whether there is one."""
        wanted = " AND ".join(f"{column} = ?" for column in columns)
        return bool(self.rows.execute(f"UPDATE member SET seen = ? WHERE {wanted}", (seen, *columns.values())).rowcount)

    def delete_unseen(self, seen: int, prefix: str = ""):
        self.rows.execute("DELETE FROM member WHERE seen < ? AND substr(name, 1, ?) = ?", (seen, len(prefix), prefix))

    def __iter__(self) -> Iterator[dict]:
        for row in self.rows.execute(f"SELECT {', '.join(LISTED)} FROM member ORDER BY place"):
            yield dict(zip(LISTED, row, strict=True))

    def count_files(self) -> int:
        return self.rows.execute("SELECT count(*) FROM member WHERE substr(name, 1, ?) = ?", (len(FILES), FILES)).fetchone()[0]

    def total_size(self) -> int:
        return self.rows.execute("SELECT coalesce(sum(size), 0) FROM member").fetchone()[0]


class ArchiveWriter:
    """Writes a backup to a stream. `members` are those that the list of contents will name."""

    def __init__(self, out: IO[bytes]):
        self.packed = gzip.GzipFile(filename="", fileobj=out, mode="wb", compresslevel=1, mtime=0)
        self.tar = tarfile.open(fileobj=self.packed, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - finish() closes it
        self.members, self.place = _Members(), 0

    def add(self, name: str, file: IO[bytes], state: str = "", seen: int = 0):
        """Adds a file that nobody is changing."""
        size, digest = _measure(file)
        self._append(name, file, size)
        self.members.put(name, self.place, size, digest, state, seen)

    def finish(self, facts: dict):
        """Writes the list of contents, headed by `facts`, with its own hash, and the end of the file."""
        with SpooledTemporaryFile(IN_MEMORY) as text:
            digest = hashlib.sha256()
            for entry in ({"format": FORMAT, **facts}, *self.members):
                line = json.dumps(entry).encode() + b"\n"
                digest.update(line)
                text.write(line)
            text.write(json.dumps({"sha256": digest.hexdigest()}).encode() + b"\n")
            size = text.tell()
            text.seek(0)
            self._append(CONTENTS, text, size)
        self.tar.close()
        self.packed.close()

    def _append(self, name: str, file: IO[bytes], size: int):
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self.tar.addfile(member, file)
        self.place += 1


class CheckedArchive:
    """A backup that has been read to its last byte and is as it was written."""

    def __init__(self, facts: dict, members: _Members):
        self.facts, self.members = facts, members

    def extract(self, stream: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
        """The members, from a second reading of the same backup."""
        for place, name, file in _read_members(stream):
            with SpooledTemporaryFile(IN_MEMORY) as copy:
                size, digest = _copy_to(copy, file)
                if self.members.mark_seen(2, name=name, place=place, size=size, sha256=digest):
                    copy.seek(0)
                    yield name, copy
        if any(self.members.rows.execute("SELECT 1 FROM member WHERE seen < 2 LIMIT 1")):
            raise BackupError("The backup changed while it was being restored.")


def check_archive(stream: IO[bytes]) -> CheckedArchive:
    """Reads a whole backup. Raises BackupError if anything in it is missing or different."""
    members, facts = _Members(), None
    try:
        for place, name, file in _read_members(stream):
            if name == CONTENTS:
                facts = _check_contents(file, members)
            else:
                members.put(name, place, *_copy_to(None, file))
    except UNREADABLE as error:
        raise BackupError(f"The backup is damaged or is not a backup ({error or type(error).__name__}).") from error
    if facts is None:
        raise BackupError("The backup is incomplete: it ends before the list of its contents.")
    members.delete_unseen(1)
    return CheckedArchive(facts, members)


def _check_contents(file: IO[bytes], members: _Members) -> dict:
    """Compares the list with what was read, and returns the facts at its head."""
    head = file.readline()
    digest = hashlib.sha256(head)
    for line in file:
        entry = json.loads(line)
        if "name" not in entry:
            if entry["sha256"] != digest.hexdigest():
                raise BackupError("The backup is damaged: the list of its contents has changed.")
            return json.loads(head)
        digest.update(line)
        if not members.mark_seen(1, **{column: entry[column] for column in LISTED}):
            raise BackupError(f"The backup is damaged: {entry['name']} is missing or has changed.")
    raise BackupError("The backup is incomplete: the list of its contents breaks off.")


def _read_members(stream: IO[bytes]) -> Iterator[tuple[int, str, IO[bytes]]]:
    with gzip.GzipFile(fileobj=stream, mode="rb") as packed:
        with tarfile.open(fileobj=packed, mode="r|") as tar:
            for place, member in enumerate(tar, start=1):
                if not (file := tar.extractfile(member)):
                    raise BackupError(f"The backup is damaged: {member.name} is not a file.")
                yield place, member.name, file
                tar.members = []  # tarfile would remember all of them
        while packed.read(CHUNK):
            pass  # to the checksum at the end


def _measure(file: IO[bytes]) -> tuple[int, str]:
    file.seek(0)
    found = _copy_to(None, file)
    file.seek(0)
    return found


def _copy_to(out: IO[bytes] | None, file: IO[bytes]) -> tuple[int, str]:
    """The size and the hash of a file, which is copied to `out` if there is one."""
    size, digest = 0, hashlib.sha256()
    while chunk := file.read(CHUNK):
        size += len(chunk)
        digest.update(chunk)
        if out:
            out.write(chunk)
    return size, digest.hexdigest()
