"""The queue in SQS: as django-q uses it, what is set aside, and the product's own worker on it."""

import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import boto3
import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.conf import Conf
from django_q.signing import SignedPackage
from fakeredis import TcpFakeServer

from jobs import sqs_broker
from jobs.sqs_broker import TRIES, SqsQueue
from jobs.sqs_dead_letters import show_queue_letters
from scanning.models import Scan
from tests.cloud.conftest import forget_clients
from tests.factories import make_scan
from tests.services.product import begin_with

pytestmark = pytest.mark.services
ROOT = Path(__file__).parents[2]
SCRIPT = """
import io, sys, time
import django; django.setup()
from django.contrib.auth import get_user_model
from django_q.brokers import get_broker
from scanning import uploads
from scanning.models import Scan
from tests.scanning.photos import photo
user, _ = get_user_model().objects.get_or_create(username="olive")
for number in range(int(sys.argv[1])):
    uploads.take_in_upload(user, photo(size=(400 + number, 300)), f"{number}.jpg")
deadline = time.monotonic() + 60
while Scan.objects.unfinished().exists() and time.monotonic() < deadline:
    time.sleep(0.2)
print(sorted(Scan.objects.values_list("status", flat=True)), type(get_broker()).__name__)
"""


@pytest.fixture
def queue(cloud, monkeypatch):
    monkeypatch.setattr(Conf, "SQS", {"aws_region": "us-east-1"})
    forget_clients()
    return SqsQueue("work")


def test_a_task_is_sent_taken_and_done(queue):
    queue.enqueue("task one")
    assert queue.ping() and (queue.queue_size(), queue.lock_size()) == (1, 0)
    [(receipt, body)] = queue.dequeue()
    assert body == "task one" and (queue.queue_size(), queue.lock_size()) == (0, 1)
    queue.acknowledge(receipt)
    assert (queue.queue_size(), queue.lock_size()) == (0, 0) and queue.dequeue() is None


def test_a_queue_that_is_missing_is_made_with_one_for_what_fails(queue):
    policy = queue.queue.attributes["RedrivePolicy"]
    assert "work-dlq" in policy and str(TRIES) in policy
    assert queue.queue.attributes["VisibilityTimeout"] == str(Conf.RETRY)
    assert SqsQueue("work").queue.url == queue.queue.url, "and found the next time"


def test_what_no_worker_survives_is_set_aside(queue):
    queue.enqueue("a deadly task")
    for _ in range(TRIES + 1):
        for receipt, _ in queue.dequeue() or []:
            queue.sqs.Message(queue.queue.url, receipt).change_visibility(VisibilityTimeout=0)
    aside = boto3.resource("sqs", region_name="us-east-1").get_queue_by_name(QueueName="work-dlq")
    assert [message.body for message in aside.receive_messages()] == ["a deadly task"]


@pytest.fixture
def dead_scan(queue, owner, settings):
    """The message of a scan whose workers died, in the dead-letter queue."""
    settings.BROKER, settings.QUEUES = "sqs", {"": "work"}
    scan = make_scan(owner)
    task = {"func": "jobs.runner.run_work", "args": ("scan", scan.pk, "read"), "started": timezone.now()}
    sqs_broker.sqs().get_queue_by_name(QueueName="work-dlq").send_message(MessageBody=SignedPackage.dumps(task))
    return scan


def dead_letters(*options) -> str:
    out = io.StringIO()
    call_command("dead_letters", *options, stdout=out)
    return out.getvalue()


def test_a_dead_letter_says_whose_work_it_was_and_goes_on(dead_scan, queue):
    assert f"Scan {dead_scan.job_id} of olive continues, because the sweep queues it again." in dead_letters("--requeue")
    assert queue.queue_size() == 1 and dead_letters() == ""


def test_a_dead_letter_says_what_became_of_its_work_and_is_deleted(dead_scan, queue):
    Scan.objects.update(status=Scan.Status.FAILED)
    assert f"Scan {dead_scan.job_id} of olive is failed anyway." in dead_letters("--clear")
    assert queue.queue_size() == 0 and dead_letters() == ""


def test_a_dead_letter_whose_work_is_deleted_says_so(dead_scan):
    Scan.objects.all().delete()
    assert "Its scan has been deleted." in dead_letters()


def test_the_administration_shows_messages_and_queues_the_chosen_ones_again(dead_scan, queue, admin_client):
    sqs_broker.sqs().get_queue_by_name(QueueName="work-dlq").send_message(MessageBody="nothing of ours")
    page = admin_client.get("/admin/dead-letters/")
    keys = {letter.message.body: letter.key for letter in page.context["queue_letters"]}
    assert "every worker died before finishing it" in page.content.decode() and "not one of our tasks" in page.content.decode()
    admin_client.post("/admin/dead-letters/", {"message": [key for body, key in keys.items() if body != "nothing of ours"]})
    assert queue.queue_size() == 1
    assert [letter.message.body for letter in show_queue_letters()] == ["nothing of ours"]


def test_messages_are_kept_for_as_long_as_sqs_allows(queue):
    aside = sqs_broker.sqs().get_queue_by_name(QueueName="work-dlq")
    kept = {found.attributes["MessageRetentionPeriod"] for found in (queue.queue, aside)}
    assert kept == {str(14 * 24 * 3600)}


def worked_off(environment: dict, number: int, queues: tuple[str, ...] = ("",)) -> str:
    """What becomes of so many scans, with a worker for each queue in a process of its own."""
    run = {"cwd": ROOT, "env": environment, "text": True}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, timeout=120, **run)
    subprocess.run([sys.executable, "manage.py", "createcachetable"], check=True, timeout=60, **run)
    command = [sys.executable, "manage.py", "worker", "--workers", "2", "--queue"]
    workers = [subprocess.Popen([*command, queue], **run) for queue in queues]
    try:
        done = subprocess.run([sys.executable, "-c", SCRIPT, str(number)], capture_output=True, timeout=100, **run)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().splitlines()[-1]
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(25)


@pytest.fixture
def product(tmp_path, cloud, migrated):
    begin_with(migrated, tmp_path)
    fakes = {"OCR": "tests.fakes.Reader", "PROPOSER": "tests.fakes.Proposer", "CATALOGS": "tests.fakes.Catalog", "COVERS": "off"}
    own = {"DATA_DIR": str(tmp_path), "DEMO": "0", "DJANGO_SETTINGS_MODULE": "bookimg.settings", "EMBEDDER": "hash"}
    return {**os.environ, **fakes, **own}


def test_the_products_worker_takes_its_work_from_sqs(product):
    told = worked_off(product | {"BROKER": "sqs", "SQS_QUEUE": "bookimg-test"}, 3)
    assert told == "['complete', 'complete', 'complete'] SqsQueue"
    sqs = boto3.resource("sqs", region_name="us-east-1")
    for name in ("bookimg-test", "bookimg-test-dlq"):
        assert sqs.get_queue_by_name(QueueName=name).attributes["ApproximateNumberOfMessages"] == "0"


def test_a_stage_has_workers_of_its_own(product):
    """Without them, its photos wait, and the others do not take them."""
    own = product | {"BROKER": "sqs", "SQS_QUEUE": "apart", "STAGE_QUEUES": "read"}
    assert worked_off(own, 2, queues=("", "read")) == "['complete', 'complete'] SqsQueue"
    sqs = boto3.resource("sqs", region_name="us-east-1")
    for name in ("apart-read", "apart-read-dlq"):
        assert sqs.get_queue_by_name(QueueName=name).attributes["ApproximateNumberOfMessages"] == "0"


def test_a_queue_that_is_not_configured_has_no_worker(product):
    run = [sys.executable, "manage.py", "worker", "--queue", "validate"]
    done = subprocess.run(run, env=product, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "Add it to STAGE_QUEUES" in done.stderr


def test_metrics_answer_while_sqs_is_down(cloud, monkeypatch, client, db):
    monkeypatch.setattr(Conf, "SQS", {"aws_region": "us-east-1"})
    monkeypatch.setattr(Conf, "BROKER_CLASS", "jobs.sqs_broker.SqsQueue")
    forget_clients()
    assert 'bookimg_tasks_waiting{queue="bookimg"} 0.0' in client.get("/metrics").content.decode()
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    forget_clients()
    page = client.get("/metrics").content.decode()
    assert 'bookimg_queue_up{queue="bookimg"} 0.0' in page and "bookimg_tasks_waiting{" not in page
    assert client.get("/readyz").status_code == 503


def test_the_products_worker_takes_its_work_from_redis(product):
    server = TcpFakeServer(("127.0.0.1", 0), server_type="redis")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"redis://127.0.0.1:{server.server_address[1]}/0"
        told = worked_off(product | {"BROKER": "redis", "REDIS_URL": address}, 2)
    finally:
        server.shutdown()
        server.server_close()
    assert told == "['complete', 'complete'] Redis"
