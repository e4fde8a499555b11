"""`manage.py scan`: files in, a table or JSON out, and scans kept where a user is named."""

import json
import threading

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from scanning import pipeline, uploads
from scanning.models import Candidate, Scan, Stage
from tests.scanning.photos import photo
from tests.work import FAKES, queued, work_off

pytestmark = pytest.mark.slow

FINAL = {"title", "author", "isbn", "confidence", "validated", "band", "source", "spineText", "region", "shelf", "position"}


@pytest.fixture(autouse=True)
def fake_world(settings):
    for name, value in FAKES.items():
        setattr(settings, name, value)


@pytest.fixture
def shelf(tmp_path):
    path = tmp_path / "shelf.jpg"
    path.write_bytes(photo().getvalue())
    return path


def scan(capsys, *arguments) -> list[dict]:
    call_command("scan", *map(str, arguments), "--json")
    return json.loads(capsys.readouterr().out)


def test_json_is_a_list_with_one_object_a_photo(db, shelf, tmp_path, capsys):
    other = tmp_path / "other.jpg"
    other.write_bytes(photo("navy").getvalue())
    found = scan(capsys, shelf, other)
    assert [one["photo"] for one in found] == [str(shelf), str(other)]
    assert found[0]["engine"] == {"ocr": "fake", "proposer": "fake", "catalogs": ["fake"]}
    assert set(found[0]["timings"]) == {"read", "propose", "validate"}
    assert found[0]["lines"] == 3
    assert found[0]["cost"] == {"usd": 0, "calls": 0}
    assert found[0]["jobId"] != found[1]["jobId"]


def test_books_come_in_the_final_form_and_in_shelf_order(db, shelf, capsys):
    books = scan(capsys, shelf)[0]["books"]
    assert [(book["title"], book["validated"]) for book in books][:2] == [("Middlemarch", True), ("Walden", True)]
    assert (books[2]["validated"], books[2]["spineText"]) == (False, ["Kitchen Garden Almanac"])
    assert all(set(book) >= FINAL for book in books)


def test_without_a_user_nothing_is_kept(db, shelf, capsys):
    scan(capsys, shelf)
    assert not Scan.objects.exists()
    assert not default_storage.exists("uploads")


def test_the_table_shows_place_band_and_title(db, shelf, capsys):
    call_command("scan", str(shelf))
    out = capsys.readouterr().out
    assert "3 lines" in out
    assert any(line.split()[0] == "1.1" and "Middlemarch" in line for line in out.splitlines() if line.split())


def test_other_engines_are_called_by_name(db, shelf, capsys, settings):
    settings.OCR, settings.PROPOSER = "local", "rules"
    found = scan(capsys, shelf, "--ocr", FAKES["OCR"], "--proposer", FAKES["PROPOSER"])
    assert found[0]["engine"]["ocr"] == "fake"


# ── Kept for a user ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_with_a_user_the_scan_is_kept_for_review(owner, shelf, capsys):
    found = scan(capsys, shelf, "--user", "olive")[0]
    kept = Scan.objects.of(owner).get()
    assert (kept.status, kept.job_id) == (Scan.Status.COMPLETE, found["jobId"])
    assert [book["title"] for book in found["books"]] == [str(row) for row in Candidate.objects.of(owner)]
    assert set(found["timings"]) >= {"read", "propose", "validate"}
    assert found["lines"] == 3


def test_the_wanted_engines_are_used_for_a_kept_scan_too(owner, shelf, capsys, settings):
    settings.OCR, settings.PROPOSER = "local", "rules"
    scan(capsys, shelf, "--user", "olive", "--ocr", FAKES["OCR"], "--proposer", FAKES["PROPOSER"])
    assert Scan.objects.get().engine["ocr"] == "fake"


def test_what_the_queue_delivers_later_finds_it_done(owner, shelf, capsys, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        scan(capsys, shelf, "--user", "olive")
    events = list(Scan.objects.get().events.values_list("seq", "type"))
    assert queued()
    work_off()
    assert list(Scan.objects.get().events.values_list("seq", "type")) == events


def test_a_worker_that_is_quicker_with_a_stage_is_waited_for(on_disk, owner, monkeypatch):
    monkeypatch.setenv("FAKE_READ_SECONDS", "0.5")
    taken = uploads.take_in_upload(owner, photo(), "shelf.jpg")

    def worker():
        pipeline.run_stage(taken.pk, Stage.READ)
        connection.close()

    quicker = threading.Thread(target=worker)
    quicker.start()
    while not Scan.objects.filter(pk=taken.pk).exclude(lease="").exists():
        assert quicker.is_alive()
    assert pipeline.run_through(taken.pk).status == Scan.Status.COMPLETE
    quicker.join()


def test_the_same_photo_twice_is_said_in_a_sentence(owner, shelf, capsys):
    scan(capsys, shelf, "--user", "olive")
    with pytest.raises(CommandError, match="scanned this photo before"):
        scan(capsys, shelf, "--user", "olive")
    assert Scan.objects.count() == 1


def test_an_unknown_user_is_said_in_a_sentence(db, shelf):
    with pytest.raises(CommandError, match="no user called nobody"):
        call_command("scan", str(shelf), "--user", "nobody")


@pytest.mark.parametrize(("name", "content"), [("words.jpg", b"not a picture"), ("empty.jpg", b"")])
def test_what_is_no_photo_is_named(db, tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CommandError, match=name):
        call_command("scan", str(path))


def test_a_file_that_is_not_there_is_named(db, tmp_path):
    with pytest.raises(CommandError, match=r"missing\.jpg"):
        call_command("scan", str(tmp_path / "missing.jpg"))
