"""Runs everything with one command: updates the database, then starts web and worker under one supervisor."""

import socket
import sys
import threading
import time
from contextlib import suppress

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections, connections

from bookimg.measurements import forget_ended_processes
from bookimg.supervisor import Supervisor
from jobs.runner import sweep_work
from scanning import demo

SWEEP_SECONDS = 3


class Command(BaseCommand):
    help = "Runs everything: pages, websockets and background work. Ctrl-C stops it."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=settings.WORKERS)

    def handle(self, *, host, port, workers, **options):
        _refuse_taken(host, port)
        forget_ended_processes()
        call_command("prepare")
        password = demo.offer()
        connections.close_all()
        manage = [sys.executable, sys.argv[0]]
        commands = {
            "web": [*manage, "web", "--host", host, "--port", str(port)],
            "worker": [*manage, "worker", "--workers", str(workers)],
        }
        for stage in filter(None, settings.QUEUES):
            commands[f"worker {stage}"] = [*commands["worker"], "--queue", stage]
        threading.Thread(target=self.announce, args=(host, port, password), daemon=True).start()
        Supervisor(commands, _sweep_everything, SWEEP_SECONDS).run()

    def announce(self, host: str, port: int, password: str):
        """Prints the address once the web process accepts connections."""
        while True:
            with suppress(OSError), socket.create_connection((host, port), timeout=1):
                break
            time.sleep(0.1)
        self.stdout.write(self.style.SUCCESS(f"BookImg is at http://{host}:{port} (Ctrl-C stops it)"))
        if password:
            self.stdout.write(
                f"\nThere is a demo library with a shelf that is being read:\n"
                f"  sign in as  {demo.NAME}\n  password    {password}\n"
                f"(This is only shown once. You can also sign up for an account of your own.)\n"
            )


def _sweep_everything():
    close_old_connections()  # the database may have been unavailable in between
    sweep_work()


def _refuse_taken(host: str, port: int):
    """Fails with an explanation here, instead of with a web process that dies again and again."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(f"{host}:{port} cannot be used ({error.strerror}). Try another port: --port {port + 1}") from error
