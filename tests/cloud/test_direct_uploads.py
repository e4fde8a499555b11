"""The upload page where files are kept in S3: what it may reach, and what it says of a photo that was put into the bucket."""

import re

import httpx
import pytest

from scanning import ingest, tickets
from scanning.models import Scan, UploadTicket
from tests.cloud.conftest import RESULTS, UPLOADS
from tests.factories import make_shelf
from tests.scanning.photos import photo
from tests.work import FAKES

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
PAGE = "/scans/new/"
TICKETS = "/api/v1/uploads"


@pytest.fixture(autouse=True)
def in_s3(buckets, settings):
    for name, value in FAKES.items():
        setattr(settings, name, value)
    settings.STORAGE, settings.S3_BUCKET = "s3", UPLOADS
    settings.RATE_LIMIT = settings.RATE_LIMIT_SCANS = (100_000, 60)
    return buckets


def keys(client, bucket=UPLOADS) -> list[str]:
    return [found["Key"] for found in client.list_objects_v2(Bucket=bucket).get("Contents", [])]


def put(client, content: bytes, job_id: str = "job-1", **wishes) -> dict:
    """As upload.js does it: a ticket for the person who is signed in, and the photo where it says."""
    asked = {"filename": "shelf.jpg", "contentType": "image/jpeg", "size": len(content), "jobId": job_id, **wishes}
    ticket = client.post(TICKETS, asked, content_type="application/json").json()
    assert httpx.put(ticket["url"], content=content, headers=ticket["headers"]).status_code == 200
    return ticket


def begin(client, job_id: str = "job-1", **wishes):
    return client.post(PAGE, {"job_id": job_id, **wishes}, headers={"Accept": "application/json"})


def connect_src(response) -> str:
    return re.search("connect-src ([^;]+)", response["Content-Security-Policy"])[1]


def test_the_pages_that_upload_alone_may_reach_the_bucket_and_nothing_else(owner_client, cloud):
    assert connect_src(owner_client.get(PAGE)) == f"'self' {cloud}/{UPLOADS}/uploads/"
    assert connect_src(owner_client.get("/scans/")) == f"'self' {cloud}/{UPLOADS}/uploads/", "the list has the form on top"
    assert connect_src(owner_client.get("/books/")) == "'self'"
    assert connect_src(owner_client.post(PAGE)) == f"'self' {cloud}/{UPLOADS}/uploads/", "it is the same page, with an error"


def test_on_amazon_that_is_the_host_of_the_bucket(settings):
    options = {"bucket": "photos", "region": "eu-west-1"}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_ENDPOINT_URL_S3")
        settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "bookimg.s3_storage.Buckets", "OPTIONS": options}}
        assert tickets.upload_host() == "https://photos.s3.eu-west-1.amazonaws.com/uploads/"


def test_what_was_put_there_is_scanned_with_the_shelf_of_the_form(owner_client, owner, in_s3):
    put(owner_client, photo().getvalue())
    answer = begin(owner_client, shelf="new", new_shelf="Attic", kind="cover")
    scan = Scan.objects.get()
    assert (answer.status_code, answer.json()["url"]) == (201, scan.get_absolute_url())
    assert (scan.shelf.name, scan.kind, keys(in_s3)) == ("Attic", "cover", [scan.photo])
    assert begin(owner_client).json()["jobId"] == "job-1" and Scan.objects.count() == 1, "once more is the same"


def test_before_it_is_there_nothing_is_lost(owner_client, stranger_client, in_s3):
    assert begin(owner_client).status_code == 404
    put(owner_client, photo().getvalue())
    assert begin(stranger_client).status_code == 404
    assert begin(owner_client).status_code == 201


@pytest.mark.parametrize("content", [b"<script>alert(1)</script>", photo().getvalue()[:300]])
def test_what_is_no_photo_is_deleted_and_its_owner_told(owner_client, in_s3, content):
    put(owner_client, content)
    for _ in range(2):
        answer = begin(owner_client)
        assert answer.status_code == 422 and "photo" in answer.json()["detail"]
        assert keys(in_s3) == [] and Scan.objects.get().status == Scan.Status.FAILED


def test_its_owner_is_told_too_where_the_news_of_the_bucket_came_first(owner_client, in_s3):
    ticket = put(owner_client, b"no photo at all")
    assert ingest.take_in_photo(ticket["key"]) is None and keys(in_s3) == []
    refused = Scan.objects.get()
    assert [event.payload["error"] for event in refused.events.all()] == [refused.error] != [""], "who waits for the job is told"
    answer = begin(owner_client)
    assert (answer.status_code, answer.json()["detail"].split(".")[0]) == (422, "This is not a photo that can be opened")
    put(owner_client, photo().getvalue())
    assert begin(owner_client).status_code == 201, "a new ticket begins anew"
    assert Scan.objects.get().photo and Scan.objects.get() != refused


def test_the_news_of_the_bucket_know_shelf_and_kind_from_the_ticket(owner_client, owner):
    shelf = make_shelf(owner, "Hall")
    known, fresh = photo(size=(410, 300)).getvalue(), photo(size=(420, 300)).getvalue()
    first = ingest.take_in_photo(put(owner_client, known, "job-1", shelf=str(shelf.pk), kind="cover")["key"])
    second = ingest.take_in_photo(put(owner_client, fresh, "job-2", shelf="Cellar")["key"])
    assert (first.shelf, first.kind) == (shelf, "cover") and (second.shelf.name, second.kind) == ("Cellar", "shelf")
    assert begin(owner_client, "job-1").json()["url"] == first.get_absolute_url()
    assert not UploadTicket.objects.exists()


def test_a_photo_seen_before_is_asked_about_whoever_comes_first(owner_client, in_s3):
    content = photo().getvalue()
    put(owner_client, content)
    earlier = begin(owner_client).json()["url"]
    ticket = put(owner_client, content, "job-2")
    assert ingest.take_in_photo(ticket["key"]) is None
    answer = begin(owner_client, "job-2")
    assert (answer.status_code, answer.json()["url"]) == (409, earlier) and "again" in answer.json()
    assert keys(in_s3, RESULTS) != []
