"""Shows the messages in the dead-letter queues, and what became of their tasks."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.signing import BadSignature
from django_q.signing import SignedPackage

from jobs import runner, sqs_broker

HIDDEN_SECONDS = 30  # for as long as they are being shown
MOST_LETTERS = 80


class Command(BaseCommand):
    help = "Shows the messages in the dead-letter queues, and what became of their tasks. Only with BROKER=sqs."

    def add_arguments(self, parser):
        then = parser.add_mutually_exclusive_group()
        then.add_argument("--clear", action="store_true", help="delete the messages after showing them")
        then.add_argument("--requeue", action="store_true", help="put the messages back into their queue after showing them")

    def handle(self, *, clear, requeue, **options):
        if settings.BROKER != "sqs":
            raise CommandError("There are dead-letter queues only with BROKER=sqs.")
        for name in settings.QUEUES.values():
            for message in _messages(sqs_broker.sqs().get_queue_by_name(QueueName=f"{name}-dlq")):
                self.stdout.write(f"{name}: {_explain(message.body)}")
                if requeue:
                    sqs_broker.SqsQueue(name).enqueue(message.body)
                if clear or requeue:
                    message.delete()


def _messages(queue):
    while found := queue.receive_messages(MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN_SECONDS):
        yield from found


def _explain(body: str) -> str:
    try:
        task = SignedPackage.loads(body)
    except (BadSignature, TypeError, ValueError):
        return f"not one of our tasks, or signed with another SECRET_KEY: {json.dumps(body[:MOST_LETTERS])}"
    what = f"{task['func']}{task['args']}, sent {task['started']:%Y-%m-%d %H:%M}: every worker died before finishing it"
    return f"{what}. {_fate(*task['args'])}" if task["func"] == "jobs.runner.run_work" else f"{what}."


def _fate(name: str, pk: int, *step: str) -> str:
    """What became of the work itself, whose row outlives its messages."""
    kind = runner.WORK_KINDS.get(name)
    if kind is None:
        return f"Nobody does work of the kind {name} any more."
    rows = kind.model.objects.filter(pk=pk)
    row = rows.first()
    if row is None:
        return f"Its {name} has been deleted."
    if rows.unfinished().exists():
        return f"{row.describe_work()} continues, because the sweep queues it again."
    return f"{row.describe_work()} is {row.outcome} anyway."
