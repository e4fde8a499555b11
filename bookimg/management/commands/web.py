"""Serves the pages and the websockets."""

import gc
import logging
import sys
import threading
import time
from importlib import import_module

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections, connections

from bookimg import parent_watch
from bookimg.http_protocol import LimitedHttpProtocol
from bookimg.supervisor import CANNOT_RUN
from jobs.runner import sweep_work
from scanning import demo

logger = logging.getLogger("bookimg.web")
SWEEP_SECONDS = 3
DEMO = """
There is a demo library with a shelf that is being read:
  sign in as  {name}
  password    {password}
(This is only shown once. You can also sign up for an account of your own.)
"""
KEEP_SECONDS = 60  # for connections of the threads in bookimg/asgi.py. Workers keep none: they fork, and SQLite must be closed
GRACE_SECONDS = 5  # for open requests; websockets are closed, and clients reconnect


class Command(BaseCommand):
    help = "Serves the pages and the websockets."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--lead", action="store_true", help="update the database first, then look for abandoned work")

    def handle(self, *, host, port, lead=False, **options):
        parent_watch.die_with_parent()
        if lead:
            self.lead()
        if settings.DATABASES["default"]["CONN_MAX_AGE"] == 0:
            settings.DATABASES["default"]["CONN_MAX_AGE"] = KEEP_SECONDS
        application = import_module("bookimg.asgi").application
        gc.collect()
        gc.freeze()  # loaded modules stay, so the garbage collector need not scan them: a tenth of the time of a page
        uvicorn.run(
            application,
            http=LimitedHttpProtocol,
            host=host,
            port=port,
            root_path=settings.PUBLIC_PATH,
            forwarded_allow_ips=settings.TRUSTED_PROXIES,
            server_header=False,
            log_config=None,  # our own log has one line per request
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE_SECONDS,
            ws_max_size=64 * 1024,
            ws_ping_interval=20,
        )

    def lead(self):
        """The part of `up` that needs the database, so that its supervisor does not."""
        try:
            call_command("prepare")
        except CommandError as error:
            self.stderr.write(self.style.ERROR(f"CommandError: {error}"))
            sys.exit(CANNOT_RUN)
        if password := demo.offer():
            self.stdout.write(DEMO.format(name=demo.NAME, password=password))
        connections.close_all()
        threading.Thread(target=_sweep_for_ever, name="sweep", daemon=True).start()


def _sweep_for_ever():
    while True:
        time.sleep(SWEEP_SECONDS)
        try:
            close_old_connections()  # the database may have been unavailable in between
            sweep_work()
        except Exception:
            logger.exception("the sweep failed; it will be repeated soon")
