"""The format of a backup: what was written is read again, and whatever is damaged is noticed."""

import io
from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backups import BackupError, encryption
from backups.archive import ArchiveWriter, check_archive
from tests.properties import quick

FACTS = {"version": "1", "database": "sqlite", "migrations": []}
names = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=200)
contents = st.dictionaries(names.map("files/{}".format), st.binary(max_size=3000), max_size=6)
places, changes = st.floats(0, 1, exclude_max=True), st.integers(1, 255)
SECRET, PUBLIC = encryption.new_key()


def pack(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    archive = ArchiveWriter(out)
    for name, data in files.items():
        archive.add(name, io.BytesIO(data))
    archive.finish(FACTS)
    return out.getvalue()


def alter(data: bytes, where: float, change: int) -> bytes:
    place = int(where * len(data))
    return data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]


def unpack(packed: bytes) -> dict[str, bytes]:
    checked = check_archive(io.BytesIO(packed))
    assert checked.facts == {"format": 1, **FACTS}
    return {name: file.read() for name, file in checked.extract(io.BytesIO(packed))}


@quick
@given(contents)
def test_any_file_under_any_name_comes_back(files):
    assert unpack(pack(files)) == files


@quick
@given(contents, places)
def test_a_backup_that_is_cut_off_anywhere_is_refused(files, where):
    packed = pack(files)
    with pytest.raises(BackupError):
        check_archive(io.BytesIO(packed[: int(where * len(packed))]))


@quick
@given(contents, places, changes)
def test_an_altered_byte_is_noticed_or_changes_nothing(files, where, change):
    with suppress(BackupError):
        assert unpack(alter(pack(files), where, change)) == files, "only what gzip's header says about itself may differ"


@quick
@given(contents, places, changes)
def test_an_altered_byte_of_an_encrypted_backup_is_always_noticed(files, where, change):
    encrypted = encrypt(pack(files))
    with pytest.raises(BackupError):
        decrypt(alter(encrypted, where, change), SECRET)


@quick
@given(st.binary(max_size=2000))
def test_what_is_no_backup_is_refused(data):
    with pytest.raises(BackupError):
        check_archive(io.BytesIO(data))


@quick
@given(contents)
def test_another_key_opens_nothing(files):
    assume(files)
    encrypted = encrypt(pack(files))
    assert unpack(decrypt(encrypted, SECRET)) == files
    with pytest.raises(BackupError, match="the key is wrong"):
        decrypt(encrypted, encryption.new_key()[0])


def encrypt(data: bytes) -> bytes:
    with encryption.encrypted(io.BytesIO(data), PUBLIC) as stream:
        return stream.read()


def decrypt(data: bytes, secret: str) -> bytes:
    key = encryption.pyrage.x25519.Identity.from_str(secret)
    with encryption.decrypted(io.BytesIO(data), key) as stream:
        return stream.read()


def test_the_later_of_two_members_counts():
    out = io.BytesIO()
    archive = ArchiveWriter(out)
    archive.add("files/a", io.BytesIO(b"half"))
    archive.add("files/b", io.BytesIO(b"b"))
    archive.add("files/a", io.BytesIO(b"whole"))
    archive.finish(FACTS)
    assert unpack(out.getvalue()) == {"files/b": b"b", "files/a": b"whole"}


def test_a_changed_list_of_contents_is_refused():
    forged = io.BytesIO()
    archive = ArchiveWriter(forged)
    archive.add("files/a", io.BytesIO(b"a"))
    archive.members.rows.execute("UPDATE member SET sha256 = 'of something else'")
    archive.finish(FACTS)
    forged.seek(0)
    with pytest.raises(BackupError, match="files/a is missing or has changed"):
        check_archive(forged)
