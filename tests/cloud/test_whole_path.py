"""The whole way on Amazon's services: presigned PUT, event, queue, Textract, Bedrock, results bucket, message of the topic.

Textract's stand-in really reads the picture here, with the product's own models."""

import io
import json

import boto3
import httpx
import pytest
from django.core.management import call_command

from catalogs import Record
from scanning import drawing
from scanning.models import Scan
from tests.api.conftest import Program, token_for
from tests.cloud import actors
from tests.cloud.conftest import RESULTS, UPLOADS
from tests.work import work_off

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
BOOKS = [
    ("Frankenstein", "Mary Shelley"),
    ("Treasure Island", "Robert Louis Stevenson"),
    ("Invisible Cities", "Italo Calvino"),
    ("The Secret Garden", "Frances Hodgson Burnett"),
]


class Catalog:
    name = "few"

    def by_isbn(self, isbn13):
        return None

    def search(self, text, limit=10):
        words = set(text.casefold().split())
        found = [book for book in BOOKS if words & set(book[0].casefold().split())]
        return [Record(title, (author,), source="few", source_id=title) for title, author in found]


def test_a_photo_goes_all_the_way(buckets, amazon, owner, settings):
    settings.STORAGE, settings.S3_BUCKET = "s3", UPLOADS
    settings.OCR, settings.PROPOSER, settings.CATALOGS = "textract", "bedrock", [f"{__name__}.Catalog"]
    settings.RATE_LIMIT = settings.RATE_LIMIT_SCANS = (100_000, 60)
    sqs, sns = boto3.resource("sqs", region_name="us-east-1"), boto3.client("sns", region_name="us-east-1")
    news, listener = sqs.create_queue(QueueName="new-photos"), sqs.create_queue(QueueName="listener")
    rule = {"QueueArn": news.attributes["QueueArn"], "Events": ["s3:ObjectCreated:*"]}
    buckets.put_bucket_notification_configuration(Bucket=UPLOADS, NotificationConfiguration={"QueueConfigurations": [rule]})
    settings.SNS_TOPIC_ARN = sns.create_topic(Name="scans")["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=settings.SNS_TOPIC_ARN, Protocol="sqs", Endpoint=listener.attributes["QueueArn"], Attributes=raw)
    amazon.lines, amazon.model = actors.really_read, actors.answer
    shelf = io.BytesIO()
    drawing.draw_shelf(BOOKS, 12).save(shelf, "JPEG", quality=92)

    program = Program(token_for(owner))
    body = {"filename": "shelf.jpg", "contentType": "image/jpeg", "size": len(shelf.getvalue()), "jobId": "job-way"}
    ticket = program.post("/uploads", body).json()
    assert httpx.put(ticket["url"], content=shelf.getvalue(), headers=ticket["headers"]).status_code == 200
    call_command("ingest", "--once", "--queue", "new-photos")
    work_off()

    scan = Scan.objects.get(job_id="job-way")
    assert (scan.status, scan.error, scan.notes) == (Scan.Status.COMPLETE, "", [])
    found = {row.record["title"] for row in scan.candidates.all() if row.validated}
    assert found == {title for title, _ in BOOKS}, [row.spine_text for row in scan.candidates.all()]
    kept = json.load(buckets.get_object(Bucket=RESULTS, Key=f"results/{owner.pk}/job-way/final-results.json")["Body"])
    [message] = listener.receive_messages()
    told = json.loads(message.body)
    assert told["resultsLocation"] == f"s3://{RESULTS}/results/{owner.pk}/job-way/final-results.json"
    assert (told["status"], told["validatedBooks"], len(told["books"])) == ("complete", 4, len(kept["books"]))
    assert len(amazon.textract) <= 2 and len(amazon.bedrock) == 1
    events = [each["type"] for each in program.get("/scans/job-way/events").json()["items"]]
    assert events[-1] == "processingComplete" and "candidate" in events
