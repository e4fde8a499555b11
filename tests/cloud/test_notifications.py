"""How a scan ended, told to an SNS topic and read from a queue that listens to it."""

import json
from datetime import timedelta

import boto3
import pytest
from django.utils import timezone

from scanning import aws, pipeline, stages
from scanning.models import Scan
from scanning.ocr import OCRError
from tests import fakes
from tests.cloud.conftest import forget_clients
from tests.factories import make_scan
from tests.work import FAKES, queued, work_off

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


class Unreadable(fakes.Reader):
    def read(self, image, progress, found):
        raise OCRError("This photo is too dark to read.", permanent=True)


@pytest.fixture
def heard(cloud, settings, monkeypatch):
    """What a listener of the topic hears: a function that answers with the messages since it was last called."""
    for name, value in FAKES.items():
        setattr(settings, name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    forget_clients()
    topic = boto3.client("sns", region_name="us-east-1").create_topic(Name="scans")["TopicArn"]
    queue = boto3.resource("sqs", region_name="us-east-1").create_queue(QueueName="listener")
    boto3.client("sns", region_name="us-east-1").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=queue.attributes["QueueArn"], Attributes={"RawMessageDelivery": "true"}
    )
    settings.SNS_TOPIC_ARN = topic

    def listen():
        messages = queue.receive_messages(MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        return [(json.loads(each.body), {k: v["StringValue"] for k, v in each.message_attributes.items()}) for each in messages]

    yield listen
    forget_clients()


def test_a_complete_scan_is_told_in_the_final_form(owner, heard):
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    [(said, attributes)] = heard()
    assert set(said) >= {"jobId", "status", "validatedBooks", "totalCandidates", "books", "resultsLocation", "timestamp"}
    assert (said["jobId"], said["status"], said["validatedBooks"]) == (scan.job_id, "complete", 2)
    assert (attributes["jobId"], attributes["status"]) == (scan.job_id, "complete")
    assert attributes["messageKey"].startswith(f"{owner.pk}-{scan.job_id}-complete-")
    assert not Scan.objects.filter(to_announce=True).exists() and heard() == []


def test_a_failed_scan_is_told_with_its_reason(owner, heard, settings):
    settings.OCR = f"{__name__}.Unreadable"
    pipeline.start(make_scan(owner))
    work_off()
    [(said, attributes)] = heard()
    assert (said["status"], said["error"], said["retryable"]) == ("failed", "This photo is too dark to read.", False)
    assert said["totalCandidates"] == 0 and attributes["status"] == "failed"


def test_what_could_not_be_told_is_told_later_under_the_same_key(owner, heard, settings):
    right, settings.SNS_TOPIC_ARN = settings.SNS_TOPIC_ARN, "arn:aws:sns:us-east-1:123456789012:nobody"
    pipeline.start(make_scan(owner))
    with pytest.raises(aws.Failed):
        work_off()
    assert Scan.objects.get().status == Scan.Status.COMPLETE and heard() == []
    settings.SNS_TOPIC_ARN = right
    Scan.objects.update(finished=timezone.now() - timedelta(minutes=5))
    stages.announce_late_ends()
    stages.announce_late_ends()
    assert queued() == ["scanning.tasks.announce"] * 2
    work_off()
    assert len(heard()) == 1, "the second finds it told"


def test_a_message_has_a_subject_for_those_who_read_it_as_email(owner, heard, settings):
    letters = boto3.resource("sqs", region_name="us-east-1").create_queue(QueueName="letters")
    boto3.client("sns", region_name="us-east-1").subscribe(
        TopicArn=settings.SNS_TOPIC_ARN, Protocol="sqs", Endpoint=letters.attributes["QueueArn"]
    )
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    assert [json.loads(letter.body)["Subject"] for letter in letters.receive_messages()] == [
        f"BookImg scan {scan.job_id}: complete"
    ]


def test_without_a_topic_nothing_is_queued(owner, heard, settings):
    settings.SNS_TOPIC_ARN = ""
    pipeline.start(make_scan(owner))
    work_off()
    assert heard() == [] and not Scan.objects.filter(to_announce=True).exists()
