"""How much background work is waiting, with any broker."""

import logging

from django.conf import settings
from django_q.brokers import get_broker

logger = logging.getLogger("jobs.queue_depth")


def queue_depths() -> dict[str, int | None]:
    """The number of tasks in every queue, including those in progress; None if the queue is not responding.

    Stops at the first queue that does not respond, because the others are on the same server and somebody is waiting."""
    counts: dict[str, int | None] = dict.fromkeys(settings.QUEUES.values())
    for name in counts:
        try:
            counts[name] = _in_queue(name)
        except Exception as error:  # from the broker, its connection or the database
            logger.warning("the queue %s is not responding: %s", name, error)
            break
    return counts


def _in_queue(name: str) -> int:
    broker = get_broker(name)
    return (broker.queue_size() or 0) + (broker.lock_size() or 0)  # Redis does not count tasks in progress
