import io
import resource
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from library.models import Shelf
from scanning import images, pipeline, tickets, uploads
from scanning.models import Scan
from tests.factories import make_scan, make_shelf
from tests.scanning.photos import photo

pytestmark = pytest.mark.django_db


def stored_files() -> list[str]:
    root = Path(default_storage.location)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_photo_becomes_a_scan_on_its_way(owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as enqueued:
        scan = uploads.take_in_upload(owner, photo(size=(800, 600)), "C:\\pictures\\my shelf.PNG", "job-1-abc", "Kitchen")
    scan.refresh_from_db()
    assert (scan.status, scan.width, scan.height, scan.filename) == (Scan.Status.QUEUED, 800, 600, "my shelf.PNG")
    assert scan.shelf == Shelf.objects.get(user=owner, name="Kitchen")
    assert scan.photo == f"uploads/{owner.pk}/job-1-abc/my_shelf.jpg"
    assert stored_files() == [scan.thumbnail_key(), scan.photo]
    assert len(enqueued) == 1 and scan.last_seq == 1


def test_what_is_stored_is_upright_and_bare(owner):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Spy Camera"
    scan = uploads.take_in_upload(owner, photo(size=(400, 300), exif=exif), "a.jpg")
    data = default_storage.open(scan.photo).read()
    assert Image.open(io.BytesIO(data)).size == (scan.width, scan.height) == (300, 400)
    assert b"Spy Camera" not in data
    assert Image.open(default_storage.open(scan.thumbnail_key())).format == "WEBP"


@pytest.mark.parametrize("job_id", ["../evil", "a/b", "a.b", "x" * 65, "job 1", "näh", "new", "job-1\n"])
def test_a_job_id_that_is_no_job_id_is_refused_with_nothing_stored(owner, job_id):
    with pytest.raises(uploads.UploadError, match="letters, digits"):
        uploads.take_in_upload(owner, photo(), "a.jpg", job_id, "Kitchen")
    assert not stored_files() and not Scan.objects.exists() and not Shelf.objects.exists()


@pytest.mark.parametrize("data", [b"", b"just text", b"<svg/>", b"%PDF-1.4", photo().read()[:900], photo(format="GIF").read()])
def test_what_is_no_photo_leaves_nothing_behind(owner, data):
    with pytest.raises(images.PhotoError):
        uploads.take_in_upload(owner, io.BytesIO(data), "a.jpg", shelf="Kitchen")
    assert not stored_files() and not Scan.objects.exists() and not Shelf.objects.exists()


def test_a_photo_over_the_limit_leaves_nothing_behind(owner, settings):
    settings.SCAN_MAX_MB = 0
    with pytest.raises(images.PhotoError, match="larger than"):
        uploads.take_in_upload(owner, photo(), "a.jpg")
    assert not stored_files()


def test_the_server_makes_a_job_id_where_the_client_has_none(owner):
    first = uploads.take_in_upload(owner, photo(), "a.jpg")
    second = uploads.take_in_upload(owner, photo("red"), "b.jpg")
    assert first.job_id != second.job_id
    assert uploads.JOB_ID.fullmatch(first.job_id)


def test_the_same_request_again_answers_with_the_same_scan(owner):
    first = uploads.take_in_upload(owner, photo(), "a.jpg", "job-1")
    files = stored_files()
    assert uploads.take_in_upload(owner, photo("red"), "other.jpg", "job-1") == first
    assert stored_files() == files and Scan.objects.count() == 1


def test_the_same_photo_again_offers_the_earlier_scan(owner):
    first = uploads.take_in_upload(owner, photo(), "a.jpg", "job-1")
    files = stored_files()
    with pytest.raises(uploads.SeenBefore) as seen:
        uploads.take_in_upload(owner, photo(), "renamed.jpg", "job-2", "Kitchen")
    assert seen.value.scan == first
    assert stored_files() == files and not Shelf.objects.exists()


def test_two_people_may_have_the_same_photo_and_the_same_job_id(owner, stranger):
    mine = uploads.take_in_upload(owner, photo(), "a.jpg", "job-1")
    theirs = uploads.take_in_upload(stranger, photo(), "a.jpg", "job-1")
    assert mine != theirs and mine.photo != theirs.photo


def test_scanning_again_makes_a_second_scan_of_the_same_photo(owner):
    first = uploads.take_in_upload(owner, photo(), "a.jpg", "job-1", "Kitchen")
    second = uploads.scan_again(first)
    assert second.pk != first.pk and second.shelf == first.shelf
    assert default_storage.open(second.photo).read() == default_storage.open(first.photo).read()


def test_a_shelf_that_is_there_is_used_whatever_its_case(owner, stranger):
    make_shelf(stranger, "Kitchen")
    mine = make_shelf(owner, "Kitchen")
    assert uploads.take_in_upload(owner, photo(), "a.jpg", shelf="  kitchen ").shelf == mine
    assert Shelf.objects.filter(user=owner).count() == 1


@pytest.mark.parametrize(("said", "place"), [("Top", ""), ("top", ""), ("hall · Top", "Hall"), ("Study · Top", "Study")])
def test_of_shelves_of_one_name_the_one_that_is_meant_is_used(owner, said, place):
    for room in ("Study", "", "Hall"):
        make_shelf(owner, "Top", room=room)
    assert uploads.take_in_upload(owner, photo(), "a.jpg", shelf=said).shelf.room == place
    assert Shelf.objects.count() == 3


def test_a_row_that_cannot_be_made_takes_its_files_with_it(owner):
    scan = Scan(user=owner, job_id="job-1", filename="a.jpg", sha256="x")
    earlier = make_scan(owner, job_id="job-1")
    before = stored_files()
    assert uploads._start(scan, photo().read(), "") == earlier
    assert stored_files() == before


def test_a_deleted_scan_takes_its_files_and_leaves_the_others(owner, django_capture_on_commit_callbacks):
    kept = uploads.take_in_upload(owner, photo(), "a.jpg", "job-1")
    gone = uploads.take_in_upload(owner, photo("red"), "b.jpg", "job-2")
    for key in (gone.result_key("ocr.json"), gone.spine_key(1)):
        default_storage.save(key, io.BytesIO(b"{}"))
    with django_capture_on_commit_callbacks(execute=True):
        uploads.delete_scan(gone)
    assert stored_files() == [kept.thumbnail_key(), kept.photo]
    assert list(Scan.objects.all()) == [kept]


def test_a_scan_that_is_at_work_is_stopped_before_it_is_deleted(owner):
    scan = uploads.take_in_upload(owner, photo(), "a.jpg", "job-1")
    pk = scan.pk
    uploads.delete_scan(scan)
    pipeline.run_stage(pk, "read")  # its task is still in the queue and finds nothing to do
    assert not Scan.objects.exists()


def test_one_photo_sent_twice_at_once_is_one_scan(race, owner):
    answers = race(lambda: uploads.take_in_upload(owner, photo(size=(1200, 900)), "a.jpg", "job-1"))
    scan = Scan.objects.get()
    assert answers == [scan, scan]
    assert default_storage.exists(scan.photo)
    assert len([name for name in stored_files() if name.startswith("uploads")]) == 1


@pytest.mark.slow
def test_a_photo_of_many_megapixels_is_cleaned_outside_of_this_process(owner):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    scan = uploads.take_in_upload(owner, png(5_000, 4_000), "large.png")
    assert (scan.width, scan.height) == (5_000, 4_000)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime > before
    with default_storage.open(scan.photo) as file:
        assert Image.open(file).size == (5_000, 4_000)


@pytest.mark.slow
def test_a_damaged_photo_of_many_megapixels_is_refused_with_the_same_sentence(owner):
    cut_off = png(5_000, 4_000).getvalue()[:-100]
    with pytest.raises(images.PhotoError, match="damaged"):
        uploads.take_in_upload(owner, io.BytesIO(cut_off), "large.png")
    assert not Scan.objects.exists()


def test_a_photo_of_a_telephone_is_cleaned_here(owner):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    uploads.take_in_upload(owner, png(400, 300), "small.png")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime == before


def png(width: int, height: int) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("L", (width, height), 128).save(out, "PNG", compress_level=1)
    out.seek(0)
    return out


def doors(user):
    """Every way for a photo to come in."""
    yield uploads.take_in_upload(user, png(401, 300), "page.png")
    ticket = tickets.issue(user, "ticket.png", "image/png", len(png(402, 300).getvalue()))
    tickets.receive_photo(ticket, png(402, 300))
    yield tickets.take_ticket_photo(user, ticket.job_id)
    yield uploads.scan_again(Scan.objects.first())


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_photos_of_a_day_are_limited_through_every_door_and_those_of_others_are_not(owner, stranger, settings, limit):
    settings.SCAN_DAILY_LIMIT = limit
    scans = doors(owner)
    for _ in range(limit or 3):
        next(scans)
    if 0 < limit < 3:
        with pytest.raises(uploads.UploadError, match=f"{limit} photos in 24 hours"):
            next(scans)
    Scan.objects.all().delete()
    if limit:
        with pytest.raises(uploads.UploadError):
            uploads.take_in_upload(owner, png(500, 300), "after deleting.png")
    uploads.take_in_upload(stranger, png(400, 300), "hers.png")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_space_for_photos_is_limited_through_every_door_until_some_are_deleted(owner, settings, number):
    scans = doors(owner)
    for _ in range(number):
        assert next(scans).photo_bytes > 0
    settings.SCAN_STORAGE_MB = 1
    full = make_scan(owner, photo_bytes=1024 * 1024 - 100)
    with pytest.raises(uploads.UploadError, match="Your photos have reached the limit of 1 MB"):
        next(scans)
    full.delete()
    assert uploads.take_in_upload(owner, png(403, 300), "again.png").photo_bytes > 0
