"""Benchmarks bulk work with one worker beside a web process, and how much it delays a photo that comes in meanwhile."""

import csv
import io
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress

from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile

from accounts.models import Delivery, Event, Webhook
from bookimg.benchmarks import Figure, Options
from bookimg.benchmarks.process_figures import free_port
from bookimg.benchmarks.recognition import finished_scan, known_books
from catalogs import loading
from catalogs.synthetic import MadeUp
from library.models import Embedding, UserBook
from scanning import drawing
from transfer import import_run
from transfer.models import Import

ROWS, ROUNDS, ROWS_A_ROUND, WEBHOOKS = 10_000, 4, 500, 20
BOOKS_ON_THE_PHOTO = 14
DRIP_SECONDS = 1
IMPORT_SECONDS, VECTOR_SECONDS, DELAY = 30, 180, 1.5  # at most


def measure_bulk(options: Options) -> list[Figure]:
    """`--records ROWS` replaces 10,000 rows."""
    loading.ensure_builtin()
    rows, people = options.records[0] if options.records else ROWS, get_user_model().objects
    photos = _Photos(people.create_user("photographer"))
    with _processes(), _dripping_server() as address:
        importing, vectors = _import_alone(people.create_user("first"), rows)
        photos.scan()  # which loads the models
        owner = people.create_user("second")
        rounds = [_round(photos, owner, address, number) for number in range(ROUNDS)]
    alone, during_import, during_vectors = (statistics.median(seconds) for seconds in zip(*rounds, strict=True))
    print(f"a scan alone: {alone:.1f} s, during an import: {during_import:.1f} s, with vectors to do: {during_vectors:.1f} s")
    return [
        Figure(f"import of {rows:,} rows", importing, "s", IMPORT_SECONDS),
        Figure("vectors of its books", vectors, "s", VECTOR_SECONDS),
        Figure("a scan during an import compared with alone", during_import / alone, "x", DELAY),
        Figure("a scan with vectors and look-ups to do compared with alone", during_vectors / alone, "x", DELAY),
    ]


def _round(photos: "_Photos", owner, address: str, number: int) -> tuple[float, float, float]:
    """The seconds of a scan alone, during an import with slow webhooks, and when its books are looked up and get vectors."""
    alone = photos.scan()
    _send_webhooks(address, number)
    file = _start_import(owner, ROWS_A_ROUND, seed=number + 2)
    during_import = photos.scan()
    _wait_until(lambda: not _is_importing(file))
    during_vectors = photos.scan()
    _wait_until(_nothing_to_do)
    return alone, during_import, during_vectors


class _Photos:
    """The same drawn shelf, in another file each time, because the same file is not scanned twice."""

    def __init__(self, owner):
        self.owner, self.number = owner, 0
        self.shelf = drawing.draw_shelf(known_books(BOOKS_ON_THE_PHOTO, seed=1), 1)

    def scan(self) -> float:
        """Seconds from the upload to the end."""
        self.number, out = self.number + 1, io.BytesIO()
        self.shelf.putpixel((0, 0), (self.number, 0, 0))
        self.shelf.save(out, "JPEG", quality=92, comment=str(self.number))
        scan = finished_scan(self.owner, out, f"shelf-{self.number}.jpg")
        return (scan.finished - scan.created).total_seconds()


def _start_import(owner, rows: int, seed: int) -> Import:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["Title", "Author", "ISBN13"])
    table.writerows((record.title, record.authors[0], record.isbn) for record in MadeUp(seed).records(rows))
    file = import_run.take(owner, ContentFile(text.getvalue().encode()), "books.csv")
    _wait_until(lambda: Import.objects.filter(pk=file.pk, state=Import.State.PREVIEW).exists())
    import_run.start(file, {})
    return file


def _import_alone(owner, rows: int) -> tuple[float, float]:
    file, started = _start_import(owner, rows, seed=1), time.monotonic()
    _wait_until(lambda: not _is_importing(file))
    imported = time.monotonic()
    _wait_until(_nothing_to_do)
    return imported - started, time.monotonic() - imported


def _is_importing(file: Import) -> bool:
    return Import.objects.filter(pk=file.pk).unfinished().exists()


def _nothing_to_do() -> bool:
    return not (UserBook.objects.to_look_up().exists() or Embedding.objects.due().exists())


def _wait_until(condition: Callable[[], bool]):
    while not condition():
        time.sleep(0.2)


@contextmanager
def _processes():
    """One worker and one web process."""
    environment = os.environ | {"WEBHOOKS_PRIVATE": "1"}
    commands = (["web", "--port", str(free_port())], ["worker", "--workers", "1"])
    processes = [subprocess.Popen([sys.executable, sys.argv[0], *command], env=environment) for command in commands]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


# ── Webhooks that never end ─────────────────────────────────────────────────────────────────────────────────────────
def _send_webhooks(address: str, number: int):
    for person in range(WEBHOOKS):
        owner = get_user_model().objects.create_user(f"slow-{number}-{person}")
        hook = Webhook.objects.create(user=owner, url=address, events=[Event.BOOK_ADDED])
        Delivery.objects.create(webhook=hook, event=Event.BOOK_ADDED, payload={})


@contextmanager
def _dripping_server():
    """The address of a server that sends a byte a second, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server,), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def _accept(server: socket.socket):
    with suppress(OSError):  # the server is closed
        while True:
            threading.Thread(target=_drip, args=(server.accept()[0],), daemon=True).start()


def _drip(client: socket.socket):
    with suppress(OSError), client:
        client.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while True:
            client.sendall(b"a")
            time.sleep(DRIP_SECONDS)
