"""Photos, scans and proposals for programs."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from library.models import Shelf, UserBook
from scanning import tickets
from scanning.models import Band, Scan, UploadTicket
from tests.factories import make_candidate, make_scan, make_shelf
from tests.scanning.photos import DUNE, EMMA, photo
from tests.work import FAKES, work_off


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def sent(colour="white", name="shelf.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo(colour).getvalue(), "image/jpeg")


def with_place() -> bytes:
    """A photo that says where it was taken."""
    image, out = Image.open(photo()), io.BytesIO()
    exif = image.getexif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010F] = "Camera of Olive"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


# ── A photo in a form ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_photo_becomes_a_scan_and_the_scan_its_results(program, owner, settings, django_capture_on_commit_callbacks):
    for name, value in FAKES.items():
        setattr(settings, name, value)
    with django_capture_on_commit_callbacks(execute=True):
        answer = program.send("/scans", photo=sent(), jobId="job-1", shelf="Attic")
    assert answer.status_code == 202, answer.content
    assert answer["Location"] == "/api/v1/scans/job-1"
    assert (answer.json()["status"], answer.json()["shelf"]["name"]) == ("queued", "Attic")
    for _ in range(4):
        with django_capture_on_commit_callbacks(execute=True):
            work_off()
    results = program.get("/scans/job-1/results").json()
    assert set(results) == {"jobId", "status", "validatedBooks", "totalCandidates", "resultsLocation", "timestamp", "books"}
    assert (results["status"], results["validatedBooks"], results["totalCandidates"]) == ("complete", 2, 3)
    events = program.get("/scans/job-1/events").json()
    assert [event["seq"] for event in events["items"]] == list(range(1, events["count"] + 1))
    after = program.get(f"/scans/job-1/events?after={events['count'] - 1}").json()
    assert [event["type"] for event in after["items"]] == ["processingComplete"]


def test_the_same_job_again_is_the_same_scan_and_the_same_photo_is_409(program, owner):
    assert program.send("/scans", photo=sent(), jobId="job-1").status_code == 202
    assert program.send("/scans", photo=sent("red"), jobId="job-1").status_code == 202
    again = program.send("/scans", photo=sent(), jobId="job-2")
    assert code_of(again) == (409, "seen-before") and again["Location"] == "/api/v1/scans/job-1"
    assert Scan.objects.count() == 1


@pytest.mark.parametrize("job_id", ["a/b", "../x", "a.b", "x" * 65, "new"])
def test_a_job_id_that_is_none_is_422_and_leaves_nothing(program, job_id):
    assert code_of(program.send("/scans", photo=sent(), jobId=job_id)) == (422, "invalid")
    assert not Scan.objects.exists()


def test_what_is_no_photo_is_422_and_what_is_too_large_413(program, settings):
    assert code_of(program.send("/scans", photo=SimpleUploadedFile("a.jpg", b"GIF89a"))) == (422, "invalid")
    assert code_of(program.send("/scans", shelf="Attic")) == (422, "invalid")
    settings.SCAN_MAX_MB = 1
    heavy = SimpleUploadedFile("a.jpg", b"\xff\xd8" + bytes(1024 * 1024))
    assert code_of(program.send("/scans", photo=heavy)) == (413, "too-large")
    assert not Scan.objects.exists() and not Shelf.objects.exists()


def test_a_shelf_is_named_by_its_name_or_its_key(program, owner):
    shelf = make_shelf(owner, "Attic")
    assert program.send("/scans", photo=sent(), shelf=str(shelf.pk)).json()["shelf"]["name"] == "Attic"
    assert program.send("/scans", photo=sent("red"), shelf="attic").json()["shelf"]["id"] == shelf.pk
    assert program.send("/scans", photo=sent("blue"), shelf="999").json()["shelf"]["name"] == "999"


def test_a_form_that_breaks_off_is_400(program):
    answer = program.client.generic("POST", "/api/v1/scans", b"--x\r\nnonsense", content_type="multipart/form-data; boundary=")
    assert code_of(answer)[0] in (400, 422)


# ── By ticket ───────────────────────────────────────────────────────────────────────────────────────────────────────
def request_ticket(program, content: bytes, **more) -> dict:
    body = {"filename": "shelf.jpg", "contentType": "image/jpeg", "size": len(content), "jobId": "job-1", **more}
    return program.post("/uploads", body).json()


def put(ticket: dict, content: bytes, **more):
    return Client().put(ticket["url"].removeprefix("http://testserver"), content, **{"content_type": "image/jpeg", **more})


def test_a_ticket_takes_one_photo_past_the_api(program, owner):
    content = with_place()
    ticket = request_ticket(program, content)
    assert (ticket["method"], ticket["key"]) == ("PUT", f"uploads/{owner.pk}/job-1/shelf.jpg")
    assert code_of(program.post("/scans", {"jobId": "job-1"})) == (409, "not-uploaded")
    assert put(ticket, content).status_code == 200
    answer = program.post("/scans", {"jobId": "job-1", "shelf": "Attic"})
    assert (answer.status_code, answer.json()["filename"]) == (202, "shelf.jpg")
    _, files = default_storage.listdir(f"uploads/{owner.pk}/job-1")
    assert len(files) == 1, "the photo as it was sent is gone"
    kept = default_storage.open(f"uploads/{owner.pk}/job-1/{files[0]}").read()
    assert b"Camera of Olive" in content and b"Camera of Olive" not in kept
    assert program.post("/scans", {"jobId": "job-1"}).json()["jobId"] == "job-1", "the same again is the same scan"
    assert not UploadTicket.objects.exists()


def test_a_ticket_is_for_its_photo_and_for_a_while(program):
    content = photo().getvalue()
    ticket = request_ticket(program, content)
    assert code_of(put(ticket, content + b"more")) == (400, "other-size")
    assert code_of(put(ticket, content[:-1])) == (400, "other-size")
    assert code_of(put(ticket, content, content_type="image/png")) == (403, "other-type")
    assert code_of(put({"url": ticket["url"] + "x"}, content)) == (403, "ticket-over")
    assert code_of(put({"url": "/uploads/1"}, content)) == (403, "ticket-over")
    UploadTicket.objects.update(expires="2020-01-01T00:00Z")
    assert code_of(put(ticket, content)) == (403, "ticket-over")


def test_a_ticket_that_cannot_be_is_422(program, owner):
    make_scan(owner, job_id="job-1", complete=True)
    for wrong in (
        {"size": 10**9},
        {"size": 0},
        {"contentType": "text/html"},
        {"jobId": "a/b"},
        {"filename": ""},
        {"jobId": "job-1"},
    ):
        body = {"filename": "a.jpg", "contentType": "image/jpeg", "size": 10, "jobId": "job-2", **wrong}
        assert code_of(program.post("/uploads", body)) == (422, "invalid"), wrong


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "a/b.jpg", "C:\\photo.jpg", "\u202egpj.exe", "x" * 200])
def test_a_name_leads_nowhere_else(program, owner, name):
    key = request_ticket(program, b"x" * 10, filename=name)["key"]
    assert key.startswith(f"uploads/{owner.pk}/job-1/") and ".." not in key and key.count("/") == 3


def test_a_photo_that_nobody_asked_for_again_goes(program):
    content = photo().getvalue()
    ticket = request_ticket(program, content)
    put(ticket, content)
    UploadTicket.objects.update(expires="2020-01-01T00:00Z")
    tickets.scan_forgotten_photos()
    assert not default_storage.exists(ticket["key"])


# ── Following and ending ────────────────────────────────────────────────────────────────────────────────────────────
def test_a_scan_is_cancelled_tried_again_and_deleted(program, owner):
    program.send("/scans", photo=sent(), jobId="job-1")
    assert program.post("/scans/job-1/cancel").json()["status"] == "cancelled"
    assert code_of(program.post("/scans/job-1/cancel")) == (409, "not-running")
    assert program.post("/scans/job-1/retry").json()["status"] == "queued"
    assert code_of(program.post("/scans/job-1/retry")) == (409, "no-retry")
    assert program.post("/scans/job-1/again").status_code == 202
    assert b"".join(program.get("/scans/job-1/photo").streaming_content)[:2] == b"\xff\xd8"
    assert program.delete("/scans/job-1").status_code == 204
    assert program.get("/scans").json()["count"] == 1


def test_a_list_of_scans_takes_as_many_queries_for_ten_as_for_one(program, owner, django_assert_num_queries):
    for number in range(10):
        make_candidate(make_scan(owner, job_id=f"job-{number}", complete=True))
    program.get("/scans")
    with django_assert_num_queries(5):  # the token, the share of calls and what is left of it, the scans, their number
        assert program.get("/scans").json()["items"][0]["counts"]["sure"] == 1


# ── Deciding ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_accepting_twice_adds_once_and_is_taken_back(program, owner):
    row = make_candidate(make_scan(owner, complete=True))
    path = f"/scans/job-1/candidates/{row.pk}"
    first, second = (program.post(f"{path}/accept", {"status": "read"}).json() for _ in range(2))
    assert first["bookId"] == second["bookId"] and first["decision"] == "accepted"
    assert UserBook.objects.of(owner).get().status == "read"
    assert program.post(f"{path}/undo").json()["decision"] == "pending"
    assert not UserBook.objects.of(owner).exists()
    assert program.post(f"{path}/reject").json()["decision"] == "rejected"
    assert program.post(f"{path}/accept").json()["decision"] == "accepted"


def test_all_that_could_not_be_read_is_rejected_and_the_batch_taken_back(program, owner):
    scan = make_scan(owner, complete=True)
    unread, sure = make_candidate(scan, EMMA, Band.UNREAD), make_candidate(scan, DUNE)
    batch = program.post("/scans/job-1/reject-unread").json()
    assert batch["rejected"] == 1
    assert dict(scan.candidates.values_list("pk", "decision")) == {unread.pk: "rejected", sure.pk: "pending"}
    assert program.post("/scans/job-1/undo", {"moment": batch["moment"]}).json() == {"reopened": 1}
    assert set(scan.candidates.values_list("decision", flat=True)) == {"pending"}


def test_all_that_is_sure_enough_is_accepted_and_the_batch_taken_back(program, owner):
    scan = make_scan(owner, complete=True)
    make_candidate(scan, DUNE)
    make_candidate(scan, EMMA, Band.CHECK)
    batch = program.post("/scans/job-1/accept", {"minConfidence": 0.9}).json()
    assert (batch["added"], batch["owned"]) == (1, 0)
    assert program.post("/scans/job-1/accept", {"minConfidence": 0.5}).json()["added"] == 1
    assert program.post("/scans/job-1/undo", {"moment": batch["moment"]}).json() == {"reopened": 1}
    assert [copy.title for copy in UserBook.objects.of(owner)] == ["Emma"]
    for wrong in (1.1, -0.1, "many"):
        assert code_of(program.post("/scans/job-1/accept", {"minConfidence": wrong})) == (422, "invalid")


def test_a_proposal_is_put_right_and_matched_again(program, owner, settings):
    settings.CATALOGS = ["tests.scanning.photos.SmallCatalog"]
    row = make_candidate(make_scan(owner, complete=True), DUNE, Band.CHECK)
    path = f"/scans/job-1/candidates/{row.pk}"
    edited = program.patch(path, {"title": "Emma", "author": "Jane Austen"}).json()
    assert (edited["title"], edited["isbn"], edited["validated"]) == ("Emma", EMMA.isbn, True)
    assert code_of(program.patch(path, {"isbn": "9780441478126"})) == (422, "invalid")
    program.post(f"{path}/accept")
    assert code_of(program.patch(path, {"title": "Dune"})) == (409, "decided")


def test_a_book_that_was_missed_is_proposed_by_hand(program, owner, settings):
    settings.CATALOGS = ["tests.scanning.photos.SmallCatalog"]
    make_scan(owner, complete=True)
    made = program.post("/scans/job-1/candidates", {"isbn": DUNE.isbn})
    assert (made.status_code, made.json()["title"]) == (201, "Dune")
    assert program.get("/scans/job-1").json()["candidates"][0]["id"] == made.json()["id"]
