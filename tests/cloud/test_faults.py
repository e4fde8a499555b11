"""Whatever fails at whichever stage: the scan ends complete, or failed with a sentence, is never in two states at once, and
nothing is paid for twice."""

import itertools
import json
import pydoc
from datetime import timedelta

import boto3
import pytest
from django.core.files.storage import FileSystemStorage
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.signing import SignedPackage

from jobs import runner, sqs_broker
from scanning import pipeline, purchases, results, stages, uploads
from scanning.models import Purchase, Scan, Stage
from tests.cloud import faults
from tests.cloud.conftest import forget_clients
from tests.cloud.test_scans import SEEN, alone
from tests.factories import make_scan
from tests.requirements import THOROUGH
from tests.scanning.photos import photo
from tests.work import FAKES, work_off

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
NOT_CHARGED = [
    "ThrottlingException", "ProvisionedThroughputExceededException", "AccessDeniedException", "ModelNotReadyException",
    "BadDocumentException", "ExpiredTokenException", "UnrecognizedClientException", "ResourceNotFoundException",
    "InternalServerError", "ServiceUnavailableException",
]  # fmt: skip
ENGINES = {"read": ("textract", "Amazon Textract"), "propose": ("bedrock", "Amazon Bedrock")}


@pytest.fixture(autouse=True)
def paid_engines(settings, amazon):
    settings.CATALOGS = FAKES["CATALOGS"]
    settings.OCR, settings.PROPOSER, settings.SCAN_MONTHLY_USD = "textract", "bedrock", 0.0
    settings.CLOUD_FALLBACK, settings.CLOUD_SECONDS = FAKES["OCR"], 1
    amazon.lines, amazon.model = SEEN, alone


def some_of(ones: list, others: list) -> list[tuple]:
    """All of one list with all of the other with THOROUGH=1; else as many pairs as it takes to have each once."""
    pairs = list(itertools.product(ones, others))
    longest = max(len(ones), len(others))
    return pairs if THOROUGH else [(ones[n % len(ones)], others[n % len(others)]) for n in range(longest)]


def over(scan: Scan) -> Scan:
    """The scan when nothing more happens to it: with all pauses over and everything swept that was left lying."""
    for _ in range(10):
        work_off()
        later()
        if not runner.sweep_work():
            break
    work_off()
    return Scan.objects.get(pk=scan.pk)


def later():
    past = timezone.now() - timedelta(minutes=5)
    Scan.objects.exclude(lease_until=None).update(lease_until=past)
    Scan.objects.unfinished().update(due=past)


def scanned(scan: Scan) -> Scan:
    pipeline.start(scan)
    return over(scan)


def assert_in_one_state(scan: Scan):
    """Over, and everything that tells of it says the same."""
    log = list(scan.events.all())
    ends = [event.type for event in log if event.type.startswith("processing")]
    assert [event.seq for event in log] == list(range(1, len(log) + 1))
    assert (scan.lease, scan.lease_until) == ("", None) and scan.finished
    if scan.status == Scan.Status.COMPLETE:
        assert (scan.stage, scan.error) == (Stage.DONE, "") and ends[-1] == "processingComplete"
        assert results.load_result(scan, "final-results.json")["status"] == "complete"
        assert scan.candidates.count() == len(results.load_result(scan, "final-results.json")["books"])
    else:
        assert scan.status == Scan.Status.FAILED and scan.error.endswith((".", "while.")) and ends[-1] == "processingFailed"
    assert ends.count("processingComplete") <= 1


def assert_paid_once(scan: Scan, amazon):
    assert len(amazon.textract) <= 1 and len(amazon.bedrock) <= 1
    assert purchases.scan_cost(scan)["calls"] == len(amazon.textract) + len(amazon.bedrock), "what was charged is on the bill"


@pytest.mark.parametrize("fallback", ["local", "off"])
@pytest.mark.parametrize(("code", "stage"), some_of(NOT_CHARGED, list(ENGINES)))
def test_an_engine_refuses_once(owner, amazon, settings, stage, code, fallback):
    service, name = ENGINES[stage]
    settings.CLOUD_FALLBACK = "off" if fallback == "off" else settings.CLOUD_FALLBACK
    amazon.faults_of[service] = [(code, "no")]
    scan = scanned(make_scan(owner))
    assert_in_one_state(scan)
    assert_paid_once(scan, amazon)
    if fallback == "local":
        assert scan.status == Scan.Status.COMPLETE and name in scan.notes[0] and scan.notes[0].endswith("on this server instead.")
    elif scan.status == Scan.Status.FAILED:  # for good; the others were tried again, and worked
        assert name in scan.error and not scan.retryable
    assert not Purchase.objects.filter(reserved=True).exists()


@pytest.mark.parametrize("stage", ENGINES)
@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "ModelNotReadyException"])
def test_an_engine_that_stays_down_fails_with_its_sentence(owner, amazon, settings, stage, code):
    service, name = ENGINES[stage]
    settings.CLOUD_FALLBACK = "off"
    amazon.faults_of[service] = [(code, "no")] * 20
    scan = scanned(make_scan(owner))
    assert_in_one_state(scan)
    assert scan.status == Scan.Status.FAILED and name in scan.error
    assert scan.retryable is (code != "AccessDeniedException")


@pytest.mark.parametrize("stage", ENGINES)
@pytest.mark.parametrize("code", ["lost", "torn", "slow"])
def test_an_answer_that_gets_lost_is_not_paid_for_twice(owner, amazon, monkeypatch, stage, code):
    """The question was answered, so it is charged; botocore would ask again, and so would the next attempt."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "3")
    forget_clients()
    service, name = ENGINES[stage]
    amazon.faults_of[service] = [(code, "")]
    scan = scanned(make_scan(owner))
    assert_in_one_state(scan)
    assert_paid_once(scan, amazon)
    assert scan.status == Scan.Status.COMPLETE
    assert scan.notes[0].startswith(f"{name} received the request, but its response was lost. The ")
    assert Purchase.objects.get(reserved=True).service == service, "nobody knows, so it counts"


@pytest.mark.parametrize("stage", ENGINES)
def test_a_connection_that_breaks_counts_as_paid(owner, amazon, stage):
    """Nobody can know whether the question arrived."""
    amazon.faults_of[ENGINES[stage][0]] = [("cut", "")]
    scan = scanned(make_scan(owner))
    assert_in_one_state(scan)
    assert scan.status == Scan.Status.COMPLETE and "was lost" in scan.notes[0] and purchases.scan_cost(scan)["calls"] == 2


def test_without_a_way_out_a_lost_answer_waits_for_its_owner(owner, amazon, settings):
    settings.CLOUD_FALLBACK = "off"
    amazon.faults_of["textract"] = [("lost", "")]
    scan = scanned(make_scan(owner))
    assert (scan.status, scan.retryable, scan.error) == (Scan.Status.FAILED, True, purchases.PAID_ALREADY)
    assert len(amazon.textract) == 1
    assert pipeline.retry(scan)
    scan = over(scan)
    assert_in_one_state(scan)
    assert scan.status == Scan.Status.COMPLETE and len(amazon.textract) == 2, "once more, because its owner asked for it"
    assert purchases.scan_cost(scan)["calls"] == 3, "and what was lost stays on the bill"


class Killed(BaseException):
    """As when the process is killed: nothing after it is done."""


class DeadlyStorage(FileSystemStorage):
    """The worker dies before an answer of `deadly` is written, or, with `after`, right after it is."""

    deadly, after = "", False

    def save(self, name, content, max_length=None):
        if not (self.deadly and f"bought/{self.deadly}" in name):
            return super().save(name, content, max_length)
        DeadlyStorage.deadly = ""
        if self.after:
            super().save(name, content, max_length)
        raise Killed


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stage", ENGINES)
def test_a_worker_that_is_killed_with_an_answer_in_its_hand(owner, amazon, settings, tmp_path, monkeypatch, stage, after):
    service, _ = ENGINES[stage]
    storage = {"BACKEND": f"{__name__}.DeadlyStorage", "OPTIONS": {"location": tmp_path / "deadly"}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    monkeypatch.setattr(DeadlyStorage, "deadly", service)
    monkeypatch.setattr(DeadlyStorage, "after", after)
    scan = make_scan(owner)
    pipeline.start(scan)
    with pytest.raises(Killed):
        work_off()
    later()
    runner.sweep_work()
    scan = over(scan)
    assert_in_one_state(scan)
    assert_paid_once(scan, amazon)
    assert scan.status == Scan.Status.COMPLETE
    if after:
        assert scan.notes == [] and not Purchase.objects.filter(reserved=True).exists(), "the answer was there"
    else:
        assert scan.notes[0].startswith(purchases.PAID_ALREADY)


# ── S3, SQS, SNS ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def way(cloud, monkeypatch):
    """Between the product and all three of them."""
    broken = faults.Faulty()
    server = faults.serve(broken, cloud)
    for service in ("S3", "SQS", "SNS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", broken.address)
    forget_clients()
    yield broken
    server.shutdown()
    server.server_close()
    forget_clients()


REFUSALS = ["Throttling", "AccessDenied", "ExpiredToken", "InternalError", "cut", "lost"]
FILES = ["shelf.jpg", "bought/textract", "ocr.json", "bought/bedrock", "candidates.json", "/spines/", "final-results.json"]


@pytest.mark.parametrize(("key", "code"), some_of(FILES, ["InternalError", "SlowDown", "AccessDenied", "cut", "lost"]))
def test_the_bucket_fails_once(owner, amazon, way, buckets, key, code):
    scan = make_scan(owner)
    way.breaks(key, code=code)
    scan = scanned(scan)
    assert way.broken, "there was something to break"
    assert_in_one_state(scan)
    assert scan.status == Scan.Status.COMPLETE
    assert_paid_once(scan, amazon)


@pytest.mark.parametrize("key", FILES)
def test_the_bucket_stays_away_and_comes_back(owner, amazon, way, buckets, key):
    scan = make_scan(owner)
    way.breaks(key, times=10_000)
    scan = scanned(scan)
    way.fault = None
    assert_in_one_state(scan)
    if scan.status == Scan.Status.FAILED:
        assert (scan.error, scan.retryable) == (pipeline.GAVE_UP, True)
        assert_paid_once(scan, amazon)
        assert pipeline.retry(scan)
        scan = over(scan)
    assert_in_one_state(scan)
    assert scan.status == Scan.Status.COMPLETE


@pytest.mark.parametrize("code", REFUSALS)
def test_the_topic_fails_once_and_is_told_later(owner, way, settings, code):
    sqs, sns = boto3.resource("sqs", region_name="us-east-1"), boto3.client("sns", region_name="us-east-1")
    listener = sqs.create_queue(QueueName="listener")
    settings.SNS_TOPIC_ARN = sns.create_topic(Name="scans")["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    arn = listener.attributes["QueueArn"]
    sns.subscribe(TopicArn=settings.SNS_TOPIC_ARN, Protocol="sqs", Endpoint=arn, Attributes=raw)
    way.breaks("Action=Publish", code=code)
    scan = make_scan(owner)
    pipeline.start(scan)
    try:
        work_off()
    except Exception as error:
        assert "Amazon SNS" in str(error)
    scan.refresh_from_db()
    assert scan.status == Scan.Status.COMPLETE and scan.to_announce and way.broken
    Scan.objects.update(finished=timezone.now() - timedelta(minutes=5))
    stages.announce_late_ends()
    scan = over(scan)
    assert_in_one_state(scan)
    assert not scan.to_announce
    heard = listener.receive_messages(MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    keys = {message.message_attributes["messageKey"]["StringValue"] for message in heard}
    assert len(heard) == (2 if code == "lost" else 1), "at least once"
    assert {json.loads(message.body)["jobId"] for message in heard} == {scan.job_id}
    assert len(keys) <= 2


@pytest.mark.parametrize(("code", "stage"), some_of(REFUSALS, ["read", "propose", "validate", "finish"]))
def test_the_queue_fails_once(owner, amazon, way, monkeypatch, stage, code):
    monkeypatch.setattr(Conf, "SQS", {"aws_region": "us-east-1"})
    monkeypatch.setattr(Conf, "BROKER_CLASS", "jobs.sqs_broker.SqsQueue")
    get_broker()
    number, sent = ["read", "propose", "validate", "finish"].index(stage), []

    def fault(request):
        if request.names("AmazonSQS.SendMessage"):
            sent.append(request)
            return code if len(sent) == number + 1 else ""
        return ""

    way.fault = fault
    scan = make_scan(owner)
    pipeline.start(scan)
    for _ in range(4):
        take_all(get_broker())
        later()
        runner.sweep_work()
    scan.refresh_from_db()
    assert way.broken
    assert_in_one_state(scan)
    assert scan.status == Scan.Status.COMPLETE
    assert_paid_once(scan, amazon)


def take_all(queue: sqs_broker.SqsQueue):
    while found := queue.dequeue():
        for receipt, body in found:
            task = SignedPackage.loads(body)
            pydoc.locate(task["func"])(*task["args"], **task["kwargs"])
            queue.acknowledge(receipt)


def test_a_photo_that_cannot_be_kept_is_not_taken(owner, way, buckets):
    """The person hears of it, and nothing is left lying."""
    way.breaks("/uploads/", times=100, method="PUT")
    with pytest.raises(Exception, match="InternalError"):
        uploads.take_in_upload(owner, photo(), "shelf.jpg")
    assert not Scan.objects.exists()
