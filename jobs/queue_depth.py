"""How much background work waits, whoever carries it."""

import logging

from django.conf import settings
from django_q.brokers import get_broker

logger = logging.getLogger("jobs.queue_depth")


def queue_depths() -> dict[str, int | None]:
    """For each queue the tasks in it, with those that a worker has taken and not done yet; None where it does not answer.

    After the first that does not, the others are not asked: somebody waits for this, and they live in the same place."""
    counts: dict[str, int | None] = dict.fromkeys(settings.QUEUES.values())
    for name in counts:
        try:
            counts[name] = _in_queue(name)
        except Exception as error:  # of whatever kind: the broker's own, that of its connection, or the database's
            logger.warning("the queue %s is not responding: %s", name, error)
            break
    return counts


def _in_queue(name: str) -> int:
    broker = get_broker(name)
    return (broker.queue_size() or 0) + (broker.lock_size() or 0)  # Redis keeps no count of what is taken
