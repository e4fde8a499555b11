"""`manage.py prepare` brings a database up to date, and leaves alone what an earlier version has made."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from catalogs.models import CatalogRecord
from library.models import UserBook
from tests.factories import make_copy


def test_a_database_of_an_earlier_version_is_named_and_not_touched(owner):
    make_copy(owner, "Dune", "Frank Herbert")
    MigrationRecorder(connection).record_applied("library", "0002_catalog_index")
    tables = connection.introspection.table_names()
    with pytest.raises(CommandError, match=r"created by an earlier version.*export every library as JSON.*import those files"):
        call_command("prepare")
    assert connection.introspection.table_names() == tables
    assert UserBook.objects.get().title == "Dune"


def test_migrations_of_other_packages_are_none_of_its_business(db):
    MigrationRecorder(connection).record_applied("auth", "0099_of_a_newer_django")
    call_command("prepare")
    assert CatalogRecord.objects.exists(), "the built-in catalogue is loaded"
