"""The messages in the dead-letter queues of SQS. The work itself goes on without them, because the sweep finds its rows."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature
from django_q.signing import SignedPackage

from jobs import runner, sqs_broker

HIDDEN_SECONDS = 30  # while they are being read
MOST_LETTERS = 80


@dataclass(frozen=True)
class QueueLetter:
    queue: str
    message: Any

    @property
    def key(self) -> str:
        return f"{self.queue}:{self.message.message_id}"

    @property
    def reason(self) -> str:
        return _explain(self.message.body)

    def requeue(self):
        sqs_broker.SqsQueue(self.queue).enqueue(self.message.body)
        self.message.delete()


def queue_letters() -> Iterator[QueueLetter]:
    for name in settings.QUEUES.values():
        queue = sqs_broker.sqs().get_queue_by_name(QueueName=f"{name}-dlq")
        while found := queue.receive_messages(MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN_SECONDS):
            yield from (QueueLetter(name, message) for message in found)


def show_queue_letters() -> list[QueueLetter]:
    """All of them, which stay where they are."""
    found = list(queue_letters())
    for letter in found:
        letter.message.change_visibility(VisibilityTimeout=0)
    return found


def requeue_queue_letters(keys: Iterable[str]) -> int:
    """Puts messages back into their queues and returns how many."""
    wanted, number = set(keys), 0
    for letter in list(queue_letters()):
        if letter.key in wanted:
            letter.requeue()
            number += 1
        else:
            letter.message.change_visibility(VisibilityTimeout=0)
    return number


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
