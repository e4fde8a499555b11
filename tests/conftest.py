"""The cast: an owner with books, and a stranger who must never see them."""

import pytest
from django.contrib.auth import get_user_model
from django.db.backends.signals import connection_created
from django.test import Client


def without_table_locks(connection, **_):
    """The threads of a test share one SQLite in memory, where a reader would refuse a writer instead of letting it wait."""
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA read_uncommitted = 1")


connection_created.connect(without_table_locks)
pytest_plugins = ["tests.requirements"]  # skips, with a visible line, what needs a server or a browser that is not there


@pytest.fixture(autouse=True)
def quick_and_apart(settings, tmp_path):
    """Cheap passwords, a cache of its own and files that go away: no test sees what another left."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}}
    settings.CATALOGS = ["local"]  # no test asks the internet
    settings.COVERS = "off"
    settings.WHITENOISE_AUTOREFRESH = True  # else every client looks through all static files first
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files", "base_url": None},
        },
    }


@pytest.fixture
def owner(db):
    return get_user_model().objects.create_user("olive", "olive@example.org", "shelf-of-olive")


@pytest.fixture
def stranger(db):
    return get_user_model().objects.create_user("stan", "stan@example.org", "shelf-of-stan")


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
