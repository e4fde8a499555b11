"""Installations in folders: one that is backed up, and empty ones to restore it into."""

import itertools
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection

from backups.places import place_of


@dataclass
class Installations:
    """Switches the database, the storage and DATA_DIR to another folder, as a process with another DATA_DIR would find them."""

    settings: object
    folder: Path
    numbers: object

    def use(self, place: Path):
        connection.close()
        connection.settings_dict["NAME"] = str(place / "bookimg.sqlite3")
        self.settings.DATA_DIR = place
        options = {"location": place / "files", "base_url": None}
        storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
        self.settings.STORAGES = {**self.settings.STORAGES, "default": storage}

    def use_empty(self) -> Path:
        place = self.folder / f"empty-{next(self.numbers)}"
        place.mkdir()
        self.use(place)
        return place


@pytest.fixture
def installations(on_disk, settings, tmp_path):
    """Begins in one whose database is complete and has no rows."""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite in a folder")
    made = Installations(settings, tmp_path, itertools.count(1))
    name = connection.settings_dict["NAME"]
    place = tmp_path / "first"
    place.mkdir()
    connection.close()
    Path(name).rename(place / "bookimg.sqlite3")
    made.use(place)
    (place / "secret.key").write_text("the key of the first installation")
    yield made
    connection.close()
    connection.settings_dict["NAME"] = name


@pytest.fixture
def place(tmp_path):
    return place_of(str(tmp_path / "backups"))
