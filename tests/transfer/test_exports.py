"""What goes out: everything, nothing of others, nothing that a spreadsheet would run, and as a stream."""

import asyncio
import csv
import gc
import io
import json
import tracemalloc
import zipfile
from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import AsyncClient
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from library.copies import bulk_add, tagging
from library.covers import cover_files
from library.models import UserBook
from tests.factories import LoanFactory, ReadingFactory, make_copy, make_scan, make_shelf
from transfer import exports, import_run
from transfer.exports import goodreads, own_json

pytestmark = pytest.mark.slow


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def rows(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(body(response).decode(), newline="")))


def test_the_table_has_the_columns_of_goodreads_and_one_for_half_stars(owner, owner_client):
    make_copy(owner, "Dune", "Frank Herbert", isbn="9780441013593", rating=9, status="reading")
    response = owner_client.get(reverse("export_csv"))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"] and ".csv" in response.headers["Content-Disposition"]
    (row,) = rows(response)
    assert tuple(row) == (*goodreads.COLUMNS, "Half Stars") and len(goodreads.COLUMNS) == 31
    assert (row["ISBN"], row["ISBN13"]) == ('="0441013597"', '="9780441013593"')
    assert (row["Exclusive Shelf"], row["My Rating"], row["Author l-f"]) == ("currently-reading", "5", "Herbert, Frank")


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@sum", "\tx", "＝1+1"])
def test_no_cell_is_a_formula(owner, owner_client, text):
    copy = make_copy(owner, text, text, publisher=text)
    UserBook.objects.filter(pk=copy.pk).update(review=text, notes=text, bought_from=text, condition_note=text, binding=text)
    tagging.set_tags(copy, [text])
    (row,) = rows(owner_client.get(reverse("export_csv")))
    for name, value in row.items():
        assert not value.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) or name in ("ISBN", "ISBN13"), name


def test_nobody_gets_the_books_of_others(owner, stranger, stranger_client):
    make_copy(owner, "Dune", "Frank Herbert")
    make_scan(owner)
    assert rows(stranger_client.get(reverse("export_csv"))) == []
    said = json.loads(body(stranger_client.get(reverse("export_json"))))
    assert (said["books"], said["scans"], said["user"]["username"]) == ([], [], "stan")
    assert b"Dune" not in body(stranger_client.get(reverse("export_json") + "?photos=1"))


def test_the_json_holds_everything(owner, owner_client):
    shelf = make_shelf(owner, room="Study")
    copy = make_copy(owner, "Dune", "Frank Herbert", shelf=shelf, notes="mine", removed=timezone.now())
    ReadingFactory(copy=copy, finished=date(2020, 1, 2))
    LoanFactory(copy=copy)
    tagging.set_tags(copy, ["sand"])
    scan = make_scan(owner)
    scan.candidates.create(
        number=1, band="sure", confidence=1, validated=True, record={"title": "Dune"}, copy=copy, region=[[1, 2]]
    )
    said = json.loads(body(owner_client.get(reverse("export_json"))))
    (book,) = said["books"]
    assert book["removed"] and book["shelf"] == ["Study", "", "Living room"] and book["notes"] == "mine"
    assert book["readings"] == [{"started": None, "finished": "2020-01-02"}]
    assert book["loans"][0]["borrower"] == "Ana" and book["tags"] == ["sand"]
    assert book["edition"]["title"] == "Dune"
    assert book["photos"][0]["page"].startswith("http://testserver/scans/") and book["photos"][0]["region"] == [[1, 2]]
    assert said["scans"][0]["photo"].startswith("http://testserver/scans/")
    assert said["shelves"][0]["room"] == "Study"


def test_every_book_of_several_portions_is_there_once(owner):
    bulk_add.add_copies(owner, [bulk_add.NewCopy({"title": f"Book {n}"}) for n in range(exports.CHUNK * 2 + 7)])
    said = json.loads("".join(own_json.document_lines(owner)))
    assert len({book["title"] for book in said["books"]}) == len(said["books"]) == exports.CHUNK * 2 + 7
    assert len("".join(goodreads.table_lines(owner)).splitlines()) == exports.CHUNK * 2 + 8


def add_long_ones(owner, count: int):
    bulk_add.add_copies(owner, [bulk_add.NewCopy({"title": f"Book {n}", "description": "x" * 2000}) for n in range(count)])


def test_memory_does_not_grow_with_the_library(owner):
    def peak() -> int:
        gc.freeze()  # what was there before need not be gone through at each line
        tracemalloc.start()
        for _ in own_json.document_lines(owner):
            gc.collect()  # rows that point at each other wait for it
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        gc.unfreeze()
        return most

    add_long_ones(owner, 1)
    peak()  # what is loaded at first use does not count
    add_long_ones(owner, 2 * exports.CHUNK)  # one portion is read while the one before is written
    once = peak()
    add_long_ones(owner, 2 * exports.CHUNK)
    assert peak() < 1.5 * once


def test_queries_are_a_few_for_each_portion(owner, django_assert_max_num_queries):
    add_long_ones(owner, 600)
    with django_assert_max_num_queries(4 + 3 * 7):
        assert sum(map(len, own_json.document_lines(owner))) > 1_200_000


def test_the_archive_has_the_photos(owner, owner_client):
    scan = make_scan(owner)
    with zipfile.ZipFile(io.BytesIO(body(owner_client.get(reverse("export_json") + "?photos=1")))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["library.json", f"photos/{scan.job_id}/shelf.jpg"]
        with default_storage.open(scan.photo) as photo:
            assert archive.read(archive.namelist()[1]) == photo.read()


def picture() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((200, 300)).save(out, "WEBP")
    return out.getvalue()


def test_the_archive_brings_uploaded_covers_along(owner, stranger):
    copy = make_copy(owner, "Dune", "Frank Herbert")
    UserBook.objects.filter(pk=copy.pk).update(cover_key=cover_files.store_own_cover(owner, picture()))
    data = b"".join(own_json.archive(owner))
    file = import_run.take(stranger, ContentFile(data, "x.zip"), "x.zip")
    import_run.start(file, {}, here=True)
    import_run.run_import(file.pk, queued=False)
    moved = UserBook.objects.get(user=stranger)
    assert moved.cover_key.startswith(f"covers/own/{stranger.pk}/") and default_storage.exists(moved.cover_key)


def test_under_asgi_it_is_a_stream_too(owner, transactional_db):
    bulk_add.add_copies(owner, [bulk_add.NewCopy({"title": f"Book {n}"}) for n in range(exports.CHUNK + 5)])

    async def parts() -> list[bytes]:
        client = AsyncClient()
        await client.aforce_login(owner)
        response = await client.get(reverse("export_csv"))
        return [part async for part in response.streaming_content]

    received = asyncio.run(parts())
    assert len(received) == 3 and b"".join(received).count(b",Book ") == exports.CHUNK + 5


def test_the_command_writes_what_the_browser_gets(owner, tmp_path):
    make_copy(owner, "Dune", "Frank Herbert")
    call_command("export_books", user="olive", format="goodreads", out=tmp_path / "x.csv", stderr=io.StringIO())
    assert (tmp_path / "x.csv").read_bytes().decode() == "".join(goodreads.table_lines(owner))
    call_command("export_books", user="olive", format="json", out=tmp_path / "x.json", stderr=io.StringIO())
    assert json.loads((tmp_path / "x.json").read_text())["books"][0]["title"] == "Dune"


def test_the_settings_lead_there_in_one_click(owner_client):
    page = owner_client.get(reverse("settings")).content.decode()
    for name in ("export_csv", "export_json", "import_new", "delete_account"):
        assert f'href="{reverse(name)}"' in page
