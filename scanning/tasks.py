"""What the workers are called to do. A task is given a primary key and finds the rest in the database."""

from django.conf import settings
from django.utils.module_loading import import_string

from accounts import account_deletion
from jobs import draining
from scanning import demo, pipeline
from scanning.models import Scan, Stage


def read(pk: int):
    """Reading takes longest. Of ten photos the first is to show its books after one reading, not after ten."""
    alone = Stage.READ in settings.QUEUES  # then others are there for the other stages
    while not (alone or draining.is_draining()) and (begun := Scan.objects.begun().first()):
        work(begun.pk, begun.stage)
    work(pk, Stage.READ)


def propose(pk: int):
    work(pk, Stage.PROPOSE)


def validate(pk: int):
    work(pk, Stage.VALIDATE)


def again(pk: int):
    work(pk, Stage.AGAIN)


def finish(pk: int):
    work(pk, Stage.FINISH)


def work(pk: int, stage: str):
    if draining.is_draining():
        pipeline.enqueue(pk, stage)
    else:
        pipeline.run(pk, stage)


def announce(pk: int):
    """What cannot be told now is told at a later sweep."""
    if scan := Scan.objects.filter(pk=pk).first():
        import_string("scanning.notifications.announce")(scan)


def show(pk: int):
    """The demo's scan, and what comes after it."""
    if draining.is_draining():
        demo.send(pk)
    else:
        demo.show(pk)


def sweep():
    pipeline.sweep()
    account_deletion.sweep()
