"""The queue in SQS, where BROKER=sqs names it: django-q's own broker, with a second queue for what no worker could take."""

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

TRIES = 5  # deliveries of a message before it is set aside
KEPT_SECONDS = 14 * 24 * 3600  # as long as SQS keeps anything
PATIENCE = Config(connect_timeout=3, read_timeout=15, retries={"mode": "standard"})  # pages and probes wait for it, too
MISSING = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


FAILURES = (BotoCoreError, ClientError)
PAUSE = 1  # seconds
logger = logging.getLogger("jobs.sqs_broker")


class _Known(threading.local):
    """What is costly to make, once a thread and process: resources may not be shared, neither by threads nor across a fork."""

    pid: int = 0
    resource: Any = None


known = _Known()


def sqs():
    if known.pid != os.getpid():
        known.pid = os.getpid()
        known.resource = boto3.Session(region_name=settings.AWS_REGION).resource("sqs", config=PATIENCE)
    return known.resource


def forget_connection():
    """The next one asks the address that the environment names then."""
    known.pid = 0


class SqsQueue(Sqs):
    def get_queue(self):
        """The queue; made with its dead-letter queue where there is none and the account may."""
        self.sqs = sqs()
        try:
            return self.sqs.get_queue_by_name(QueueName=self.list_key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in MISSING:
                raise
        return _make_queue(self.sqs, self.list_key, Conf.RETRY)

    def dequeue(self):
        """A look that fails is one in vain; django-q would let the process die, and rest for ten seconds."""
        try:
            return super().dequeue()
        except FAILURES as error:
            logger.warning("the queue %s is not responding: %s", self.list_key, error)
            time.sleep(PAUSE)
            return None

    def acknowledge(self, task_id):
        """A message that cannot be deleted comes again, and finds its task done."""
        try:
            super().acknowledge(task_id)
        except FAILURES as error:
            logger.warning("could not delete a finished task from the queue %s: %s", self.list_key, error)

    def fail(self, task_id):
        """What is no task of ours comes again at once, and after the last time is set aside instead of deleted."""
        try:
            sqs().Message(self.queue.url, task_id).change_visibility(VisibilityTimeout=0)
        except FAILURES as error:
            logger.warning("an invalid message stays in the queue %s: %s", self.list_key, error)

    def queue_size(self) -> int:
        """Asked anew: the resource remembers its first answer."""
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
        return None  # `sqs` has it


def _make_queue(sqs, name: str, hidden_seconds: int):
    """A queue and `{name}-dlq`. What was delivered five times in vain goes there: its worker died, or nobody understood it."""
    aside = sqs.create_queue(QueueName=f"{name}-dlq", Attributes={"MessageRetentionPeriod": str(KEPT_SECONDS)})
    redrive = {"deadLetterTargetArn": aside.attributes["QueueArn"], "maxReceiveCount": TRIES}
    attributes = {"RedrivePolicy": json.dumps(redrive), "VisibilityTimeout": str(hidden_seconds)}
    return sqs.create_queue(QueueName=name, Attributes=attributes)
