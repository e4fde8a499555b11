"""The queue in SQS (BROKER=sqs): django-q's broker, plus a dead-letter queue for messages that no worker could process."""

import json
import logging
import os
import threading
import time
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django_q.brokers.aws_sqs import Sqs
from django_q.conf import Conf

TRIES = 5  # deliveries of a message before it moves to the dead-letter queue
KEPT_SECONDS = 14 * 24 * 3600  # the maximum in SQS
PATIENCE = Config(connect_timeout=3, read_timeout=15, retries={"mode": "standard"})  # pages and probes wait for it, too
MISSING = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


FAILURES = (BotoCoreError, ClientError)
PAUSE = 1  # seconds
logger = logging.getLogger("jobs.sqs_broker")


class _Known(threading.local):
    """A boto3 resource per thread and process: it is expensive to create and cannot be shared by threads or across a fork."""

    pid: int = 0
    resource: Any = None


known = _Known()


def sqs():
    if known.pid != os.getpid():
        known.pid = os.getpid()
        known.resource = boto3.Session(region_name=settings.AWS_REGION).resource("sqs", config=PATIENCE)
    return known.resource


def forget_connection():
    """Makes the next connection use the current environment."""
    known.pid = 0


class SqsQueue(Sqs):
    def get_queue(self):
        """Gets the queue, or creates it with its dead-letter queue if the account has permission."""
        self.sqs = sqs()
        try:
            return self.sqs.get_queue_by_name(QueueName=self.list_key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in MISSING:
                raise
        return _make_queue(self.sqs, self.list_key, Conf.RETRY)

    def dequeue(self):
        """Treats an error as an empty queue; otherwise django-q would let the process die and wait for ten seconds."""
        try:
            return super().dequeue()
        except FAILURES as error:
            logger.warning("the queue %s is not responding: %s", self.list_key, error)
            time.sleep(PAUSE)
            return None

    def acknowledge(self, task_id):
        """If the message cannot be deleted, it is delivered again and finds its task done."""
        try:
            super().acknowledge(task_id)
        except FAILURES as error:
            logger.warning("could not delete a finished task from the queue %s: %s", self.list_key, error)

    def fail(self, task_id):
        """Makes an invalid message visible again, so that it ends in the dead-letter queue instead of being deleted."""
        try:
            sqs().Message(self.queue.url, task_id).change_visibility(VisibilityTimeout=0)
        except FAILURES as error:
            logger.warning("an invalid message stays in the queue %s: %s", self.list_key, error)

    def queue_size(self) -> int:
        """Reloads first, because the resource caches its attributes."""
        self.queue.load()
        return super().queue_size()

    def lock_size(self) -> int:
        self.queue.load()
        return super().lock_size()

    def ping(self) -> bool:
        self.queue.load()
        return True

    @staticmethod
    def get_connection(list_key: str = Conf.PREFIX) -> Any:
        return None  # see `sqs`


def _make_queue(sqs, name: str, hidden_seconds: int):
    """Creates a queue and `{name}-dlq`, for messages that were delivered five times without success."""
    aside = sqs.create_queue(QueueName=f"{name}-dlq", Attributes={"MessageRetentionPeriod": str(KEPT_SECONDS)})
    redrive = {"deadLetterTargetArn": aside.attributes["QueueArn"], "maxReceiveCount": TRIES}
    attributes = {
        "RedrivePolicy": json.dumps(redrive),
        "VisibilityTimeout": str(hidden_seconds),
        "MessageRetentionPeriod": str(KEPT_SECONDS),
    }
    return sqs.create_queue(QueueName=name, Attributes=attributes)
