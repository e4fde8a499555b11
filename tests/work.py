"""The background work of tests: scans with a photo of nothing, and a queue worked off here and now."""

import io
import itertools
import pydoc

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from PIL import Image

from scanning.models import Scan

numbers = itertools.count(1)
FAKES = {"OCR": "tests.fakes.Reader", "PROPOSER": "tests.fakes.Proposer", "CATALOGS": ["tests.fakes.Catalog"]}


def make_scan(user, **facts) -> Scan:
    """A scan that waits for its first stage; its photo is there and white."""
    job_id = facts.pop("job_id", f"job-{next(numbers)}")
    scan = Scan(user=user, job_id=job_id, filename="shelf.jpg", sha256=job_id, width=200, height=100, **facts)
    photo = io.BytesIO()
    Image.new("RGB", (200, 100), "white").save(photo, "JPEG")
    scan.photo = default_storage.save(scan.upload_key("shelf.jpg"), ContentFile(photo.getvalue()))
    scan.save()
    return scan


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
