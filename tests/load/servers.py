"""PostgreSQL, Redis and the processes of BookImg, which can be killed and come back."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from glob import glob
from pathlib import Path

import psutil

from bookimg.benchmarks.process_figures import free_port, wait_for_port
from tests.services.product import ROOT

SEED = """
import django; django.setup()
import json
from django.contrib.auth.models import User
from django.test import Client
from accounts import tokens
from tests.factories import make_copies
people = []
for number in range({people}):
    user = User.objects.create(username=f"person-{{number}}")
    make_copies(user, [f"Book {{n}} of person {{number}}" for n in range({books})])
    client = Client()
    client.force_login(user)
    token = tokens.make_api_token(user, "load", ["write"])[1]
    people.append({{"session": client.cookies["sessionid"].value, "token": token}})
print(json.dumps(people))
"""


class Server:
    """A process that is started again after it was killed."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path):
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.start()

    def start(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    def family(self) -> list[psutil.Process]:
        try:
            process = psutil.Process(self.process.pid)
            return [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def kill_one(self, chance: random.Random):
        """Kills the process or one of its children."""
        if family := self.family():
            os.kill(chance.choice(family).pid, signal.SIGKILL)

    def look_after(self):
        if self.process.poll() is not None:
            self.start()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(75)
        except subprocess.TimeoutExpired:
            self.process.kill()


class PostgreSQL:
    """A cluster of its own, which may be killed."""

    name = "postgresql"

    def __init__(self, place: Path):
        self.binaries = Path(sorted(glob("/usr/lib/postgresql/*/bin"))[-1])
        self.place, self.port = place / "postgresql", free_port()
        self.place.mkdir()
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.place, "postgres")
        self._run("initdb", "-D", str(self.place / "data"), "-U", "bookimg", "-A", "trust", "-E", "UTF8")
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "bookimg", "bookimg")

    @property
    def url(self) -> str:
        return f"postgres://bookimg@127.0.0.1:{self.port}/bookimg"

    def _run(self, program: str, *arguments: str):
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run([*user, str(self.binaries / program), *arguments], check=True, cwd=self.place, stdout=subprocess.DEVNULL)

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c max_connections=200 -c unix_socket_directories={self.place}"
        log = str(self.place / "log")
        self._run("pg_ctl", "-D", str(self.place / "data"), "-w", "-t", "60", "-l", log, "-o", options, "start")

    def kill_one(self, chance: random.Random):
        """As the loss of power would: nothing is written any more."""
        self._run("pg_ctl", "-D", str(self.place / "data"), "-m", "immediate", "stop")
        time.sleep(chance.uniform(0, 3))
        self.start()

    def look_after(self):
        pass

    def stop(self):
        self._run("pg_ctl", "-D", str(self.place / "data"), "-m", "fast", "stop")


class Town:
    """Everything: a database, a queue, web processes and a worker."""

    def __init__(self, webs: int, disk_mb: int = 0, **settings: str):
        self.place = Path(tempfile.mkdtemp(prefix="bookimg-load-"))
        self.place.chmod(0o755)  # PostgreSQL runs as another user
        self.database, redis = PostgreSQL(self.place), free_port()
        self.data = self.place / "data"
        self.data.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={disk_mb}m", "tmpfs", str(self.data)]
        self.mounted = bool(disk_mb) and subprocess.run(mount, check=False).returncode == 0
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bookimg.settings",
            "DATA_DIR": str(self.data),
            "DATABASE_URL": self.database.url,
            "BROKER": "redis",
            "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
            "DEMO": "0",
            "COVERS": "off",
            "RATE_LIMIT": "100000/m",
            "RATE_LIMIT_SCANS": "100000/m",
            **settings,
        }
        folder = ["--dir", str(self.place), "--save", ""]
        self.redis = self.serve("redis", ["redis-server", "--port", str(redis), "--appendonly", "yes", *folder])
        wait_for_port(redis)
        self.manage("prepare")
        self.ports = [free_port() for _ in range(webs)]
        self.webs = [self.serve("web", self.python("manage.py", "web", "--port", str(port))) for port in self.ports]
        self.worker = self.serve("worker", self.python("manage.py", "worker"))
        for port in self.ports:
            wait_for_port(port, 180)

    @property
    def servers(self) -> list:
        return [*self.webs, self.worker, self.redis, self.database]

    def python(self, *arguments: str) -> list[str]:
        return [sys.executable, *arguments]

    def serve(self, name: str, command: list[str]) -> Server:
        return Server(name, command, self.environment, self.place / f"{name}.log")

    def manage(self, *arguments: str):
        subprocess.run(
            self.python("manage.py", *arguments), cwd=ROOT, env=self.environment, check=True, stdout=subprocess.DEVNULL
        )

    def seed(self, people: int, books: int) -> str:
        """The sessions and tokens of new people, as JSON."""
        command = self.python("-c", SEED.format(people=people, books=books))
        done = subprocess.run(command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True)
        return done.stdout.splitlines()[-1]

    def stop(self, keep: bool = False):
        for server in self.servers:
            server.stop()
        if self.mounted:
            subprocess.run(["umount", str(self.data)], check=False)
        if not keep:
            shutil.rmtree(self.place, ignore_errors=True)
