"""The background work of tests: a queue whose tasks are done here and now."""

import pydoc

from django_q.models import OrmQ
from django_q.signing import SignedPackage

FAKES = {"OCR": "tests.fakes.Reader", "PROPOSER": "tests.fakes.Proposer", "CATALOGS": ["tests.fakes.Catalog"]}


def queued() -> list[str]:
    """What waits, oldest first: a kind of work and its step, or the function of another task."""
    return [_named(task) for task in waiting_tasks()]


def _named(task: dict) -> str:
    name, _, *step = task["args"] if task["func"] == "jobs.runner.run_work" else (task["func"], None)
    return " ".join([name, *step])


def waiting_tasks() -> list[dict]:
    return [SignedPackage.loads(row.payload) for row in OrmQ.objects.order_by("pk")]


def work_one():
    """Does the oldest task as a worker would."""
    row = OrmQ.objects.order_by("pk").first()
    row.delete()
    task = SignedPackage.loads(row.payload)
    pydoc.locate(task["func"])(*task["args"], **task["kwargs"])


def work_off():
    """Does all tasks, and those they lead to."""
    while OrmQ.objects.exists():
        work_one()
