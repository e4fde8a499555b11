"""Runs the background work in one process tree: this process is the guard and forks the workers that run the tasks."""

import logging
import multiprocessing
import os
import signal
import threading
import uuid
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from time import sleep

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django_q.brokers import get_broker
from django_q.cluster import Sentinel
from django_q.conf import Conf

from bookimg import parent_watch
from bookimg.management.commands.prepare import wait_until_prepared
from jobs import draining
from jobs.outgoing import run_outgoing_work
from jobs.periodic import schedule_periodic_work
from scanning import recognition

logger = logging.getLogger("bookimg.worker")
CRASHED = 70


class _Flag:
    """The part of an Event that the guard needs, without its lock: a signal handler could wait for itself."""

    raised = False

    def set(self):
        self.raised = True

    def is_set(self) -> bool:
        return self.raised

    def wait(self, seconds: float) -> bool:
        sleep(seconds)
        return self.raised


class Command(BaseCommand):
    help = "Runs the background work. After SIGTERM or Ctrl-C it finishes the current work; a second one stops it at once."

    def add_arguments(self, parser):
        parser.add_argument("--workers", type=int, help="how many tasks to run at once (default: the setting WORKERS)")
        parser.add_argument("--queue", default="", help="a stage in STAGE_QUEUES (default: everything else)")
        parser.add_argument("--wait", action="store_true", help="wait until another process has updated the database")

    def handle(self, *, workers=None, queue="", wait=False, **options):
        if queue not in settings.QUEUES:
            raise CommandError(f"There is no queue “{queue}”. Add it to STAGE_QUEUES.")
        parent_watch.die_with_parent()
        os.nice(5)  # a page must never wait for a photo
        Conf.WORKERS = Conf.QUEUE_LIMIT = workers or Conf.WORKERS
        Conf.SCHEDULER = not queue  # only one queue runs the schedule
        recognition.recognizer_from_settings()  # imports heavy modules before the fork, so that all workers share them
        if wait:
            wait_until_prepared()
        schedule_periodic_work()  # for installations that only run workers; `up` sweeps more often
        stopping = _Flag()
        guard = Sentinel(stopping, _Flag(), uuid.uuid4(), get_broker(settings.QUEUES[queue]), start=False)

        def stop(*_):
            if stopping.is_set():
                os._exit(CRASHED)
            draining.start_draining()
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        os.register_at_fork(after_in_child=_leave_stopping_to_the_guard)
        others = [] if queue else [_start_outgoing_work()]
        threading.Thread(target=_crash_with, args=(guard, others), daemon=True).start()
        guard.start()


def _leave_stopping_to_the_guard():
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _start_outgoing_work() -> BaseProcess:
    connections.close_all()  # a process must not inherit them
    process = multiprocessing.get_context("fork").Process(target=run_outgoing_work, name="outgoing")
    process.start()
    return process


def _crash_with(guard: Sentinel, others: list[BaseProcess]):
    """A process that was killed may have held the lock of a queue, and all others would wait for it forever.

    So everything stops at once. The supervisor restarts it, and thanks to the leases nothing is lost."""
    while True:
        processes = [
            process for process in (*guard.pool, guard.monitor, guard.pusher, *others) if process and process.pid
        ]  # after the start
        if len(processes) == len(others):
            sleep(0.1)
            continue
        connection.wait([process.sentinel for process in processes], timeout=0.5)
        killed = [process for process in processes if (process.exitcode or 0) < 0]
        if killed and not guard.stop_event.is_set():
            logger.error("process %s was killed by signal %s; restarting", killed[0].pid, -killed[0].exitcode)
            os._exit(CRASHED)
