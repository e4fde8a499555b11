"""Everything the product keeps, in S3; photos straight into the bucket by a ticket."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from bookimg.s3_storage import Buckets, fetch_now
from scanning import tickets, uploads
from scanning.models import Scan, UploadTicket
from tests.api.conftest import Program, token_for
from tests.cloud.conftest import RESULTS, UPLOADS
from tests.scanning.photos import photo
from tests.work import FAKES, work_off

pytestmark = pytest.mark.services


def keys(client, bucket: str) -> list[str]:
    return [found["Key"] for found in client.list_objects_v2(Bucket=bucket).get("Contents", [])]


@pytest.fixture
def program(owner, settings):
    settings.RATE_LIMIT = settings.RATE_LIMIT_SCANS = (100_000, 60)
    return Program(token_for(owner))


def ask(program, size: int, **more) -> dict:
    body = {"filename": "shelf.jpg", "contentType": "image/jpeg", "size": size, "jobId": "job-1", **more}
    return program.post("/uploads", body).json()


def test_a_ticket_signs_its_time_its_type_and_its_length():
    address = Buckets("photos", region="eu-west-1").presigned_put("uploads/1/job-1/a.jpg", "image/jpeg", 17, tickets.LIFE)
    asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
    assert address.startswith("https://photos.s3.eu-west-1.amazonaws.com/uploads/1/job-1/a.jpg?"), (
        "elsewhere it would be redirected"
    )
    assert asked["X-Amz-Expires"] == "900"
    assert set(asked["X-Amz-SignedHeaders"].split(";")) == {"content-length", "content-type", "host"}


def test_an_address_may_lead_elsewhere_than_our_own_way_to_the_server(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://minio:9000")
    storage = Buckets("photos", region="us-east-1", addressing="path", public_url="https://files.example.org")
    address = storage.presigned_put("uploads/1/job-1/a.jpg", "image/jpeg", 17, tickets.LIFE)
    assert address.startswith("https://files.example.org/photos/uploads/1/job-1/a.jpg?")
    assert storage.sent.connection.meta.client.meta.endpoint_url == "http://minio:9000"


def test_what_is_sent_and_what_is_made_lie_in_buckets_of_their_own(buckets):
    default_storage.save("uploads/1/job-1/shelf.jpg", ContentFile(b"a photo"))
    default_storage.save("results/1/job-1/ocr.json", ContentFile(b"{}"))
    assert (keys(buckets, UPLOADS), keys(buckets, RESULTS)) == (["uploads/1/job-1/shelf.jpg"], ["results/1/job-1/ocr.json"])
    assert default_storage.listdir("results/1/job-1") == ([], ["ocr.json"])
    assert default_storage.location("results/1/job-1/ocr.json") == f"s3://{RESULTS}/results/1/job-1/ocr.json"
    again = default_storage.save("uploads/1/job-1/shelf.jpg", ContentFile(b"another"))
    assert again != "uploads/1/job-1/shelf.jpg" and default_storage.open("uploads/1/job-1/shelf.jpg").read() == b"a photo"
    with pytest.raises(FileNotFoundError):
        default_storage.open("uploads/1/job-1/none.jpg")


@pytest.mark.django_db(transaction=True)
def test_a_photo_put_into_the_bucket_becomes_books(buckets, program, owner, settings):
    for name, value in FAKES.items():
        setattr(settings, name, value)
    content = photo().getvalue()
    ticket = ask(program, len(content))
    assert (ticket["method"], ticket["key"]) == ("PUT", f"uploads/{owner.pk}/job-1/shelf.jpg")
    assert program.post("/scans", {"jobId": "job-1"}).status_code == 409, "nothing was put there yet"
    assert httpx.put(ticket["url"], content=content, headers=ticket["headers"]).status_code == 200
    assert program.post("/scans", {"jobId": "job-1"}).status_code == 202
    work_off()
    scan = Scan.objects.get()
    assert (scan.status, scan.error) == (Scan.Status.COMPLETE, "")
    assert f"results/{owner.pk}/job-1/final-results.json" in keys(buckets, RESULTS)
    assert keys(buckets, UPLOADS) == [scan.photo], "the photo as it was sent is gone"
    assert (
        program.get("/scans/job-1/results").json()["resultsLocation"]
        == f"s3://{RESULTS}/results/{owner.pk}/job-1/final-results.json"
    )
    assert program.get("/scans/job-1/photo").status_code == 200
    uploads.delete_scan(scan)
    assert keys(buckets, UPLOADS) + keys(buckets, RESULTS) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("content", "promised", "sentence"),
    [(b"no photo at all", 15, "photo"), (photo().getvalue(), 15, "15 bytes"), (b"", 15, "15 bytes")],
)
def test_what_is_no_photo_is_deleted_and_told(buckets, program, owner, content, promised, sentence):
    ticket = ask(program, promised)
    buckets.put_object(Bucket=UPLOADS, Key=ticket["key"], Body=content)  # past the ticket, as no signed address would let it
    answer = program.post("/scans", {"jobId": "job-1"})
    assert answer.status_code == 422 and sentence in answer.json()["detail"]
    assert keys(buckets, UPLOADS) == []
    assert Scan.objects.get().status == "failed", "whoever follows the job hears of it"


def test_a_file_that_is_deleted_before_it_is_fetched_is_missing(buckets):
    default_storage.save("uploads/1/job-1/shelf.jpg", photo())
    file = default_storage.home("uploads/").open("uploads/1/job-1/shelf.jpg")
    default_storage.delete("uploads/1/job-1/shelf.jpg")
    with pytest.raises(FileNotFoundError):
        fetch_now(file)


@pytest.mark.django_db(transaction=True)
def test_an_interrupted_upload_is_swept_from_the_bucket(buckets, program, owner):
    ticket = ask(program, 15)
    buckets.put_object(Bucket=UPLOADS, Key=ticket["key"], Body=b"x" * 15)
    UploadTicket.objects.update(expires="2020-01-01T00:00Z")
    tickets.scan_forgotten_photos()
    assert keys(buckets, UPLOADS) == []
