"""The product on Amazon's services, all of them on this machine: `make aws-local`. Nothing reaches an account, nothing is kept.

moto's server plays S3, SQS, SNS and Cognito, our own stand-ins Textract and Bedrock. Web, worker and ingest run as they would
there."""

import argparse
import json
import logging
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer

from tests.cloud import actors
from tests.cloud.stub import Amazon, serve

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"
UPLOADS, RESULTS, NEWS, TOLD = "bookimg-uploads", "bookimg-results", "bookimg-ingest", "bookimg-told"
ISSUER = f"https://cognito-idp.{REGION}.amazonaws.com"
PLAYED = ("S3", "SQS", "SNS", "COGNITO_IDENTITY_PROVIDER")


def keys_of_nobody() -> dict[str, str]:
    """Keys that open nothing, and no file or machine that is asked for better ones."""
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
    return {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": REGION, **nothing}


def make_buckets(site: str):
    """Private, open to the pages of the site for uploads alone, and telling a queue of what is new."""
    s3, sqs = boto3.client("s3"), boto3.resource("sqs")
    for name in (UPLOADS, RESULTS):
        s3.create_bucket(Bucket=name)
    rule = {"AllowedOrigins": [site], "AllowedMethods": ["PUT"], "AllowedHeaders": ["content-type"], "MaxAgeSeconds": 3000}
    s3.put_bucket_cors(Bucket=UPLOADS, CORSConfiguration={"CORSRules": [rule]})
    aside = sqs.create_queue(QueueName=f"{NEWS}-dlq")
    redrive = json.dumps({"deadLetterTargetArn": aside.attributes["QueueArn"], "maxReceiveCount": 5})
    queue = sqs.create_queue(QueueName=NEWS, Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "120"})
    news = {"QueueArn": queue.attributes["QueueArn"], "Events": ["s3:ObjectCreated:*"]}
    news["Filter"] = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "uploads/"}]}}
    s3.put_bucket_notification_configuration(Bucket=UPLOADS, NotificationConfiguration={"QueueConfigurations": [news]})


def make_topic() -> str:
    """A topic whose messages end in a queue, where they can be looked at."""
    sns, listener = boto3.client("sns"), boto3.resource("sqs").create_queue(QueueName=TOLD)
    topic = sns.create_topic(Name="bookimg-scans")["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=listener.attributes["QueueArn"], Attributes=raw)
    return topic


def make_pool() -> dict[str, str]:
    """A user pool with one reader, and a token of hers that the API takes."""
    cognito = boto3.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="readers")["UserPool"]["Id"]
    app = cognito.create_user_pool_client(UserPoolId=pool, ClientName="bookimg", ExplicitAuthFlows=["ADMIN_NO_SRP_AUTH"])
    client, password = app["UserPoolClient"]["ClientId"], f"Quiet-River-{secrets.token_hex(4)}"
    cognito.admin_create_user(UserPoolId=pool, Username="nora", TemporaryPassword=password)
    cognito.admin_set_user_password(UserPoolId=pool, Username="nora", Password=password, Permanent=True)
    said = cognito.admin_initiate_auth(
        UserPoolId=pool, ClientId=client, AuthFlow="ADMIN_NO_SRP_AUTH", AuthParameters={"USERNAME": "nora", "PASSWORD": password}
    )
    return {"pool": pool, "client": client, "token": said["AuthenticationResult"]["AccessToken"]}


def listen(stopping: threading.Event):
    """Says what the topic said."""
    queue = boto3.resource("sqs").get_queue_by_name(QueueName=TOLD)
    while not stopping.wait(1):
        with suppress(Exception):  # the server may be on its way out
            for message in queue.receive_messages(MaxNumberOfMessages=10):
                told = json.loads(message.body)
                books = f"{told['validatedBooks']} of {told['totalCandidates']} books"
                print(f"SNS told: {told['jobId']} {told['status']}, {books}, {told['resultsLocation']}", flush=True)
                message.delete()


def settings(moto: str, stub: str, data: str) -> dict[str, str]:
    """The environment of the product: what would be set on Amazon, and where its services are here."""
    topic, pool = make_topic(), make_pool()
    print(f"A token of Cognito, for the API: {pool['token']}", flush=True)
    return {
        "PATH": os.environ["PATH"],
        "DATA_DIR": data,
        **keys_of_nobody(),
        **{f"AWS_ENDPOINT_URL_{name}": moto for name in PLAYED},
        **{f"AWS_ENDPOINT_URL_{name}": stub for name in ("TEXTRACT", "BEDROCK_RUNTIME")},
        "STORAGE": "s3",
        "S3_BUCKET": UPLOADS,
        "S3_RESULTS_BUCKET": RESULTS,
        "BROKER": "sqs",
        "SQS_QUEUE": "bookimg",
        "INGEST_QUEUE": NEWS,
        "SNS_TOPIC_ARN": topic,
        "OCR": os.environ.get("OCR", "textract"),
        "PROPOSER": os.environ.get("PROPOSER", "bedrock"),
        "CATALOGS": os.environ.get("CATALOGS", "local"),
        "COVERS": os.environ.get("COVERS", "off"),
        "DEMO": os.environ.get("DEMO", "1"),
        "JWT_ISSUER": f"{ISSUER}/{pool['pool']}",
        "JWT_AUDIENCE": pool["client"],
        "JWT_JWKS_URL": f"{moto}/{pool['pool']}/.well-known/jwks.json",
    }


def run(port: int, moto_port: int, data: str) -> int:
    os.environ.update(keys_of_nobody() | {"AWS_DEFAULT_REGION": REGION})
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request of the product to S3 and SQS
    server = ThreadedMotoServer("127.0.0.1", port=moto_port, verbose=False)
    server.start()
    moto = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    os.environ.update({f"AWS_ENDPOINT_URL_{name}": moto for name in PLAYED})
    world = Amazon(lines=actors.really_read, model=actors.answer)
    stub = serve(world)
    make_buckets(f"http://127.0.0.1:{port}")
    environment = settings(moto, f"http://127.0.0.1:{stub.server_port}", data)
    print(f"S3, SQS, SNS and Cognito are at {moto}, Textract and Bedrock at http://127.0.0.1:{stub.server_port}.", flush=True)
    product = subprocess.Popen([sys.executable, "manage.py", "up", "--port", str(port)], cwd=ROOT, env=environment)
    ingest = subprocess.Popen([sys.executable, "manage.py", "ingest"], cwd=ROOT, env=environment)
    stopping = threading.Event()
    threading.Thread(target=listen, args=(stopping,), daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: product.terminate())
    while product.poll() is None:  # a plain wait would not notice a signal that another thread was given
        time.sleep(0.2)
    stopping.set()
    ingest.terminate()
    ingest.wait()
    stub.shutdown()
    server.stop()
    print(f"Textract was asked {len(world.textract)} times, Bedrock {len(world.bedrock)} times.", flush=True)
    return product.returncode


if __name__ == "__main__":
    wanted = argparse.ArgumentParser(prog="make aws-local")
    wanted.add_argument("--port", type=int, default=8000)
    wanted.add_argument("--moto-port", type=int, default=0)
    asked = wanted.parse_args()
    with tempfile.TemporaryDirectory(prefix="bookimg-aws-") as data:
        sys.exit(run(asked.port, asked.moto_port, data))
