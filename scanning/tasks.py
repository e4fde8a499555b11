"""What the workers do for scans, beside the stages of pipeline.py. A task finds what it needs in the database."""

from django.utils.module_loading import import_string

from jobs import draining, tracing
from scanning import demo
from scanning.models import Scan


def announce(pk: int):
    """What cannot be told now is told at a later sweep."""
    if scan := Scan.objects.filter(pk=pk).first():
        with tracing.span("notice", scan.trace):
            import_string("scanning.notifications.publish_notice")(scan)


def show(pk: int):
    """The demo's scan, and what comes after it."""
    if draining.is_draining():
        demo.send_demo(pk)
    else:
        demo.show_demo(pk)
