"""A full disk: a sentence for what cannot be saved, reading goes on, and it recovers by itself."""

import errno

import psycopg
import pytest
from django.core.files.storage import FileSystemStorage
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from accounts.full_disk import SENTENCE, is_full_disk, saved_if_possible
from scanning.models import Scan
from tests.api.conftest import Program, token_for
from tests.factories import UserFactory
from tests.scanning.photos import photo


class FullStorage(FileSystemStorage):
    def _save(self, name, content):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def disk(on_disk):
    """Ends where the database ends now, or grows again."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite lets a test limit its size")

    def limit(full: bool):
        with connection.cursor() as cursor:
            if full:
                cursor.execute("VACUUM")
            pages = cursor.execute("PRAGMA page_count").fetchone()[0] if full else 1_000_000
            cursor.execute(f"PRAGMA max_page_count = {pages}")

    yield limit
    limit(full=False)


@pytest.fixture
def olive(on_disk):
    return UserFactory(username="olive")


def until_refused(call):
    """What is left on half-filled pages of the database is used first."""
    return next(answer for answer in (call(number) for number in range(500)) if answer.status_code not in (201, 302))


def test_the_api_answers_in_its_own_form_reads_on_and_recovers(disk, olive):
    program = Program(token_for(olive))
    disk(full=True)
    refused = until_refused(lambda number: program.post("/books", {"title": f"Volume {number}"}))
    assert (refused.status_code, refused.json()) == (507, {"detail": SENTENCE, "code": "disk-full"})
    count = olive.books.count()
    for _ in range(3):
        assert program.get("/books").json()["count"] == count
    disk(full=False)
    assert program.post("/books", {"title": "At last"}).status_code == 201


def test_a_page_answers_with_a_sentence_and_reading_goes_on(disk, olive):
    client = Client()
    client.force_login(olive)
    disk(full=True)
    refused = until_refused(lambda number: client.post(reverse("book_add"), {"title": f"Volume {number}", "status": "read"}))
    assert refused.status_code == 507 and SENTENCE in refused.content.decode()
    assert client.get(reverse("library")).status_code == 200
    disk(full=False)
    assert client.post(reverse("book_add"), {"title": "At last", "status": "read"}).status_code == 302


@pytest.mark.django_db
def test_a_photo_that_cannot_be_stored_leaves_no_scan(owner, settings):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": f"{__name__}.FullStorage"}}
    refused = Program(token_for(owner)).send("/scans", photo=photo())
    assert (refused.status_code, refused.json()["code"]) == (507, "disk-full")
    assert not Scan.objects.exists()


def wrapped(cause: Exception) -> Exception:
    error = DatabaseError("as Django wraps it")
    error.__cause__ = cause
    return error


FULL = [OSError(errno.ENOSPC, ""), OSError(errno.EDQUOT, ""), wrapped(psycopg.errors.DiskFull())]
OTHER = [OSError(errno.EIO, ""), wrapped(psycopg.errors.UniqueViolation()), ValueError("full")]


@pytest.mark.parametrize("error", FULL, ids=repr)
def test_space_may_run_out_in_many_ways(error):
    assert is_full_disk(error)
    with saved_if_possible():
        raise error


@pytest.mark.parametrize("error", OTHER, ids=repr)
def test_other_errors_are_not_hidden(error):
    assert not is_full_disk(error)
    with pytest.raises(type(error)), saved_if_possible():
        raise error
