"""Many scans at once through SQS, by two workers, while 5 % of all calls fail and a worker is killed.

A hundred of them with `THOROUGH=1`. `MANY_SCANS` and `MANY_FAULTS` make it larger or rougher;
`MANY_STORAGE=s3` keeps the files in the bucket, too."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import boto3
import psutil
import pytest

from bookimg import parent_watch
from tests.cloud import faults
from tests.cloud.conftest import RESULTS, UPLOADS, forget_clients
from tests.cloud.test_scans import SEEN, alone
from tests.requirements import THOROUGH
from tests.services.product import begin_with

pytestmark = pytest.mark.services
ROOT = Path(__file__).parents[2]
SCANS = int(os.environ.get("MANY_SCANS", 100 if THOROUGH else 16))
FAULTS = float(os.environ.get("MANY_FAULTS", 0.05))
SECONDS = 120 + 3 * SCANS
OF_ENGINES = ["ThrottlingException", "InternalServerError", "ServiceUnavailableException", "cut", "lost"]
OF_SERVICES = ["Throttling", "InternalError", "SlowDown", "cut", "lost"]
SCRIPT = """
import json, sys, time
import django; django.setup()
from django.contrib.auth import get_user_model
from django.db import connection
from jobs.runner import sweep_work
from scanning import stages, uploads
from scanning.models import Candidate, Purchase, Scan, ScanEvent
from tests.scanning.photos import photo
number, looks = int(sys.argv[1]), int(sys.argv[2])
user, _ = get_user_model().objects.get_or_create(username="olive")
for n in range(number):
    while True:
        try:
            uploads.take_in_upload(user, photo(size=(400 + n, 300)), f"{n}.jpg", f"job-{n}")
            break
        except Exception as error:  # the bucket refused the photo, as its owner would be told: once more
            print(f"again: {error}", file=sys.stderr)
print("sent", flush=True)
waiting = lambda: Scan.objects.unfinished().exists() or Scan.objects.filter(to_announce=True).exists()
while waiting() and (looks := looks - 1):
    time.sleep(1)
    try:
        sweep_work()
        stages.announce_late_ends()
    except Exception as error:  # as `up` does
        print(f"swept in vain: {error}", file=sys.stderr)
scans = []
for scan in Scan.objects.order_by("pk"):
    types = list(scan.events.values_list("type", flat=True))
    seqs = list(scan.events.values_list("seq", flat=True))
    numbers = list(scan.candidates.values_list("number", flat=True))
    books = [event.payload["book"] for event in scan.events.filter(type="candidate")]
    told = [f"{book['number']} {book['title']} {book['confidence']}" for book in books]  # told again when it changes
    scans.append({
        "job": scan.job_id, "status": scan.status, "stage": scan.stage, "lease": scan.lease,
        "notes": scan.notes, "error": scan.error, "numbers": numbers, "told": told,
        "ends": types.count("processingComplete"), "gaps": seqs != list(range(1, len(seqs) + 1)),
        "purchases": Purchase.objects.filter(scan=scan).count(), "announce": scan.to_announce,
    })
print(json.dumps(scans))
"""


def some(codes: list[str], chance: random.Random):
    return lambda _: chance.choice(codes) if chance.random() < FAULTS else ""


@pytest.fixture
def rough(cloud, amazon, monkeypatch):
    """Textract, Bedrock, S3, SQS and SNS, each of which fails now and then."""
    amazon.lines, amazon.model, amazon.fault = SEEN, alone, some(OF_ENGINES, random.Random(1))
    way = faults.Faulty()
    server = faults.serve(way, cloud)
    yield way
    server.shutdown()
    server.server_close()


class Workers:
    """So many processes of the product, each started again when it ends, as a supervisor does."""

    def __init__(self, number: int, **run):
        self.run, self.over, self.restarts = run, False, 0
        self.processes = [self.start() for _ in range(number)]
        self.keeper = threading.Thread(target=self.keep, daemon=True)
        self.keeper.start()

    def start(self):
        return subprocess.Popen([sys.executable, "manage.py", "worker", "--workers", "2"], start_new_session=True, **self.run)

    def keep(self):
        while not self.over:
            for n, process in enumerate(self.processes):
                if process.poll() is not None and not self.over:
                    self.clear(process)
                    self.processes[n] = self.start()
                    self.restarts += 1
            time.sleep(0.5)

    def kill_one(self):
        """One that works, in the middle of it."""
        children = psutil.Process(self.processes[0].pid).children()
        if children:
            children[0].send_signal(signal.SIGKILL)

    def stop(self):
        self.over = True
        self.keeper.join()
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(60)
            self.clear(process)

    @staticmethod
    def clear(process):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def environment(tmp_path, way, topic) -> dict:
    own = {
        "DATA_DIR": str(tmp_path), "DEMO": "0", "DJANGO_SETTINGS_MODULE": "bookimg.settings", "EMBEDDER": "hash", "COVERS": "off",
        parent_watch.SUPERVISOR: str(os.getpid()),
        "BROKER": "sqs", "SQS_QUEUE": "many", "SNS_TOPIC_ARN": topic, "LEASE_SECONDS": "6", "CLOUD_SECONDS": "20",
        "OCR": "textract", "PROPOSER": "bedrock", "CLOUD_FALLBACK": "tests.fakes.Reader", "CATALOGS": "tests.fakes.Catalog",
        "AWS_ENDPOINT_URL_SQS": way.address, "AWS_ENDPOINT_URL_SNS": way.address, "AWS_MAX_ATTEMPTS": "2",
    }  # fmt: skip
    if os.environ.get("MANY_STORAGE") == "s3":
        s3 = {"STORAGE": "s3", "S3_BUCKET": UPLOADS, "S3_RESULTS_BUCKET": RESULTS}
        own |= s3 | {"AWS_ENDPOINT_URL_S3": way.address, "S3_PUBLIC_URL": ""}
        for name in (UPLOADS, RESULTS):
            boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=name)
    return {**os.environ, **own}


def test_many_scans_at_once(tmp_path, rough, amazon, migrated):
    begin_with(migrated, tmp_path)
    sqs, sns = boto3.resource("sqs", region_name="us-east-1"), boto3.client("sns", region_name="us-east-1")
    listener = sqs.create_queue(QueueName="listener")
    topic = sns.create_topic(Name="scans")["TopicArn"]
    raw, arn = {"RawMessageDelivery": "true"}, listener.attributes["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
    own = environment(tmp_path, rough, topic)
    run = {"cwd": ROOT, "env": own, "text": True}
    for command in (["migrate", "-v0"], ["createcachetable"]):
        subprocess.run([sys.executable, "manage.py", *command], check=True, timeout=300, **run)
    rough.fault = some(OF_SERVICES, random.Random(2))
    workers = Workers(2, **run)
    driver = subprocess.Popen([sys.executable, "-c", SCRIPT, str(SCANS), str(SECONDS)], stdout=subprocess.PIPE, **run)
    try:
        assert driver.stdout.readline() == "sent\n"
        while len(amazon.textract) < SCANS / 3 and driver.poll() is None:
            time.sleep(0.2)
        workers.kill_one()
        said, _ = driver.communicate(timeout=4 * SECONDS)  # on a machine that has other things to do
        rough.fault = None
        assert_set_aside(sqs, run)
    finally:
        driver.kill()
        workers.stop()
    assert_each_once(json.loads(said), amazon)
    assert_told_once(listener)
    broken = f"{len(rough.broken)} of {rough.passed} calls of services and {amazon.refused} of engines"
    print(f"broken: {broken}; {workers.restarts} restarts")
    assert rough.broken and amazon.refused and workers.restarts


def assert_each_once(scans: list[dict], amazon):
    """Complete, and nothing of them twice."""
    assert Counter(scan["status"] for scan in scans) == {"complete": SCANS}, [scan for scan in scans if scan["error"]]
    for scan in scans:
        assert (scan["stage"], scan["lease"], scan["ends"], scan["gaps"], scan["announce"]) == ("done", "", 1, False, False), scan
        assert scan["numbers"] == list(range(1, len(scan["numbers"]) + 1)) and len(scan["numbers"]) >= 3, scan
        assert len(scan["told"]) == len(set(scan["told"])), scan
        assert scan["purchases"] <= 2, scan
        assert scan["purchases"] or scan["notes"], scan
    widths = Counter(picture.shape[1] for picture in amazon.textract)
    assert max(widths.values()) == 1, "no photo is paid for twice"
    assert len(amazon.bedrock) <= SCANS
    assert sum(bool(scan["notes"]) for scan in scans) < SCANS / 2, "most of them were read by the engines"


def assert_told_once(listener):
    """At least once, and by its key each end is one."""
    heard = {}
    while messages := listener.receive_messages(MaxNumberOfMessages=10, MessageAttributeNames=["All"]):
        for message in messages:
            heard.setdefault(message.message_attributes["messageKey"]["StringValue"], json.loads(message.body)["jobId"])
            message.delete()
    assert sorted(heard.values()) == sorted(f"job-{n}" for n in range(SCANS))


def assert_set_aside(sqs, run):
    """What is no task comes aside, and is explained; so is what else is there."""
    aside = sqs.get_queue_by_name(QueueName="many-dlq")
    before = aside.attributes["ApproximateNumberOfMessages"]
    sqs.get_queue_by_name(QueueName="many").send_message(MessageBody="no task of ours")
    for _ in range(120):
        time.sleep(0.5)
        aside.reload()
        if aside.attributes["ApproximateNumberOfMessages"] != before:
            break
    shown = subprocess.run(
        [sys.executable, "manage.py", "dead_letters", "--clear"], stdout=subprocess.PIPE, timeout=600, **run
    ).stdout
    assert 'many: not one of our tasks, or signed with another SECRET_KEY: "no task of ours"' in shown
    others = [line for line in shown.splitlines() if "not one of our tasks" not in line]
    assert all("every worker died before finishing it" in line for line in others), shown
    forget_clients()
