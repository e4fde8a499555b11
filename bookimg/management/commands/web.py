"""Serves the pages and the websockets."""

import gc
from importlib import import_module

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand

from bookimg import parent_watch
from bookimg.http_protocol import LimitedHttpProtocol

KEEP_SECONDS = 60  # for connections of the threads in bookimg/asgi.py. Workers keep none: they fork, and SQLite must be closed
GRACE_SECONDS = 5  # for open requests; websockets are closed, and clients reconnect


class Command(BaseCommand):
    help = "Serves the pages and the websockets."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host, port, **options):
        parent_watch.die_with_parent()
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
            log_config=None,  # our own log has one line per request
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE_SECONDS,
            ws_max_size=64 * 1024,
            ws_ping_interval=20,
        )
