"""The cast: an owner with books, and a stranger who must never see them."""

import gc
import hashlib
import itertools
import os
import sqlite3
import sys
import threading
from pathlib import Path

import django
import pytest
from django.db import connection
from django.db.backends.signals import connection_created
from django.db.migrations.loader import MigrationLoader
from django.test import Client, override_settings

from tests.factories import UserFactory, reset_sequences


def without_table_locks(connection, **_):
    """The threads of a test share one SQLite in memory, where a reader would refuse a writer instead of letting it wait."""
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA read_uncommitted = 1")


connection_created.connect(without_table_locks)
pytest_plugins = ["tests.requirements"]  # skips, with a visible line, what needs a server or a browser that is not there


LEFT_OUT = {
    "not services": ("services", "cloud", "test_roles.py", "test_terraform.py"),
    "not slow": ("test_every_call.py", "test_outside_issuer.py", "test_oidc.py", "test_ocr_local.py"),
    "not browser": ("browser",),
}


def pytest_ignore_collect(collection_path, config):
    """What a run leaves out by its mark is not even read: the tools of those tests take longer to load than all others."""
    names = [name for mark, names in LEFT_OUT.items() if mark in config.option.markexpr for name in names]
    return True if collection_path.name in names else None


def pytest_collection_finish(session):
    """What was loaded up to here stays; to go through it again for each cleaning up takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def migrated(request) -> Path | None:
    """Where the empty database after all migrations is kept from one run to the next, named for what those migrations are."""
    cache = getattr(request.config, "cache", None)
    if cache is None or connection.vendor != "sqlite":
        return None
    said = hashlib.sha256(f"{django.VERSION} {sqlite3.sqlite_version}".encode())
    modules = {Path(path) for migration in MigrationLoader(None).disk_migrations.values() if (path := file_of(migration))}
    for path in sorted(modules):
        said.update(path.read_bytes())
    return cache.mkdir("migrated") / f"{said.hexdigest()}.sqlite3"


def file_of(migration) -> str:
    return sys.modules[migration.__module__].__file__


@pytest.fixture(scope="session")
def django_db_modify_db_settings(migrated):
    """Begins with the database that an earlier run kept, so that the migrations find nothing left to do."""
    if migrated is None or not migrated.exists():
        yield
        return
    name = connection.creation._get_test_db_name()
    memory = sqlite3.connect(name, uri=True)  # one database in memory for whoever names it, for as long as somebody holds it
    with sqlite3.connect(migrated) as file:
        file.backup(memory)
    yield
    memory.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, migrated):
    if migrated is not None and not migrated.exists():
        with django_db_blocker.unblock():
            keep(migrated)


def keep(path: Path):
    """Written aside first: other workers do the same at the same time."""
    draft = path.with_suffix(f".{os.getpid()}")
    connection.ensure_connection()
    with sqlite3.connect(draft) as file:
        connection.connection.backup(file)
    file.close()
    draft.replace(path)


@pytest.fixture(autouse=True, scope="session")
def quick():
    """Cheap passwords, and no test asks the internet."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        CATALOGS=["local"],
        COVERS="off",
        WHITENOISE_AUTOREFRESH=True,  # else every client looks through all static files first
    ):
        yield


@pytest.fixture(scope="session")
def places(tmp_path_factory):
    """Paths for the files of tests. Most tests store none, so no folder is made until something is stored."""
    folder = tmp_path_factory.mktemp("places")
    return (folder / str(number) for number in itertools.count(1))


@pytest.fixture(autouse=True)
def apart(settings, places):
    """A cache and a storage of its own: no test sees what another left."""
    reset_sequences()
    place = next(places)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(place)}}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": place, "base_url": None},
        },
    }


@pytest.fixture
def owner(db):
    return UserFactory(username="olive")


@pytest.fixture
def stranger(db):
    return UserFactory(username="stan")


@pytest.fixture
def owner_client(owner):
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def stranger_client(stranger):
    client = Client()
    client.force_login(stranger)
    return client


@pytest.fixture
def on_disk(transactional_db, tmp_path):
    """A database as in production, for threads that race: the one in memory refuses where a file waits for its lock."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    memory, name = connection.connection, connection.settings_dict["NAME"]
    with sqlite3.connect(tmp_path / "race.sqlite3") as file:
        memory.backup(file)
    connection.connection, connection.settings_dict["NAME"] = None, str(tmp_path / "race.sqlite3")
    yield
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = memory, name


@pytest.fixture
def race(on_disk):
    """Calls a function in several threads at the same moment; answers with what each returned or raised."""

    def run(function, times: int = 2) -> list:
        answers, ready = [], threading.Barrier(times)

        def one():
            ready.wait()
            try:
                answers.append(function())
            except Exception as error:
                answers.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    return run
