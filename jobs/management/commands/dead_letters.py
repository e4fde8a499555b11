"""Shows the messages in the dead-letter queues, and what became of their tasks."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.signing import BadSignature
from django_q.signing import SignedPackage

from jobs import sqs_broker
from scanning.models import Scan

HIDDEN_SECONDS = 30  # for as long as they are being shown
MOST_LETTERS = 80


class Command(BaseCommand):
    help = "Shows the messages in the dead-letter queues, and what became of their tasks. Only with BROKER=sqs."

    def add_arguments(self, parser):
        parser.add_argument("--clear", action="store_true", help="delete the messages after showing them")

    def handle(self, *, clear, **options):
        if settings.BROKER != "sqs":
            raise CommandError("There are dead-letter queues only with BROKER=sqs.")
        for name in settings.QUEUES.values():
            for message in messages(sqs_broker.sqs().get_queue_by_name(QueueName=f"{name}-dlq")):
                self.stdout.write(f"{name}: {explained(message.body)}")
                if clear:
                    message.delete()


def messages(queue):
    while found := queue.receive_messages(MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN_SECONDS):
        yield from found


def explained(body: str) -> str:
    try:
        task = SignedPackage.loads(body)
    except (BadSignature, TypeError, ValueError):
        return f"not one of our tasks, or signed with another SECRET_KEY: {json.dumps(body[:MOST_LETTERS])}"
    what = f"{task['func']}{task['args']}, sent {task['started']:%Y-%m-%d %H:%M}: every worker died before finishing it"
    return f"{what}. {fate(task)}" if task["func"].startswith("scanning.tasks.") and task["args"] else f"{what}."


def fate(task: dict) -> str:
    scan = Scan.objects.select_related("user").filter(pk=task["args"][0]).first()
    if scan is None:
        return "Its scan has been deleted."
    if scan.is_active:
        return f"Scan {scan.job_id} of {scan.user} continues, because the sweep has queued it again."
    return f"Scan {scan.job_id} of {scan.user} is {scan.status} anyway."
