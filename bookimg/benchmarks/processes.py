"""Benchmarks the processes: one web process with many clients, how long a second start takes, and what idle processes need."""

import http.client
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator

from django.contrib.auth import get_user_model
from django.test import Client

from bookimg import seeding
from bookimg.benchmarks import Figure, Options
from bookimg.benchmarks.process_figures import (
    descendants,
    free_port,
    peak_megabytes,
    processor_seconds,
    shared_out_megabytes,
    wait_for_port,
)
from library import listing

BOOKS, CLIENTS, SECONDS, IDLE_SECONDS = 3000, 32, 20, 20
COVERS, BOOK = 60, 40  # limit: requests a second
WEB_MEGABYTES, IDLE_MEGABYTES = 300, 300
IDLE_SHARE = 1  # limit: percent of a core
START_SECONDS = 3  # limit: until the first page of a second start


def measure_processes(options: Options) -> list[Figure]:
    """`--records BOOKS` replaces 3,000 books."""
    return [*_with_many_clients(options.records[0] if options.records else BOOKS), *_idle()]


def _with_many_clients(books: int) -> list[Figure]:
    user = get_user_model().objects.create_user("olive")
    seeding.furnish(user, books, seed=1)
    visitor = Client()
    visitor.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    port, keys = free_port(), list(user.books.filter(removed=None).values_list("pk", flat=True))
    web = subprocess.Popen([sys.executable, sys.argv[0], "web", "--port", str(port)], stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        cookie = f"sessionid={visitor.cookies['sessionid'].value}"
        covers = _rate(port, cookie, (f"/?page={page}" for page in itertools.cycle(range(1, books // listing.PAGE_SIZE + 1))))
        book = _rate(port, cookie, (f"/books/{key}/" for key in itertools.cycle(keys)))
        memory = peak_megabytes(web.pid)
    finally:
        web.terminate()
        web.wait()
    print(f"{CLIENTS} clients of one web process: {covers:.1f} pages of covers, {book:.1f} books a second")
    return [
        Figure(f"a page of covers, {CLIENTS} clients", 1000 / covers, "ms each", 1000 / COVERS),
        Figure(f"a book, {CLIENTS} clients", 1000 / book, "ms each", 1000 / BOOK),
        Figure("peak memory of the web process", memory, "MB", WEB_MEGABYTES),
    ]


def _rate(port: int, cookie: str, addresses: Iterator[str]) -> float:
    """Requests a second, after a moment to warm up. Every address is fetched once before any is fetched again."""
    counted, lock, until = [], threading.Lock(), time.monotonic() + SECONDS

    def call():
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while time.monotonic() < until:
            with lock:
                address = next(addresses)
            connection.request("GET", address, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, f"{address}: {answer.status}"
            counted.append(time.monotonic())

    clients = [threading.Thread(target=call) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    steady = [moment for moment in counted if until - SECONDS * 0.8 < moment < until]
    return len(steady) / (SECONDS * 0.8)


def _idle() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="bookimg-benchmark-") as place:
        environment = os.environ | {"DATA_DIR": place, "DATABASE_URL": f"sqlite:///{place}/bookimg.sqlite3", "DEMO": "0"}
        first, _, _ = _start(environment, idle_seconds=0)
        start, megabytes, share = _start(environment, IDLE_SECONDS)
    print(f"the first page after {first:.1f} s on a new database, and after {start:.1f} s at the next start")
    return [
        Figure("first page of a second start", start, "s", START_SECONDS),
        Figure("memory of all idle processes", megabytes, "MB", IDLE_MEGABYTES),
        Figure("processor of all idle processes", share, "% of a core", IDLE_SHARE),
    ]


def _start(environment: dict, idle_seconds: float) -> tuple[float, float, float]:
    """Seconds until the first page, and the memory and the share of a core of all processes while they have nothing to do."""
    port, started = free_port(), time.monotonic()
    up = subprocess.Popen([sys.executable, sys.argv[0], "up", "--port", str(port)], env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, 300)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        seconds = time.monotonic() - started
        time.sleep(idle_seconds)  # until the worker has started, too
        family = [up.pid, *descendants(up.pid)]
        before = sum(map(processor_seconds, family))
        time.sleep(idle_seconds)
        share = 100 * (sum(map(processor_seconds, family)) - before) / (idle_seconds or 1)
        return seconds, sum(map(shared_out_megabytes, family)), share
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait()
