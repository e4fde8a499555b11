"""Runs everything with one command: web and worker under one supervisor, which loads neither Django's apps nor the database."""

import socket
import sys
import threading
import time
from contextlib import suppress

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.log import configure_logging

from bookimg.measurements import forget_ended_processes
from bookimg.supervisor import Supervisor


class Command(BaseCommand):
    help = "Runs everything: pages, websockets and background work. Ctrl-C stops it."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=settings.WORKERS)

    def handle(self, *, host, port, workers, **options):
        configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
        _refuse_taken(host, port)
        forget_ended_processes()
        manage = [sys.executable, sys.argv[0]]
        commands = {
            "web": [*manage, "web", "--host", host, "--port", str(port), "--lead"],
            "worker": [*manage, "worker", "--workers", str(workers), "--wait"],
        }
        for stage in filter(None, settings.QUEUES):
            commands[f"worker {stage}"] = [*commands["worker"], "--queue", stage]
        threading.Thread(target=self.announce, args=(host, port), daemon=True).start()
        if not Supervisor(commands).run():
            sys.exit(1)

    def announce(self, host: str, port: int):
        """Prints the address once the web process accepts connections."""
        while True:
            with suppress(OSError), socket.create_connection((host, port), timeout=1):
                break
            time.sleep(0.1)
        self.stdout.write(self.style.SUCCESS(f"BookImg is at http://{host}:{port} (Ctrl-C stops it)"))


def _refuse_taken(host: str, port: int):
    """Fails with an explanation here, instead of with a web process that dies again and again."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(f"{host}:{port} cannot be used ({error.strerror}). Try another port: --port {port + 1}") from error
