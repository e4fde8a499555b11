"""The background work of tests: a queue whose tasks are done here and now."""

import pydoc

from django_q.models import OrmQ
from django_q.signing import SignedPackage

FAKES = {"OCR": "tests.fakes.Reader", "PROPOSER": "tests.fakes.Proposer", "CATALOGS": ["tests.fakes.Catalog"]}


def queued() -> list[str]:
    """The functions of the tasks that wait, oldest first."""
    return [task["func"] for task in waiting_tasks()]


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
