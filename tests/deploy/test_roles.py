"""What each role of deploy/aws may do, against moto's enforcement: enough for its tasks, and nothing they could do without.

moto does not enforce Textract and Bedrock; those two rights are one action each."""

import io
import json
from pathlib import Path
from string import Template

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django_q.conf import Conf

from jobs import sqs_broker
from jobs.sqs_dead_letters import requeue_queue_letters, show_queue_letters
from scanning import aws, ingest
from scanning.models import Scan
from tests.cloud.conftest import RESULTS, UPLOADS, buckets, cloud, forget_clients, moto_server, no_real_account  # noqa: F401
from tests.scanning.photos import photo
from tests.work import FAKES

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
POLICIES = Path(__file__).parents[2] / "deploy/aws/standard/policies"
ARN = "arn:aws:{}:us-east-1:123456789012:{}"
GIVEN = {
    "uploads": f"arn:aws:s3:::{UPLOADS}",
    "results": f"arn:aws:s3:::{RESULTS}",
    "work_queues": json.dumps([ARN.format("sqs", "work"), ARN.format("sqs", "work-read")]),
    "dead_letters": json.dumps([ARN.format("sqs", "work-dlq"), ARN.format("sqs", "work-read-dlq")]),
    "news_queue": ARN.format("sqs", "news"),
    "topic": ARN.format("sns", "scans"),
    "models": json.dumps([ARN.format("bedrock", "inference-profile/a.model")]),
}
NOT_PLAYED = ("textract:", "bedrock:")


def policy(role: str) -> dict:
    return json.loads(Template((POLICIES / f"{role}.json").read_text()).substitute(GIVEN))


def fresh() -> boto3.Session:
    """With the keys of now; the session of boto3 itself remembers the first ones."""
    return boto3.Session(region_name="us-east-1")


def listed(value) -> list:
    return [value] if isinstance(value, str) else value


def as_moto_takes_it(rights: dict) -> dict:
    """moto compares what a right is on for S3 alone; the queues and the topic it does not tell apart."""
    statements = [s if "s3:" in listed(s["Action"])[0] else {**s, "Resource": "*"} for s in rights["Statement"]]
    return {**rights, "Statement": statements}


def with_one_right_less(whole: dict):
    """Each policy that lacks one action, or one place in S3 that it is allowed in."""
    actions = {action for s in whole["Statement"] for action in listed(s["Action"]) if not action.startswith(NOT_PLAYED)}
    for left_out in sorted(action for action in actions if not action.startswith("s3:")):
        yield left_out, {**whole, "Statement": [s for each in whole["Statement"] if (s := lacking(each, "Action", left_out))]}
    for number, statement in enumerate(whole["Statement"]):
        for field in ("Action", "Resource") if "s3:" in listed(statement["Action"])[0] else ():
            others = [other for n, other in enumerate(whole["Statement"]) if n != number]
            for left_out in listed(statement[field]):
                less = lacking(statement, field, left_out)
                yield f"{statement['Sid']}: {left_out}", {**whole, "Statement": [*others, less] if less else others}


def lacking(statement: dict, field: str, left_out: str) -> dict | None:
    kept = [value for value in listed(statement[field]) if value != left_out]
    return {**statement, field: kept} if kept else None


@pytest.fixture
def account(buckets, cloud, settings, monkeypatch, owner):  # noqa: F811
    """Everything that the roles work with, a user who may do all, and one who may do what a test says. From here on moto asks."""
    for name, value in FAKES.items():
        setattr(settings, name, value)
    settings.STORAGE, settings.S3_BUCKET = "s3", UPLOADS
    settings.BROKER, settings.QUEUES = "sqs", {"": "work", "read": "work-read"}
    settings.SNS_TOPIC_ARN = GIVEN["topic"]
    monkeypatch.setattr(Conf, "SQS", {"aws_region": "us-east-1"})
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", cloud)
    for name in ("work", "work-read", "work-dlq", "work-read-dlq", "news"):
        fresh().client("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": "0"})
    fresh().client("sns").create_topic(Name="scans")
    iam = fresh().client("iam")
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    account = Account(settings, monkeypatch, {name: user(iam, name) for name in ("chief", "task")}, owner)
    iam.put_user_policy(UserName="chief", PolicyName="all", PolicyDocument=json.dumps(everything))
    httpx.post(f"{cloud}/moto-api/reset-auth", content=b"0").raise_for_status()
    yield account
    httpx.post(f"{cloud}/moto-api/reset-auth", content=b"inf").raise_for_status()


def user(iam, name: str) -> dict[str, str]:
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


class Account:
    def __init__(self, settings, monkeypatch, keys: dict, owner):
        self.settings, self.monkeypatch, self.keys, self.owner, self.number = settings, monkeypatch, keys, owner, 0

    def become(self, name: str):
        for variable, value in self.keys[name].items():
            self.monkeypatch.setenv(variable, value)
        sqs_broker.forget_connection()
        forget_clients()
        self.settings.STORAGES = dict(self.settings.STORAGES)  # made anew, with these keys

    def refusal(self, role: str, rights: dict) -> str:
        """What the tasks of a role, with these rights, could not do; nothing where all is done."""
        self.become("chief")
        iam = fresh().client("iam")
        iam.put_user_policy(UserName="task", PolicyName="rights", PolicyDocument=json.dumps(rights))
        self.number += 1
        getattr(self, f"before_{role}", lambda: None)()
        self.become("task")
        try:
            getattr(self, role)()
        except (ClientError, PermissionError, AssertionError, aws.Failed) as error:
            return str(error) or type(error).__name__
        return ""

    def files(self, *folders: str):
        for folder in folders:
            key = f"{folder}/1/file-{self.number}/a.jpg"
            assert not default_storage.exists(key)
            default_storage.save(key, ContentFile(b"a photo"))
            assert default_storage.open(key).read() == b"a photo" and default_storage.size(key) == 7
            assert default_storage.listdir(f"{folder}/1/file-{self.number}") == ([], ["a.jpg"])
            default_storage.delete(key)

    def give_work(self):
        for name in ("work", "work-read"):
            sqs_broker.SqsQueue(name).enqueue("a task")

    def web(self):
        self.files("uploads", "results")
        self.give_work()
        assert sqs_broker.SqsQueue("work").ping() and sqs_broker.SqsQueue("work-read").ping()
        letters = show_queue_letters()
        assert requeue_queue_letters([letter.key for letter in letters]) == len(letters) > 0

    def worker(self):
        self.files("uploads", "results")
        self.give_work()
        for name in ("work", "work-read"):
            queue = sqs_broker.SqsQueue(name)
            assert queue.queue_size() >= 1
            impatient = super(sqs_broker.SqsQueue, queue)  # ours takes a refusal for a look in vain
            for receipt, _ in impatient.dequeue():
                impatient.acknowledge(receipt)
        aws.ask_service("sns", "publish", "us-east-1", 5, TopicArn=GIVEN["topic"], Message="told")

    def before_web(self):
        self.before_dead_letters()

    def before_dead_letters(self):
        fresh().resource("sqs").get_queue_by_name(QueueName="work-read-dlq").send_message(MessageBody="a deadly task")

    def dead_letters(self):
        said = io.StringIO()
        call_command("dead_letters", "--requeue", stdout=said)
        assert said.getvalue().startswith("work-read: ")

    def before_ingest(self):
        key = f"uploads/{self.owner.pk}/job-{self.number}/dropped.jpg"
        shot = photo(size=(400 + self.number, 300)).getvalue()
        fresh().client("s3").put_object(Bucket=UPLOADS, Key=key, Body=shot)
        news = fresh().resource("sqs").get_queue_by_name(QueueName="news")
        while left := news.receive_messages(MaxNumberOfMessages=10):  # a purge is allowed once a minute
            news.delete_messages(Entries=[{"Id": str(n), "ReceiptHandle": told.receipt_handle} for n, told in enumerate(left)])
        record = {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": UPLOADS}, "object": {"key": key}}}
        news.send_message(MessageBody=json.dumps({"Records": [record]}))

    def ingest(self):
        news = fresh().resource("sqs").get_queue_by_name(QueueName="news")
        assert ingest.receive_notices(news, wait=0) == 1
        assert Scan.objects.filter(job_id=f"job-{self.number}").exists()
        assert ingest.receive_notices(news, wait=0) == 0, "what is done is not told again"
        # Undone where the scan cannot be saved. And of what is missing S3 says 403 instead of 404 to whoever may not list.
        self.files("uploads", "thumbnails")
        self.give_work()


@pytest.mark.parametrize("role", ["web", "worker", "ingest", "dead_letters"])
def test_rights_are_on_our_own_things_alone(role):
    on_all = [s["Action"] for s in policy(role)["Statement"] if "*" in listed(s["Resource"])]
    assert on_all == (["textract:DetectDocumentText"] if role == "worker" else []), "Textract has nothing that could be named"
    assert not any("*" in action for s in policy(role)["Statement"] for action in listed(s["Action"]))


@pytest.mark.parametrize("role", ["web", "worker", "ingest", "dead_letters"])
def test_a_role_may_do_what_its_tasks_do(account, role):
    assert account.refusal(role, as_moto_takes_it(policy(role))) == ""


@pytest.mark.parametrize("role", ["web", "worker", "ingest", "dead_letters"])
def test_a_role_may_do_nothing_that_its_tasks_could_do_without(account, role):
    less = with_one_right_less(as_moto_takes_it(policy(role)))
    spare = [name for name, rights in less if not account.refusal(role, rights)]
    assert not spare, " ".join(spare)
