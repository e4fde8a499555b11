"""The command line client, talking to the product itself."""

import hashlib
import importlib.util
import io
import json
from pathlib import Path

import httpx
import pytest
from django.core.wsgi import get_wsgi_application

from library.models import UserBook
from scanning.models import Scan
from tests.api.conftest import token_for
from tests.factories import make_candidate, make_copy, make_scan, make_shelf
from tests.scanning.photos import photo

pytestmark = pytest.mark.usefixtures("connection_kept")
spec = importlib.util.spec_from_file_location("bookimg_client", Path(__file__).parents[2] / "clients/bookimg.py")
client = importlib.util.module_from_spec(spec)
spec.loader.exec_module(client)


@pytest.fixture
def run(owner, capsys):
    """Runs one command line; answers with its exit status, what it said, and what it said beside it."""

    def call(*words, token: str = ""):
        transport = httpx.WSGITransport(get_wsgi_application())
        status = client.main(["--server", "http://localhost", "--token", token or token_for(owner), *words], transport)
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def test_a_photo_that_is_read_already_shows_its_books(run, owner, tmp_path):
    (tmp_path / "shelf.jpg").write_bytes(photo().getvalue())
    server = client.Server("http://localhost", token_for(owner), httpx.WSGITransport(get_wsgi_application()))
    scan = make_scan(owner, job_id="job-of-sunday", sha256=digest(tmp_path / "shelf.jpg"), complete=True)
    make_candidate(scan)
    status, out, err = run("scan", str(tmp_path / "shelf.jpg"), "--accept", "0.9")
    assert (status, out) == (0, "✓ Dune — Frank Herbert\n"), err
    assert "1 added" in err
    assert server.get("/books")["count"] == 1
    assert Scan.objects.count() == 1


def test_a_folder_is_watched_and_what_was_read_is_put_aside(run, owner, tmp_path):
    (tmp_path / "img_1.jpg").write_bytes(photo().getvalue())
    (tmp_path / "img_2.jpg").write_bytes(b"no photo")
    (tmp_path / "notes.txt").write_text("not looked at")
    make_candidate(make_scan(owner, job_id="job-of-sunday", sha256=digest(tmp_path / "img_1.jpg"), complete=True))
    status, out, err = run("watch", str(tmp_path), "--once", "--every", "0", "--accept", "0.9")
    assert (status, out) == (0, "✓ Dune — Frank Herbert\n"), err
    assert [path.name.partition("-")[2] for path in (tmp_path / "done").iterdir()] == ["img_1.jpg"]
    assert [path.name.partition("-")[2] for path in (tmp_path / "refused").iterdir()] == ["img_2.jpg"]
    assert "img_2.jpg: photo:" in err and (tmp_path / "notes.txt").exists()


def test_books_are_listed_with_the_filters_of_the_library(run, owner):
    make_copy(owner, "Emma", "Jane Austen", status="read", shelf=make_shelf(owner, "Attic"))
    make_copy(owner, "Dune", "Frank Herbert")
    assert run("books")[1] == "Dune — Frank Herbert\nEmma — Jane Austen [Attic]\n"
    assert run("books", "--filter", "status=read")[1] == "Emma — Jane Austen [Attic]\n"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_isbns_come_from_the_line_or_from_a_scanner_that_types(run, owner, monkeypatch):
    assert run("isbn", "0-441-47812-3", "--shelf", "Attic")[:2] == (0, "added  9780441478125 ISBN 978-0-441-47812-5\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("9780441478125\n\n9780441478126\n"))
    status, out, err = run("isbn", "-")
    assert (status, out.split()[0]) == (1, "owned") and "check digit" in err
    assert UserBook.objects.of(owner).count() == 1


def test_books_are_found_and_taken_away(run, owner, tmp_path):
    make_copy(owner, "Emma", "Jane Austen")
    assert run("search", "emma")[1] == "Emma — Jane Austen\n"
    assert json.loads(run("--json", "search", "emma")[1])["items"][0]["book"]["title"] == "Emma"
    run("export", str(tmp_path / "books.json"))
    assert json.loads((tmp_path / "books.json").read_text())["books"][0]["title"] == "Emma"


def test_a_wrong_token_is_a_sentence_and_a_status(run):
    status, out, err = run("search", "emma", token="bimg_wrong")
    assert (status, out) == (1, "") and "not valid" in err
    assert client.main(["--token", "", "search", "x"]) == 2


def test_a_bad_line_and_too_many_calls_are_waited_for(owner):
    answers = [
        httpx.ConnectError("gone"),
        httpx.Response(429, headers={"Retry-After": "7"}),
        httpx.Response(200, json={"items": []}),
    ]
    keys, waits = [], []

    def answer(request):
        keys.append(request.headers["Idempotency-Key"])
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    server = client.Server("http://localhost", "x", httpx.MockTransport(answer), waits.append)
    server.post("/books/isbn", {"isbn": "9780441478125"})
    assert waits == [1, 7] and len(set(keys)) == 1, "the same call has the same key however often it is sent"
