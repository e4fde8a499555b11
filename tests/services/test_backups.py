"""Backups and moving to another database, with whole processes and a real PostgreSQL."""

import os
import signal
import subprocess
import sys
import uuid
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from tests.requirements import postgresql
from tests.services.product import ROOT, begin_with, until

pytestmark = pytest.mark.services
SEARCH = """
from catalogs.local import LocalCatalog
from django.contrib.auth.models import User
print("catalogue", [r.title for r in LocalCatalog().search("THEBELLJAR PLATH")][:1])
print("next id", User.objects.create_user("new").pk)
"""
POSTINGS = "SELECT coalesce(sum(length(ids) / 4), 0) FROM catalogs_catalogpostings"


class Installation:
    """A folder and a database; its commands run in processes of their own."""

    def __init__(self, folder: Path, database: str = ""):
        folder.mkdir(exist_ok=True)
        self.folder, self.database = folder, database
        self.environment = {**os.environ, "DATA_DIR": str(folder), "DEMO": "0", "DATABASE_URL": database}
        if not database:
            del self.environment["DATABASE_URL"]

    def start(self, *command) -> subprocess.Popen:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen([sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, **pipes)

    def run(self, *command) -> str:
        process = self.start(*command)
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return out

    def fail(self, *command) -> str:
        process = self.start(*command)
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 1, errors
        return errors.strip().splitlines()[-1]

    def rows(self, table: str) -> list:
        with psycopg.connect(self.database) as connection:
            return sorted(connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))).fetchall())

    def ask(self, query: str) -> list:
        with psycopg.connect(self.database) as connection:
            return connection.execute(query).fetchall()

    def tables(self) -> set[str]:
        return {name for (name,) in self.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


@pytest.fixture
def new_database():
    """Makes empty databases, which are dropped afterwards."""
    address, names = urlsplit(postgresql()), []

    def make() -> str:
        names.append(f"bookimg_{uuid.uuid4().hex}")
        with closing(psycopg.connect(address.geturl(), autocommit=True)) as connection:
            connection.execute(f"CREATE DATABASE {names[-1]}")
        return address._replace(path=f"/{names[-1]}").geturl()

    yield make
    with closing(psycopg.connect(address.geturl(), autocommit=True)) as connection:
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def town(tmp_path, migrated):
    """An installation on SQLite with a library and the built-in catalogue."""
    begin_with(migrated, tmp_path)
    made = Installation(tmp_path)
    made.run("prepare")
    made.run("seed_library", "--user", "olive", "--books", "60")
    return made


@pytest.mark.needs("postgresql")
def test_a_town_moves_to_postgresql_and_is_backed_up_and_restored_there(town, tmp_path, new_database):
    moved = Installation(tmp_path, new_database())
    report = town.run("move_database", "--to", moved.database)
    assert "library_userbook" in report and "Every row arrived" in report
    assert "The new database is not empty. Nothing was changed." in town.fail("move_database", "--to", moved.database)
    assert "0 differences in the index, 0 in the vectors" in moved.run("check_index")
    assert moved.ask(POSTINGS) > [(1000,)], "the index of the catalogue came along"
    backups = str(tmp_path / "backups")
    moved.run("backup", "--to", backups)

    restored = Installation(tmp_path / "restored", new_database())
    assert "It has been restored" in restored.run("restore", "--from", backups)
    assert restored.tables() == moved.tables()
    for table in moved.tables():
        assert restored.rows(table) == moved.rows(table), table
    assert (
        restored.ask("SELECT * FROM pg_sequences ORDER BY 2")[0][1:] == moved.ask("SELECT * FROM pg_sequences ORDER BY 2")[0][1:]
    )
    assert "The database is not empty" in restored.fail("restore", "--from", backups)
    assert "This backup is of a database in postgresql" in Installation(tmp_path / "other").fail("restore", "--from", backups)
    restored.run("prepare")
    assert "0 differences in the index, 0 in the vectors" in restored.run("check_index")
    assert "catalogue ['The Bell Jar']\nnext id 2" in restored.run("shell", "-v0", "-c", SEARCH)


@pytest.mark.needs("postgresql")
def test_what_postgresql_cannot_hold_is_refused_and_nothing_is_moved(town, new_database):
    town.run("shell", "-v0", "-c", "from library.models import UserBook; UserBook.objects.filter(pk=1).update(notes='a\\0b')")
    moved = Installation(town.folder, new_database())
    assert "PostgreSQL refuses a row of library_userbook" in town.fail("move_database", "--to", moved.database)
    assert moved.tables() == set()


def test_a_backup_that_is_killed_leaves_none(tmp_path, migrated):
    begin_with(migrated, tmp_path)
    town = Installation(tmp_path)
    photos = tmp_path / "files" / "uploads"
    photos.mkdir(parents=True)
    (photos / "1.jpg").write_bytes(b"a photo")
    os.mkfifo(photos / "2.jpg")  # whoever reads it waits
    backups = tmp_path / "backups"
    process = town.start("backup", "--to", str(backups))
    until(lambda: list(backups.glob("*.part")), 120, "the beginning of a backup")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (photos / "2.jpg").unlink()
    assert "There are no backups there." in town.fail("restore", "--check", "--from", str(backups))
    town.run("backup", "--to", str(backups))
    assert "1 files" in town.run("restore", "--check", "--from", str(backups))
    assert len(list(backups.iterdir())) == 1
