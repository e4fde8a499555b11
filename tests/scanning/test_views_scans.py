"""The pages of a scan: its list, its page, its pictures, and who may see them."""

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags
from PIL import Image

from library.models import Shelf
from scanning import events, uploads
from scanning.models import Band, Scan
from tests.factories import make_candidate, make_copy, make_scan, make_shelf
from tests.scanning.photos import DUNE, DUNE_UK, EMMA, STONER, photo

pytestmark = pytest.mark.django_db


def upload(client, *photos, **more):
    files = [SimpleUploadedFile(f"{n}.jpg", data) for n, data in enumerate(photos)]
    headers = {"accept": more.pop("accept", "text/html")}
    return client.post(reverse("scan_new"), {"photos": files, **more}, headers=headers)


def text(response) -> str:
    return " ".join(response.content.decode().split())


# ── Upload ──
def test_the_upload_page_works_without_scripts(owner_client):
    page = text(owner_client.get(reverse("scan_new")))
    assert 'enctype="multipart/form-data"' in page and 'capture="environment"' in page and "multiple" in page


def test_one_photo_leads_to_its_page(owner_client, owner):
    response = upload(owner_client, photo().read(), shelf="new", new_shelf="Kitchen")
    scan = Scan.objects.get()
    assert response.url == scan.get_absolute_url() and scan.user == owner and scan.shelf.name == "Kitchen"


def test_several_photos_lead_to_the_list(owner_client):
    response = upload(owner_client, photo().read(), photo("red").read())
    assert response.url == reverse("scans") and Scan.objects.count() == 2


def test_a_bad_photo_among_good_ones_is_named_and_the_good_ones_are_taken(owner_client):
    response = upload(owner_client, photo().read(), b"Dear shelf")
    assert response.status_code == 422 and Scan.objects.count() == 1
    assert "not a photo that can be opened" in text(response) and "being read" in text(response)


def test_the_chosen_shelf_is_offered_first_the_next_time(owner_client, owner):
    make_shelf(owner, "Attic")
    upload(owner_client, photo().read(), shelf="new", new_shelf="Kitchen")
    kitchen = Shelf.objects.get(name="Kitchen")
    assert f'<option value="{kitchen.pk}" selected>Kitchen</option>' in text(owner_client.get(reverse("scan_new")))


def test_a_chosen_shelf_in_a_room_is_that_shelf(owner_client, owner):
    make_shelf(owner, "Top")
    shelf = make_shelf(owner, "Top", room="Study", bookcase="Billy")
    upload(owner_client, photo().read(), shelf=shelf.pk)
    assert Scan.objects.get().shelf == shelf and Shelf.objects.count() == 2


def test_a_strangers_shelf_cannot_be_chosen(owner_client, stranger):
    theirs = make_shelf(stranger, "Theirs")
    response = upload(owner_client, photo().read(), shelf=theirs.pk)
    assert response.status_code == 422 and not Scan.objects.exists()


def test_nothing_chosen_is_said(owner_client):
    response = owner_client.post(reverse("scan_new"), {}, headers={"accept": "text/html"})
    assert response.status_code == 422 and "Choose at least one photo" in text(response)


def test_a_script_gets_the_address_of_the_scan(owner_client):
    response = upload(owner_client, photo().read(), accept="application/json", job_id="job-1-abcdefghi")
    assert response.status_code == 201
    assert response.json() == {"jobId": "job-1-abcdefghi", "url": "/scans/job-1-abcdefghi/"}


def test_a_script_is_told_of_the_earlier_scan(owner_client):
    upload(owner_client, photo().read(), accept="application/json", job_id="job-1")
    response = upload(owner_client, photo().read(), accept="application/json", job_id="job-2")
    assert response.status_code == 409 and response.json()["url"] == "/scans/job-1/"
    again = owner_client.post(response.json()["again"])
    assert Scan.objects.count() == 2 and again.url == Scan.objects.first().get_absolute_url()


def test_a_script_is_told_what_is_wrong_in_a_sentence(owner_client):
    response = upload(owner_client, b"", accept="application/json", job_id="job-1")
    assert response.status_code == 422 and response.json()["detail"]
    response = upload(owner_client, photo().read(), accept="application/json", job_id="../x")
    assert response.status_code == 422 and "job id" in response.json()["detail"]


def test_a_file_that_is_too_large_is_passed_over_while_it_arrives(owner_client, settings):
    settings.SCAN_MAX_MB = 1
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1024
    response = upload(owner_client, b"\xff\xd8" + b"x" * 3_000_000, photo().read())
    assert response.status_code == 422 and "larger than 1 MB" in text(response)
    assert Scan.objects.count() == 1


def test_an_upload_without_its_token_is_refused(owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert upload(client, photo().read()).status_code == 403
    assert not Scan.objects.exists()


# ── Whose it is ──
@pytest.fixture
def scan(owner):
    return uploads.take_in_upload(owner, photo("blue"), "shelf.jpg", "job-1", "Kitchen")


GET_PAGES = ["scan", "scan_review", "scan_events", "scan_photo", "scan_thumbnail"]
POST_PAGES = ["scan_retry", "scan_cancel", "scan_delete", "scan_again", "scan_place", "scan_accept", "scan_undo", "scan_missed"]
DECISIONS = ["candidate_accept", "candidate_reject", "candidate_undo", "candidate_choose", "candidate_edit"]


def test_a_stranger_sees_nothing(scan, stranger_client):
    candidate = make_candidate(scan)
    for name in GET_PAGES:
        assert stranger_client.get(reverse(name, args=[scan.job_id])).status_code == 404, name
    assert stranger_client.get(reverse("scan_spine", args=[scan.job_id, 1])).status_code == 404
    for name in POST_PAGES:
        assert stranger_client.post(reverse(name, args=[scan.job_id])).status_code == 404, name
    for name in DECISIONS:
        assert stranger_client.post(reverse(name, args=[scan.job_id, candidate.pk])).status_code == 404, name
    assert scan.filename not in text(stranger_client.get(reverse("scans")))
    assert Scan.objects.filter(pk=scan.pk).exists()


def test_a_strangers_book_is_not_found_under_ones_own_scan(scan, stranger, stranger_client):
    theirs = make_scan(stranger, job_id="job-1", complete=True)
    make_candidate(theirs)
    mine = make_candidate(scan)
    for name in DECISIONS:
        assert stranger_client.post(reverse(name, args=["job-1", mine.pk])).status_code == 404, name


def test_nobody_sees_anything_without_signing_in(scan, client):
    for name in GET_PAGES:
        assert client.get(reverse(name, args=[scan.job_id])).url.startswith("/accounts/login/"), name
    for name in ("scans", "scan_new"):
        assert client.get(reverse(name)).url.startswith("/accounts/login/")


def test_decisions_are_made_by_post_alone(scan, owner_client):
    candidate = make_candidate(scan)
    for name in POST_PAGES:
        assert owner_client.get(reverse(name, args=[scan.job_id])).status_code == 405, name
    for name in DECISIONS:
        assert owner_client.get(reverse(name, args=[scan.job_id, candidate.pk])).status_code == 405, name


# ── Pictures ──
def test_the_photo_is_private_and_not_sent_twice(scan, owner_client):
    response = owner_client.get(reverse("scan_photo", args=[scan.job_id]))
    assert response["Content-Type"] == "image/jpeg" and "private" in response["Cache-Control"]
    assert b"".join(response.streaming_content) == default_storage.open(scan.photo).read()
    again = owner_client.get(reverse("scan_photo", args=[scan.job_id]), headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304
    dated = owner_client.get(reverse("scan_photo", args=[scan.job_id]), headers={"if-modified-since": response["Last-Modified"]})
    assert dated.status_code == 304


@pytest.mark.django_db(transaction=True)
async def test_the_photo_goes_out_in_pieces(owner):
    key = default_storage.save("uploads/1/big/a.jpg", io.BytesIO(bytes(200_000)))
    await Scan.objects.acreate(user=owner, job_id="big", photo=key, sha256="x", filename="a.jpg")
    client = AsyncClient()
    await client.aforce_login(owner)
    response = await client.get("/scans/big/photo")
    sizes = [len(piece) async for piece in response]
    assert sum(sizes) == 200_000 and max(sizes) <= 64 * 1024


def test_a_missing_thumbnail_is_made_again(scan, owner_client):
    default_storage.delete(scan.thumbnail_key())
    response = owner_client.get(reverse("scan_thumbnail", args=[scan.job_id]))
    assert Image.open(io.BytesIO(b"".join(response.streaming_content))).format == "WEBP"


def test_a_photo_whose_file_is_gone_is_not_found(scan, owner_client):
    default_storage.delete(scan.photo)
    assert owner_client.get(reverse("scan_photo", args=[scan.job_id])).status_code == 404


def test_missing_spines_are_cut_and_kept(scan, owner_client):
    region = [[160, 50], [160, 250], [100, 250], [100, 50]]
    make_candidate(scan, region=region)
    make_candidate(scan, EMMA, region=region)
    response = owner_client.get(reverse("scan_spine", args=[scan.job_id, 1]))
    spine = Image.open(io.BytesIO(response.content)).convert("RGB")
    assert spine.height > spine.width and spine.getpixel((spine.width // 2, spine.height // 2))[2] > 200
    assert default_storage.exists(scan.spine_key(2))
    lying = Image.open(io.BytesIO(owner_client.get(reverse("scan_spine", args=[scan.job_id, 1]), {"turn": 90}).content))
    assert lying.size == (spine.height, spine.width)


def test_a_book_added_by_hand_has_no_spine(scan, owner_client):
    make_candidate(scan, region=[])
    assert owner_client.get(reverse("scan_spine", args=[scan.job_id, 1])).status_code == 404


# ── Watching ──
def test_a_scan_at_work_shows_where_it_is_and_reloads_itself_without_scripts(scan, owner_client):
    Scan.objects.update(status=Scan.Status.READING)
    events.report_progress(scan, "read", 3, 12, "Read 3 of 12 parts of the photo")
    page = text(owner_client.get(scan.get_absolute_url()))
    assert "Read 3 of 12 parts" in page and 'value="0.200"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert f'data-seq="{Scan.objects.get().last_seq}"' in page


def test_books_found_so_far_are_there_after_a_reload(scan, owner_client):
    Scan.objects.update(status=Scan.Status.VALIDATING, stage="validate")
    make_candidate(scan)
    page = text(owner_client.get(scan.get_absolute_url()))
    assert 'id="book-1"' in page and 'id="box-1"' in page and "Frank Herbert" in page


def test_the_log_is_read_from_where_one_left_off(scan, owner_client):
    for done in range(1, 4):
        events.report_progress(scan, "read", done, 3, "…")
    answer = owner_client.get(reverse("scan_events", args=[scan.job_id]), {"after": 2}).json()
    assert [event["seq"] for event in answer["events"]] == [3, 4] and answer["status"] == "queued"
    assert owner_client.get(reverse("scan_events", args=[scan.job_id]), {"after": "x"}).status_code == 422


def test_a_failed_scan_says_why_and_offers_another_try(scan, owner_client):
    Scan.objects.update(status=Scan.Status.FAILED, error="The reading engine could not start.", retryable=True)
    assert "The reading engine could not start." in text(owner_client.get(scan.get_absolute_url()))
    owner_client.post(reverse("scan_retry", args=[scan.job_id]))
    assert Scan.objects.get().status == Scan.Status.QUEUED


def test_what_cannot_get_better_is_not_offered_again(scan, owner_client):
    Scan.objects.update(status=Scan.Status.FAILED, error="No.", retryable=False)
    assert "Try again" not in text(owner_client.get(scan.get_absolute_url()))


def test_a_scan_can_be_stopped_and_deleted(scan, owner_client, django_capture_on_commit_callbacks):
    owner_client.post(reverse("scan_cancel", args=[scan.job_id]))
    assert Scan.objects.get().status == Scan.Status.CANCELLED
    with django_capture_on_commit_callbacks(execute=True):
        owner_client.post(reverse("scan_delete", args=[scan.job_id]))
    assert not Scan.objects.exists()
    assert not [path for path in Path(default_storage.location).rglob("*") if path.is_file()]


def test_the_list_says_what_is_left_to_do(owner, owner_client):
    scan = make_scan(owner, complete=True)
    make_candidate(scan)
    make_candidate(scan, EMMA)
    make_candidate(scan, STONER, Band.CHECK)
    assert "2 to add · 1 to check" in text(owner_client.get(reverse("scans")))


def queries(client, address) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_list_asks_as_much_for_many_scans_as_for_one(owner, owner_client):
    make_candidate(make_scan(owner, complete=True))
    queries(owner_client, reverse("scans"))  # the first visit also notes the session
    once = queries(owner_client, reverse("scans"))
    for number in range(2, 20):
        make_candidate(make_scan(owner, job_id=f"job-{number}", complete=True))
    assert queries(owner_client, reverse("scans")) == once


def test_a_first_visit_shows_what_to_do(owner_client):
    assert "Take a photo" in text(owner_client.get(reverse("scans")))


# ── The review page ──
def test_the_head_counts_the_bands(owner, owner_client):
    scan = make_scan(owner, complete=True)
    for record, band in ((DUNE, Band.SURE), (EMMA, Band.CHECK), (STONER, Band.UNREAD)):
        make_candidate(scan, record, band)
    page = text(owner_client.get(scan.get_absolute_url()))
    for words in ("1</span> sure", "1</span> to check", "1</span> unread", "Add the book marked sure"):
        assert words in page


def test_what_is_owned_is_marked_before_anything_is_added(owner, owner_client):
    make_copy(owner, "Dune", "Frank Herbert")
    scan = make_scan(owner, complete=True)
    make_candidate(scan)
    make_candidate(scan, EMMA)
    page = text(owner_client.get(scan.get_absolute_url()))
    assert (
        page.count("You have this") == 1
        and "1 is already in your library and will be skipped" in page
        and "Add the book marked sure" in page
    )


def test_an_unread_spine_shows_its_text_and_no_invented_book(owner, owner_client):
    scan = make_scan(owner, complete=True)
    make_candidate(scan, DUNE.from_dict({"title": "BELVD MORISN"}), Band.UNREAD, alternatives=[])
    page = text(owner_client.get(scan.get_absolute_url()))
    assert "Could not read" in page and "“BELVD MORISN”" in page and 'book-cover"' not in page


def test_the_page_asks_as_much_for_a_full_shelf_as_for_one_book(owner, owner_client):
    scan = make_scan(owner, complete=True)
    make_candidate(scan, alternatives=[DUNE_UK])
    queries(owner_client, reverse("scans"))  # the first visit also notes the session
    once = queries(owner_client, scan.get_absolute_url())
    for number in range(40):
        make_candidate(scan, DUNE.from_dict({**DUNE.as_dict(), "title": f"Dune {number}"}), alternatives=[DUNE_UK])
    assert queries(owner_client, scan.get_absolute_url()) == once


def test_what_was_read_is_escaped(owner, owner_client):
    scan = make_scan(owner, filename="<script>alert(1)</script>.jpg", complete=True)
    make_candidate(scan, DUNE.from_dict({"title": "<img src=x onerror=alert(1)>"}), spine_text=["<b>bold</b>"])
    page = text(owner_client.get(scan.get_absolute_url()))
    assert "<script>alert" not in page and "<img src=x" not in page and "<b>bold" not in page


def test_a_name_of_letters_of_four_bytes_fits_any_file_system(owner_client, owner):
    file = SimpleUploadedFile("\U00020001" * 90 + ".jpg", photo().read())
    assert owner_client.post(reverse("scan_new"), {"photos": [file]}).status_code < 400
    scan = Scan.objects.get(user=owner)
    assert scan.filename.startswith("\U00020001") and len(Path(str(scan.photo)).name.encode()) < 255


def test_the_settings_say_what_reads_and_what_it_cost(owner, owner_client, settings):
    settings.OCR, settings.PROPOSER, settings.CATALOGS, settings.SCAN_MONTHLY_USD = "textract", "rules", ["open_library"], 5
    owner.purchases.create(service="textract", usd=1.5)
    page = " ".join(strip_tags(owner_client.get(reverse("settings")).content.decode().replace("<", " <")).split())
    assert "Reads the text Textract Finds the books this machine, by rules Looks them up in Open Library" in page
    assert "This month $1.50 of at most $5.00" in page
