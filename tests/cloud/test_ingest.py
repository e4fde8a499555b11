"""Photos that other programs put into the bucket, by what S3 says of them in a queue."""

import json

import boto3
import pytest
from django.core.management import CommandError, call_command

from scanning import ingest
from scanning.models import Scan
from tests.api.conftest import Program, token_for
from tests.cloud.conftest import RESULTS, UPLOADS
from tests.factories import make_scan
from tests.scanning.photos import photo
from tests.work import FAKES, queued, work_off

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def said(*keys, bucket=UPLOADS, event="ObjectCreated:Put") -> str:
    records = [{"eventName": event, "s3": {"bucket": {"name": bucket}, "object": {"key": key}}} for key in keys]
    return json.dumps({"Records": records})


@pytest.fixture
def told(buckets, settings):
    """A queue that S3 tells of new objects, with one for what nobody understands; both as the product finds them."""
    for name, value in FAKES.items():
        setattr(settings, name, value)
    settings.STORAGE, settings.S3_BUCKET, settings.INGEST_QUEUE = "s3", UPLOADS, "new-photos"
    sqs = boto3.resource("sqs", region_name="us-east-1")
    aside = sqs.create_queue(QueueName="new-photos-dlq")
    redrive = json.dumps({"deadLetterTargetArn": aside.attributes["QueueArn"], "maxReceiveCount": 2})
    queue = sqs.create_queue(QueueName="new-photos", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "0"})
    rule = {"QueueArn": queue.attributes["QueueArn"], "Events": ["s3:ObjectCreated:*"]}
    buckets.put_bucket_notification_configuration(Bucket=UPLOADS, NotificationConfiguration={"QueueConfigurations": [rule]})
    return queue


def keys(client, bucket=UPLOADS) -> list[str]:
    return [found["Key"] for found in client.list_objects_v2(Bucket=bucket).get("Contents", [])]


def ingest_all():
    call_command("ingest", "--once", "--queue", "new-photos")


def test_a_photo_that_a_program_drops_becomes_books(told, buckets, owner):
    key = f"uploads/{owner.pk}/job-drop/living room, left+1.jpg"
    buckets.put_object(Bucket=UPLOADS, Key=key, Body=photo().getvalue())
    ingest_all()
    work_off()
    scan = Scan.objects.get()
    assert (scan.job_id, scan.filename, scan.status) == ("job-drop", "living room, left+1.jpg", Scan.Status.COMPLETE)
    assert keys(buckets) == [scan.photo], "the photo as it was dropped is gone"
    assert f"results/{owner.pk}/job-drop/final-results.json" in keys(buckets, RESULTS)


def test_twice_is_once_and_our_own_files_are_no_news(told, buckets, owner):
    buckets.put_object(Bucket=UPLOADS, Key=f"uploads/{owner.pk}/job-1/a.jpg", Body=photo().getvalue())
    ingest_all()
    scan = Scan.objects.get()
    for _ in range(2):
        told.send_message(MessageBody=said(f"uploads/{owner.pk}/job-1/a.jpg", scan.photo))
    ingest_all()
    assert Scan.objects.get() == scan and keys(buckets) == [scan.photo]
    assert queued() == ["scan read"]


def test_a_photo_with_a_ticket_is_scanned_without_being_asked_for(told, buckets, owner, settings):
    settings.RATE_LIMIT = settings.RATE_LIMIT_SCANS = (100_000, 60)
    program, content = Program(token_for(owner)), photo().getvalue()
    body = {"filename": "shelf.jpg", "contentType": "image/jpeg", "size": len(content), "jobId": "job-1"}
    key = program.post("/uploads", body).json()["key"]
    buckets.put_object(Bucket=UPLOADS, Key=key, Body=content)
    ingest_all()
    assert Scan.objects.get().job_id == "job-1"
    assert program.post("/scans", {"jobId": "job-1"}).json()["jobId"] == "job-1", "asked for late, it is that one"


def test_what_is_no_photo_is_deleted_and_its_owner_told(told, buckets, owner, owner_client):
    """Among their scans, with what a scan has that failed; put there again as a photo, it is scanned."""
    key = f"uploads/{owner.pk}/job-1/holiday notes.jpg"
    buckets.put_object(Bucket=UPLOADS, Key=key, Body=b"no photo")
    ingest_all()
    scan = Scan.objects.get()
    assert keys(buckets) == [] and (scan.status, scan.retryable, scan.filename) == ("failed", False, "holiday notes.jpg")
    assert [event.type for event in scan.events.all()] == ["processingFailed"]
    for page in ("/scans/", scan.get_absolute_url()):
        answer = owner_client.get(page).content.decode()
        assert "This is not a photo that can be opened." in answer and f"{scan.job_id}/thumbnail" not in answer
    for missing in ("photo", "thumbnail"):
        assert owner_client.get(f"{scan.get_absolute_url()}{missing}").status_code == 404
    assert owner_client.post(f"{scan.get_absolute_url()}again").status_code == 404
    ingest_all()
    assert Scan.objects.get() == scan, "told once"
    buckets.put_object(Bucket=UPLOADS, Key=key, Body=photo().getvalue())
    ingest_all()
    work_off()
    assert Scan.objects.get().status == Scan.Status.COMPLETE


def test_a_photo_that_was_scanned_before_is_not_scanned_again(told, buckets, owner):
    for job in ("job-1", "job-2"):
        buckets.put_object(Bucket=UPLOADS, Key=f"uploads/{owner.pk}/{job}/a.jpg", Body=photo().getvalue())
    ingest_all()
    assert Scan.objects.get(job_id="job-2").error == "You have scanned this photo before."


def test_what_is_not_ours_is_left_alone(told, buckets, owner, settings):
    body = photo().getvalue()
    strange = [
        "uploads/999999/job-1/a.jpg",
        f"uploads/{owner.pk}/a.jpg",
        f"uploads/{owner.pk}/../x/a.jpg",
        "imports/1/a.jpg",
        "a",
    ]
    for key in strange:
        buckets.put_object(Bucket=UPLOADS, Key=key, Body=body)
    ours = f"uploads/{owner.pk}/job-1/a.jpg"
    told.send_message(MessageBody=said(ours, bucket="another-bucket"))
    told.send_message(MessageBody=said(ours, event="ObjectRemoved:Delete"))
    told.send_message(MessageBody=said(ours))  # it is gone again
    ingest_all()
    assert not Scan.objects.exists() and keys(buckets) == sorted(strange)
    assert told.receive_messages() == []


def test_what_nobody_understands_is_set_aside(told):
    told.send_message(MessageBody="good morning")
    for _ in range(4):
        ingest.receive_notices(told, wait=0)
    aside = boto3.resource("sqs", region_name="us-east-1").get_queue_by_name(QueueName="new-photos-dlq")
    assert [message.body for message in aside.receive_messages()] == ["good morning"]


@pytest.mark.parametrize(
    "body", ["", "[]", "3", "null", "{}", '{"Records": 1}', '{"Records": [{}]}', '{"Type": "Notification", "Message": "x"}']
)
def test_a_message_of_another_form_is_poison(body, settings):
    with pytest.raises(ingest.Poison):
        list(ingest.keys(body))


def test_keys_are_read_as_s3_writes_them(settings):
    settings.S3_BUCKET = UPLOADS
    assert list(ingest.keys(json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": UPLOADS}))) == []
    assert list(ingest.keys(said("uploads/1/job-1/caf%C3%A9+shelf.jpg"))) == ["uploads/1/job-1/café shelf.jpg"]
    by_topic = json.dumps({"Type": "Notification", "Message": said("uploads/1/job-1/a.jpg")})
    assert list(ingest.keys(by_topic)) == ["uploads/1/job-1/a.jpg"]


def test_a_job_that_has_its_scan_needs_no_look_at_the_bucket(owner, settings):
    scan = make_scan(owner)
    assert ingest.take_in_photo(f"uploads/{owner.pk}/{scan.job_id}/shelf.jpg") is None


def test_without_a_bucket_the_command_says_what_is_missing(settings):
    with pytest.raises(CommandError, match="STORAGE=s3"):
        call_command("ingest", "--once")
