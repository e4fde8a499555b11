"""A backup made while people go on working, restored into an empty installation."""

import io
import itertools
import random
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from backups import BackupError, encryption
from backups.archive import ArchiveWriter
from backups.backing_up import make_backup
from backups.restoring import check_backup, restore_backup
from backups.stored_files import list_stored_files
from library.models import UserBook
from library.search.hybrid import find_books
from scanning.models import Scan
from tests.backups.test_archive import alter
from tests.factories import UserFactory, make_copy

NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)


def run(*command, **options) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


class Writer(threading.Thread):
    """Uploads a photo at every step, and deletes an earlier one at every third: the rows after step n are known for every n."""

    def __init__(self, user):
        super().__init__(daemon=True)
        self.user, self.step, self.stopping = user, 0, threading.Event()

    def run(self):
        for number in itertools.count(1):
            if self.stopping.is_set():
                break
            key = default_storage.save(f"uploads/{number}.jpg", ContentFile(content(number)))
            Scan.objects.create(user=self.user, job_id=f"job-{number}", photo=key)
            if number % 3 == 0:
                Scan.objects.filter(job_id=f"job-{number - 2}").delete()
                default_storage.delete(f"uploads/{number - 2}.jpg")
            self.step = number
        connection.close()

    def wait_for(self, step: int):
        while self.step < step and self.is_alive():
            time.sleep(0.001)


def content(number: int) -> bytes:
    return f"photo {number} ".encode() * 5000


def scans_after(steps: int) -> set[int]:
    return set(range(1, steps + 1)) - set(range(1, steps - 1, 3))


class Slow:
    """A place that begins to save when told to, and lets the writer go on before every part."""

    def __init__(self, place, writer):
        self.place, self.writer = place, writer

    def save(self, name, stream):
        self.place.save(name, _Pausing(stream, self.writer))


class _Pausing:
    def __init__(self, stream, writer):
        self.stream, self.writer = stream, writer

    def read(self, size):
        self.writer.wait_for(self.writer.step + 2)
        return self.stream.read(4096)


@pytest.mark.slow
def test_a_backup_holds_one_moment_while_people_go_on_working(installations, place):
    writer = Writer(UserFactory())
    writer.start()
    writer.wait_for(20)
    before = writer.step
    name = make_backup(Slow(place, writer), NOW)
    writer.stopping.set()
    writer.join()
    assert writer.step > before + 20
    installations.use_empty()
    restore_backup(place, name)
    scans = {int(scan.job_id[4:]): scan for scan in Scan.objects.all()}
    newest = max(scans)
    assert before <= newest <= writer.step
    assert set(scans) in (scans_after(newest), scans_after(newest) | {newest - 2}), "the last one may not have been deleted yet"
    for number, scan in scans.items():
        if number in scans_after(writer.step) or default_storage.exists(scan.photo):
            assert default_storage.open(scan.photo).read() == content(number)
    assert sum(default_storage.exists(scan.photo) for scan in scans.values()) >= len(scans) - 5, "deleted just then"


def test_everything_is_restored_into_an_empty_installation(installations, place, settings, capsys):
    first = settings.DATA_DIR
    owner = UserFactory(username="olive")
    make_copy(owner, "Dune", "Frank Herbert")
    default_storage.save("covers/own/é 1.jpg", ContentFile(b"a cover"))
    settings.BACKUP_TO = str(place.path)
    assert run("backup").startswith("Made bookimg-")
    empty = installations.use_empty()
    (empty / "secret.key").write_text("made at the first start of any command")
    assert "1 files and the database" in run("restore", place=str(place.path))
    assert UserBook.objects.get().title == "Dune"
    assert default_storage.open("covers/own/é 1.jpg").read() == b"a cover"
    assert (empty / "secret.key").read_text() == (first / "secret.key").read_text()
    assert (empty / "bookimg.sqlite3").stat().st_mode & 0o77 == 0
    assert not list(first.glob("backup-*"))


def test_a_restored_library_is_found_by_its_words(installations, place):
    make_copy(UserFactory(), "The Dispossessed", "Ursula K. Le Guin")
    name = make_backup(place, NOW)
    installations.use_empty()
    restore_backup(place, name)
    copy = UserBook.objects.get()
    assert [hit.copy for hit in find_books(copy.user, "dispossessed", "text").hits] == [copy]
    assert run("check_index").startswith("0 differences in the index")


def test_an_installation_that_is_not_empty_is_refused_and_not_touched(installations, place):
    make_copy(UserFactory(), "Dune", "Frank Herbert")
    name = make_backup(place, NOW)
    make_copy(UserFactory(), "Emma", "Jane Austen")
    with pytest.raises(BackupError, match="The database is not empty"):
        restore_backup(place, name)
    assert UserBook.objects.count() == 2
    installations.use_empty()
    default_storage.save("uploads/1.jpg", ContentFile(b"a photo"))
    with pytest.raises(BackupError, match="There are files in the storage"):
        restore_backup(place, name)
    assert connection.introspection.table_names() == []
    assert [key for key, _ in list_stored_files()] == ["uploads/1.jpg"]


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-30], lambda data: data[: len(data) // 2], lambda data: alter(data, 0.5, 1)]
)
def test_a_damaged_backup_is_refused_and_nothing_is_touched(installations, place, damage):
    default_storage.save("uploads/1.jpg", ContentFile(random.Random(1).randbytes(300_000)))
    name = make_backup(place, NOW)
    path = place.path / name
    path.write_bytes(damage(path.read_bytes()))
    empty = installations.use_empty()
    with pytest.raises(BackupError):
        restore_backup(place, name)
    assert connection.introspection.table_names() == []
    assert not (empty / "files").exists()


def test_an_encrypted_backup_needs_its_own_key(installations, place, settings, tmp_path):
    secret, settings.BACKUP_KEY = encryption.new_key()
    default_storage.save("uploads/1.jpg", ContentFile(b"a photo that nobody may see" * 9))
    settings.BACKUP_TO = str(place.path)
    run("backup")
    assert b"nobody may see" not in (place.path / place.names()[0]).read_bytes()
    for name, text in {"right": f"# a comment\n{secret}\n", "wrong": encryption.new_key()[0], "no": "a key"}.items():
        (tmp_path / name).write_text(text)
    installations.use_empty()
    options = {"place": str(place.path)}
    with pytest.raises(CommandError, match="This backup is encrypted"):
        run("restore", **options)
    with pytest.raises(CommandError, match="the key is wrong"):
        run("restore", key_file=tmp_path / "wrong", **options)
    with pytest.raises(CommandError, match="holds no secret key"):
        run("restore", key_file=tmp_path / "no", **options)
    assert connection.introspection.table_names() == []
    run("restore", key_file=tmp_path / "right", **options)
    assert default_storage.exists("uploads/1.jpg")


@pytest.mark.parametrize("newer", [{"format": 2}, {"migrations": [["library", "0999_of_next_year"]]}])
def test_a_backup_of_a_newer_version_is_refused(installations, place, newer):
    facts = {"version": "99.0", "database": "sqlite", "migrations": [], **newer}
    out = io.BytesIO()
    ArchiveWriter(out).finish(facts)
    out.seek(0)
    place.save("bookimg-20261201T030000Z.tar.gz", out)
    installations.use_empty()
    with pytest.raises(BackupError, match=r"newer version of BookImg \(99.0; this is"):
        restore_backup(place, place.names()[0])


def test_a_backup_that_fails_leaves_nothing_behind(installations, place):
    class Full:
        def read(self, size):
            raise OSError("no space left on the device")

    with pytest.raises(OSError, match="no space"):
        place.save("bookimg-20261201T030000Z.tar.gz", Full())
    assert place.names() == [] == list(place.path.iterdir())


def test_what_a_killed_backup_left_is_not_taken_for_one_and_goes_with_the_next(installations, place):
    place.path.mkdir()
    (place.path / "bookimg-20261130T030000Z.tar.gz.part").write_bytes(b"half")
    assert place.names() == []
    name = make_backup(place, NOW)
    assert [path.name for path in place.path.iterdir()] == [name]
    check_backup(place, name)


def test_two_backups_at_once_do_not_get_in_each_others_way(installations, place):
    class Nested:
        def save(self, name, stream):
            with pytest.raises(BackupError, match="Another backup is running"):
                make_backup(place, NOW)
            place.save(name, stream)

    check_backup(place, make_backup(Nested(), NOW))


def test_old_backups_are_deleted_once_a_new_one_is_whole(installations, place, settings):
    settings.BACKUP_TO, settings.BACKUP_KEEP_DAILY, settings.BACKUP_KEEP_WEEKLY = str(place.path), 1, 1
    old = make_backup(place, datetime(2020, 1, 1, tzinfo=UTC))
    with suppress(CommandError):
        settings.BACKUP_KEY = "no key"
        run("backup")
    assert place.names() == [old]
    settings.BACKUP_KEY = ""
    assert f"Deleted {old}." in run("backup")
    assert len(place.names()) == 1


def test_backups_do_not_go_into_the_storage_that_they_back_up(settings):
    with pytest.raises(CommandError, match="Keep backups outside"):
        run("backup", to=str(settings.DATA_DIR / "files" / "backups"))
    settings.STORAGE, settings.S3_BUCKET = "s3", "photos"
    with pytest.raises(CommandError, match="another bucket than photos"):
        run("backup", to="s3://photos/backups")
    with pytest.raises(CommandError, match="Set BACKUP_TO"):
        run("backup", to="")
