"""Amazon's services on this machine: moto's server for S3, SQS and SNS, asked over HTTP by the real boto3."""

import boto3
import botocore.session
import httpx
import pytest
from botocore.loaders import create_loader
from django.conf import settings as django_settings
from moto.server import ThreadedMotoServer

from jobs import sqs_broker
from scanning import aws
from tests.cloud.stub import Amazon, serve

FORMS = create_loader()
botocore.session.create_loader = lambda path: FORMS  # every session would read Amazon's forms anew, for longer than a test takes
SERVED = ("S3", "SQS", "SNS")
UPLOADS, RESULTS = "bookimg-uploads", "bookimg-results"


@pytest.fixture(autouse=True)
def no_real_account(monkeypatch, tmp_path):
    """Keys that open nothing, and no file of this machine that holds real ones."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture(scope="session")
def moto_server():
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def cloud(moto_server, monkeypatch):
    """The address of the server, empty, and asked by every client that is made from here on."""
    for service in SERVED:
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", moto_server)
    httpx.post(f"{moto_server}/moto-api/reset").raise_for_status()
    return moto_server


@pytest.fixture
def buckets(cloud, settings):
    """The storage of the product in two buckets."""
    client = boto3.client("s3", region_name="us-east-1")
    for name in (UPLOADS, RESULTS):
        client.create_bucket(Bucket=name)
    options = {"bucket": UPLOADS, "results_bucket": RESULTS, "region": "us-east-1", "addressing": "path"}
    settings.STORAGES = {
        **django_settings.STORAGES,
        "default": {"BACKEND": "bookimg.s3_storage.Buckets", "OPTIONS": options},
    }
    return client


@pytest.fixture
def amazon(monkeypatch):
    """Textract and Bedrock as the test sets them up; one try a call, and breakers that have seen nothing."""
    world = Amazon()
    server = serve(world)
    for service in ("TEXTRACT", "BEDROCK_RUNTIME"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    forget_clients()
    yield world
    server.shutdown()
    server.server_close()
    forget_clients()
    assert world.problems == []


def forget_clients():
    aws.client.cache_clear()
    aws.breaker.cache_clear()
    sqs_broker.forget_connection()
