"""A photo of one book: by the numbers on it, else by all of its text; through the same stages as a shelf's."""

import io
import json

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.urls import reverse
from PIL import Image

from catalogs import Record
from catalogs.lookup import Lookup
from library.models import Entry, SyncStatus, UserBook
from scanning import cover_stages, pipeline, review, uploads
from scanning.barcodes import Code
from scanning.models import Band, Scan
from scanning.ocr import Line
from scanning.proposers import covers
from tests.scanning.barcode_pictures import GARDEN, back_cover, blurred, some_isbn
from tests.scanning.photos import DUNE, DUNE_UK, EMMA, SmallCatalog
from tests.scanning.test_validate import Shelf

NOBODYS = some_isbn(3)
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def line(text: str, top: int, height: int = 40, confidence: float = 0.97) -> Line:
    right = 60 + len(text) * height * 0.5
    return Line(text, confidence, ((60, top), (right, top), (right, top + height), (60, top + height)))


COVER = [
    line("“A masterpiece.” The Times", 40, 24),
    line("DUNE", 200, 160),
    line("Frank Herbert", 500, 70),
    line("Winner of the Hugo Award", 900, 28),
]


class Reader:
    """Reads the cover above from any photo, and counts how often."""

    name = "given"
    lines: list[Line] = COVER
    reads = 0

    def read(self, image, progress, found=None):
        Reader.reads += 1
        progress(1, 1)
        return self.lines


@pytest.fixture(autouse=True)
def world(settings):
    settings.OCR, settings.CATALOGS = f"{__name__}.Reader", ["tests.scanning.photos.SmallCatalog"]
    Reader.lines, Reader.reads = COVER, 0


def upload(user, image: np.ndarray, **more) -> Scan:
    out = io.BytesIO()
    Image.fromarray(image).save(out, "JPEG", quality=92)
    out.seek(0)
    scan = uploads.take_in_upload(user, out, "book.jpg", kind=Scan.Kind.COVER, **more)
    return pipeline.run_through(scan.pk)


def blank() -> np.ndarray:
    return np.full((1200, 900, 3), 240, np.uint8)


def titles(scan: Scan) -> list[tuple[str, str]]:
    return [(row.record["title"], row.band) for row in scan.candidates.all()]


def lookup() -> Lookup:
    return Lookup([SmallCatalog()])


def test_a_front_cover_becomes_the_one_book_that_it_is(owner):
    scan = upload(owner, blank())
    assert scan.status == Scan.Status.COMPLETE
    row = scan.candidates.get()
    assert (row.record["title"], row.record["authors"]) == ("Dune", ["Frank Herbert"])
    assert row.band == Band.SURE and row.validated
    assert [other["isbn"] for other in row.alternatives] in ([DUNE.isbn], [DUNE_UK.isbn])  # the other edition, behind one tap


class SeeingProposer:
    """Sees the same cover on any photo."""

    name = "seeing"
    answer: dict = {}

    def propose(self, lines, image):
        return []

    def look(self, image):
        return covers.cleaned(self.answer)


def test_what_a_model_reads_beyond_the_title_is_kept_with_the_proposal_and_the_book_and_shown(owner, owner_client, settings):
    settings.PROPOSER = f"{__name__}.SeeingProposer"
    prints = {"format": "Paperback", "price": "£3.99 <b>net</b>", "": "nameless", "empty": None}
    SeeingProposer.answer = {
        "title": "Dune",
        "authors": ["Frank Herbert"],
        "edition": "Third impression",
        "specifications": prints,
    }
    scan = upload(owner, blank())
    kept = {"edition": "Third impression", "format": "Paperback", "price": "£3.99 <b>net</b>"}
    row = scan.candidates.get()
    assert row.specifications == kept
    shown = "Price: £3.99 &lt;b&gt;net&lt;/b&gt;"
    assert shown in owner_client.get(scan.get_absolute_url()).content.decode()
    assert owner_client.get(f"/api/v1/scans/{scan.job_id}/results").json()["books"][0]["specifications"] == kept
    copy = review.accept_candidate(row.pk, owner).copy
    scan.delete()
    assert shown in owner_client.get(copy.get_absolute_url()).content.decode()
    assert owner_client.get(f"/api/v1/books/{copy.pk}").json()["specifications"] == kept


def test_the_picture_of_the_proposal_is_the_cover(owner):
    scan = upload(owner, blank())
    left, top = scan.candidates.get().region[0]
    right, bottom = scan.candidates.get().region[2]
    assert (left, top) == (60, 40) and right > 500 and bottom == 928
    assert default_storage.exists(scan.spine_key(1))


def test_a_cover_that_no_catalogue_knows_is_shown_as_what_was_read(owner):
    Reader.lines = [line("KITCHEN GARDEN", 200, 120), line("Almanac of the year", 500, 30)]
    row = upload(owner, blank()).candidates.get()
    assert (row.band, row.validated, row.record["title"]) == (Band.UNREAD, False, "KITCHEN GARDEN")
    assert row.record["isbn"] == ""


def test_a_photo_without_text_has_no_book(owner):
    Reader.lines = []
    scan = upload(owner, blank())
    assert scan.status == Scan.Status.COMPLETE and not scan.candidates.exists()


def test_barcodes_are_the_books_they_name_and_nothing_else_is_read(owner):
    scan = upload(owner, back_cover((DUNE.isbn, EMMA.isbn)))
    assert titles(scan) == [("Dune", Band.SURE), ("Emma", Band.SURE)]
    assert Reader.reads == 0
    assert json.loads(default_storage.open(scan.result_key("ocr.json")).read())["codes"][0]["isbn"] == DUNE.isbn


def test_bars_that_cannot_be_read_are_read_by_the_print_under_them(owner):
    Reader.lines = [line('9"780441"172719"', 300), line("ISBN 978-0-441-17271-9", 100)]
    assert titles(upload(owner, blurred(back_cover((DUNE.isbn,)), 30))) == [("Dune", Band.SURE)]


def test_a_title_page_with_an_isbn_is_the_book_of_that_number(owner):
    Reader.lines = [*COVER, line("ISBN 978-0-14-143958-7", 1000, 24)]
    assert titles(upload(owner, blank())) == [("Emma", Band.SURE)]


def test_a_number_that_nobody_knows_is_to_be_checked_and_is_added_under_that_number(owner):
    scan = upload(owner, back_cover((NOBODYS,)))
    row = scan.candidates.get()
    assert (row.band, row.validated, row.record["isbn"]) == (Band.CHECK, False, NOBODYS)
    review.accept_candidate(row.pk, owner)
    copy = UserBook.objects.get()
    assert (copy.isbn13, copy.entry) == (NOBODYS, Entry.COVER)
    assert copy.sync_status == SyncStatus.PENDING  # the catalogues are searched again later


def test_what_is_accepted_is_in_the_library_by_a_cover_photo(owner):
    review.accept_candidate(upload(owner, blank()).candidates.get().pk, owner)
    copy = UserBook.objects.get()
    assert (copy.title, copy.entry) == ("Dune", Entry.COVER)


def test_the_barcode_of_something_else_is_said_to_be_that(owner):
    Reader.lines = []
    scan = upload(owner, back_cover(("4006381333931",)))
    assert not scan.candidates.exists()
    assert scan.notes == ["The barcode 4006381333931 is not from a book: those begin with 978 or 979."]


def test_every_stage_may_be_done_twice(owner):
    scan = upload(owner, back_cover((DUNE.isbn, EMMA.isbn)))
    Scan.objects.filter(pk=scan.pk).update(stage="read", status=Scan.Status.READING)
    assert titles(pipeline.run_through(scan.pk)) == [("Dune", Band.SURE), ("Emma", Band.SURE)]


def test_a_scan_again_is_of_the_same_kind(owner):
    assert uploads.scan_again(upload(owner, blank())).kind == Scan.Kind.COVER


def test_the_kind_is_chosen_on_the_upload_page(owner, owner_client):
    page = owner_client.get(reverse("scan_new"), {"kind": "cover"}).content.decode()
    assert 'value="cover" id="id_kind_1" checked' in page
    out = io.BytesIO()
    Image.fromarray(back_cover((GARDEN,))).save(out, "JPEG")
    out.seek(0)
    out.name = "garden.jpg"
    owner_client.post(reverse("scan_new"), {"kind": "cover", "photos": out})
    assert Scan.objects.get().kind == Scan.Kind.COVER


def test_a_photo_without_a_kind_is_a_shelf(owner, owner_client):
    out = io.BytesIO()
    Image.fromarray(blank()).save(out, "JPEG")
    out.seek(0)
    out.name = "shelf.jpg"
    owner_client.post(reverse("scan_new"), {"photos": out})
    assert Scan.objects.get().kind == Scan.Kind.SHELF


@pytest.mark.parametrize("kind", ["spine", "COVER", "x" * 5000])
def test_a_kind_that_there_is_not_is_refused(owner, owner_client, kind):
    answer = owner_client.post(reverse("scan_new"), {"kind": kind, "photos": io.BytesIO(b"x")})
    assert answer.status_code == 422 and not Scan.objects.exists()


def test_praise_does_not_make_another_book():
    """The name of another book on a cover does not outweigh its own title."""
    lines = [*COVER, line("from the author of STONER", 1000, 22)]
    (match,) = cover_stages.by_text(lines, lookup())
    assert match.record.title == "Dune"


def test_the_largest_lettering_is_searched_for_first_and_blurbs_are_not():
    many = [line(f"praise number {n} by somebody", 1000 + 30 * n, 20) for n in range(40)]
    lines = [*COVER, *many]
    (candidate,) = cover_stages.proposed_books(lines, [])
    searched = cover_stages.questions(cover_stages.CoverText(lines), candidate)
    assert "dune" in searched and "frank herbert" in searched
    assert len(searched) <= cover_stages.LINES_SEARCHED + 3


def test_a_number_has_the_record_of_the_catalogue_under_the_number_that_was_read():
    other = Record("Dune", ("Frank Herbert",), isbn="", source="small")
    match = cover_stages.numbered_match(Code(DUNE.isbn, line("x", 0).quad), 1, other)
    assert match.record.isbn == DUNE.isbn and match.band == Band.SURE


def test_programs_say_what_the_photo_shows(owner, owner_client):
    out = io.BytesIO()
    Image.fromarray(back_cover((GARDEN,))).save(out, "JPEG")
    out.seek(0)
    out.name = "garden.jpg"
    answer = owner_client.post("/api/v1/scans", {"kind": "cover", "photo": out})
    assert (answer.status_code, answer.json()["kind"]) == (202, "cover")
    assert Scan.objects.get().kind == Scan.Kind.COVER
    out.seek(0)
    assert owner_client.post("/api/v1/scans", {"kind": "spine", "photo": out}).status_code == 422


# ── On the command line ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("kept", [False, True])
def test_the_command_takes_photos_of_covers(owner, tmp_path, capsys, kept):
    Image.fromarray(back_cover([DUNE.isbn])).save(tmp_path / "back.jpg", quality=92)
    words = ["--json", "--kind", "cover", *(["--user", "olive"] if kept else [])]
    call_command("scan", str(tmp_path / "back.jpg"), *words)
    (found,) = json.loads(capsys.readouterr().out)
    assert [(book["title"], book["isbn"], book["band"]) for book in found["books"]] == [("Dune", DUNE.isbn, "sure")]
    assert set(found["timings"]) >= {"read", "propose", "validate"}
    assert Scan.objects.filter(kind=Scan.Kind.COVER).count() == kept


def test_the_command_reads_a_front_without_a_number(tmp_path, capsys):
    Image.fromarray(np.full((1000, 800, 3), 240, np.uint8)).save(tmp_path / "front.jpg")
    call_command("scan", str(tmp_path / "front.jpg"), "--json", "--kind", "cover")
    (found,) = json.loads(capsys.readouterr().out)
    assert [book["title"] for book in found["books"]] == ["Dune"] and found["lines"] == len(COVER)


def test_the_other_book_that_a_cover_names_is_not_its_book():
    lines = [
        line("Everything Is Broken", 100, 90),
        line("Ana Lima", 400, 50),
        line("author of", 600, 26),
        line("THE SUBTLE GARDEN OF", 640, 30),
        line("QUIET THINGS", 675, 30),
    ]
    others = Shelf(Record("The Subtle Garden of Quiet Things", ("Ana Lima",), source="shelf", source_id="1"))
    (match,) = cover_stages.by_text(lines, Lookup([others]))
    assert (match.band, match.record) == (Band.UNREAD, None)
