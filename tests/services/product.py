"""The whole product as it runs for people, in processes of its own, with a slow fake world; seen from outside."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil

from tests.fakes import TITLES

ROOT = Path(__file__).parent.parent.parent
LEASE_SECONDS = 2
SEED = """
import django; django.setup()
from django.contrib.auth.models import User
from scanning import pipeline
from tests.factories import make_scan
user, _ = User.objects.get_or_create(username="olive")
pipeline.start(make_scan(user, job_id="{job_id}"))
"""


def until(condition, seconds: float, what: str):
    """What `condition` answers once it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(0.005)
    raise AssertionError(f"{what} did not happen within {seconds} s")


def begin_with(tables: Path | None, place: Path):
    """An empty database after all migrations, where one is at hand: to make it takes longer than most tests."""
    if tables and tables.exists():
        shutil.copy(tables, place / "bookimg.sqlite3")


class Product:
    def __init__(self, place: Path, tables: Path | None = None):
        """Begins with `tables`, as in `begin_with`; without them the first start makes them."""
        begin_with(tables, place)
        self.place, self.seeds = place, []
        self.log = place / "log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "bookimg.settings",
            "DATA_DIR": str(place),
            "DEMO": "0",
            "LEASE_SECONDS": str(LEASE_SECONDS),
            "OCR": "tests.fakes.Reader",
            "PROPOSER": "tests.fakes.Proposer",
            "CATALOGS": "tests.fakes.Catalog",
            "FAKE_READ_SECONDS": "1.5",
            "FAKE_PROPOSE_SECONDS": "0.4",
            "FAKE_CATALOG_SECONDS": "0.6",
        }

    def start(self):
        command = [sys.executable, "manage.py", "up", "--port", str(self.port)]
        with self.log.open("a") as log:
            self.supervisor = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        until(self.answers, 120, "the first page")  # the database is made first
        until(lambda: len(self.cluster()) == 3, 15, "a full cluster")
        return self

    def stop(self) -> int:
        """As Ctrl-C or the system's shutdown does it; its exit code."""
        family = self.family()
        self.supervisor.terminate()
        code = self.supervisor.wait(30)
        self.assert_gone(family)
        assert not any(seed.wait(30) for seed in self.seeds)
        return code

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False

    # ── Processes ──
    def family(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.supervisor.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def child(self, name: str) -> psutil.Process:
        """`web`, or `worker` for the guard of the cluster."""

        def find():
            children = psutil.Process(self.supervisor.pid).children()
            return next((child for child in children if name in child.cmdline()), None)

        return until(find, 15, f"a {name} process")

    def cluster(self) -> list[psutil.Process]:
        """The worker, the monitor and the pusher, in the order of their start."""
        return self.at_work()[1:]

    def at_work(self) -> list[psutil.Process]:
        """The process for outgoing work, and the cluster."""
        try:
            return sorted(self.child("worker").children(), key=lambda process: process.pid)
        except psutil.NoSuchProcess:
            return []

    @staticmethod
    def kill(process: psutil.Process):
        os.kill(process.pid, signal.SIGKILL)

    @staticmethod
    def assert_gone(processes: list[psutil.Process], seconds: float = 2):
        _, alive = psutil.wait_procs(processes, timeout=seconds)
        assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]

    # ── Scans ──
    def scan(self, job_id: str) -> str:
        """Handed in; whoever did that may still be on the way out while the worker begins."""
        seed = [sys.executable, "-c", SEED.format(job_id=job_id)]
        self.seeds.append(subprocess.Popen(seed, cwd=ROOT, env=self.environment))
        until(lambda: self.ask("SELECT 1 FROM scanning_scan WHERE job_id = ?", job_id), 60, f"the scan {job_id}")
        return job_id

    def ask(self, question: str, *values) -> list[tuple]:
        with sqlite3.connect(self.place / "bookimg.sqlite3", timeout=20) as database:
            return database.execute(question, values).fetchall()

    def write(self, statement: str, *values) -> int:
        """The primary key of the new row."""
        with sqlite3.connect(self.place / "bookimg.sqlite3", timeout=20) as database:
            return database.execute(statement, values).lastrowid

    def is_at(self, job_id: str, stage: str) -> bool:
        # The last stage is often over before it can be seen.
        seen = "(stage = ? OR status = 'complete')" if stage == "finish" else "stage = ? AND lease != ''"
        return bool(self.ask(f"SELECT 1 FROM scanning_scan WHERE job_id = ? AND {seen}", job_id, stage))

    def wait_for_stage(self, job_id: str, stage: str):
        until(lambda: self.is_at(job_id, stage), 60, f"stage {stage}")

    def assert_completes(self, job_id: str, seconds: float = 25):
        """Complete, and told so: every seq, every book and the end exactly once."""
        ((pk,),) = self.ask("SELECT id FROM scanning_scan WHERE job_id = ?", job_id)
        state = "SELECT 1 FROM scanning_scan WHERE id = ? AND status = 'complete'"
        until(lambda: self.ask(state, pk), seconds, f"the end of {job_id}")
        log = self.ask("SELECT seq, type, payload FROM scanning_scanevent WHERE scan_id = ? ORDER BY seq", pk)
        assert [seq for seq, _, _ in log] == list(range(1, len(log) + 1))
        told = [json.loads(payload)["book"]["title"] for _, type, payload in log if type == "candidate"]
        assert told == TITLES
        assert [type for _, type, _ in log].count("processingComplete") == 1
        assert self.ask("SELECT count(*) FROM scanning_candidate WHERE scan_id = ?", pk) == [(3,)]
