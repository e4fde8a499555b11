#!/usr/bin/env python3
"""A command line client for a BookImg server, in a single file. It needs Python 3.9 or later and httpx.

    export BOOKIMG_SERVER=https://books.example.org BOOKIMG_TOKEN=bimg_…
    bookimg.py scan shelf.jpg --shelf "Living room"
    bookimg.py isbn 9780441478125 978-0-14-143958-7
    bookimg.py watch ~/photos --accept 0.95
    bookimg.py books --filter status=to-read
    bookimg.py search "left hand"
    bookimg.py export books.csv

Create a token in the settings under “API tokens”; for `scan` and `watch`, one with permission to scan is enough. Exit status:
0 success, 1 failure (the reason is on stderr), 2 wrong usage. `isbn -` reads one ISBN per line."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
import uuid
from pathlib import Path

import httpx

ROOT = "/api/v1"
OVER = ("complete", "failed", "cancelled")
TRIES = 5
PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".heic")
LATER = ("", "too-many", "bad-token", "sign-in", "scope", "in-progress")  # not the photo's fault: try again later
PAUSE = 1.0  # seconds between polls of a scan


class Refused(Exception):
    """An error from the server, or about it."""

    code = location = ""


class Server:
    def __init__(self, address: str, token: str, transport: httpx.BaseTransport | None = None, sleep=time.sleep):
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "bookimg-client/1"}
        self.client = httpx.Client(base_url=address.rstrip("/") + ROOT, headers=headers, timeout=60, transport=transport)
        self.sleep = sleep

    def call(self, method: str, path: str, **more) -> httpx.Response:
        """Sends a request, again after connection errors and 429; with an idempotency key, so that nothing is created twice."""
        if method == "POST":
            more["headers"] = {"Idempotency-Key": str(uuid.uuid4()), **more.get("headers", {})}
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                answer = self.client.request(method, path, **more)
            except httpx.TransportError as error:
                if last:
                    raise Refused(f"{self.client.base_url.host} is not responding: {error}") from None
                self.sleep(2**attempt)
                continue
            if answer.status_code in (429, 502, 503, 504) and not last:
                self.sleep(float(answer.headers.get("Retry-After", 2**attempt)))
                continue
            if answer.is_error:
                raise refusal(answer)
            return answer
        raise Refused("The server did not respond.")

    def get(self, path: str, **query) -> dict:
        return self.call("GET", path, params=query).json()

    def post(self, path: str, body: dict | None = None, **more) -> dict:
        return self.call("POST", path, json=body, **more).json()

    # ── Scans ──
    def scan(self, photo: Path, shelf: str = "", kind: str = "shelf", tell=print) -> dict:
        """Returns the results of a photo. Called again for the same file, it continues where it was."""
        content = photo.read_bytes()
        job = f"job-{hashlib.sha256(content).hexdigest()[:40]}"  # the same photo is always the same job
        form = {"jobId": job, "kind": kind, **({"shelf": shelf} if shelf else {})}
        try:
            self.call("POST", "/scans", data=form, files={"photo": (photo.name, content)})
        except Refused as refused:
            if refused.code != "seen-before":
                raise
            job = refused.location.rsplit("/", 1)[1]  # the same photo was sent from elsewhere: use its scan
        return self.follow(job, tell)

    def follow(self, job: str, tell=print) -> dict:
        """Reports the progress until the scan ends."""
        after, values = 0, ""
        while True:
            page = self.get(f"/scans/{job}/events", after=after)
            for event in page["items"]:
                after = event["seq"]
                message = event.get("message", "")
                if message and message != values:
                    values = message
                    tell(f"  {message}")
            if page["status"] in OVER and page["count"] == len(page["items"]):
                return self.ended(job, page["status"])
            self.sleep(PAUSE)

    def ended(self, job: str, status: str) -> dict:
        if status != "complete":
            raise Refused(self.get(f"/scans/{job}")["error"] or f"The scan is {status}.")
        return self.get(f"/scans/{job}/results")


def refusal(answer: httpx.Response) -> Refused:
    try:
        values = answer.json()
        refused = Refused(values["detail"])
        refused.code = values.get("code", "")
    except (ValueError, KeyError, TypeError):
        refused = Refused(f"The server answered {answer.status_code} {answer.reason_phrase}.")
    refused.location = answer.headers.get("Location", "")
    return refused


# ── Commands ────────────────────────────────────────────────────────────────────────────────────────────────────────
def scan(server: Server, options):
    for name in options.photos:
        print(f"{name}:", file=sys.stderr)
        results = server.scan(Path(name), options.shelf, options.kind, lambda line: print(line, file=sys.stderr))
        show(options, results, "\n".join(map(line_of, results["books"])))
        if options.accept is not None:
            batch = server.post(f"/scans/{results['jobId']}/accept", {"minConfidence": options.accept})
            print(f"  {batch['added']} added, {batch['owned']} already in your library", file=sys.stderr)


def watch(server: Server, options):
    """Scans photos in a folder: each is sent once it has stopped growing, and moved to a subfolder when it has been read."""
    folder, sizes = Path(options.folder), {}
    done, refused = folder / "done", folder / "refused"
    while True:
        for photo in sorted(item for item in folder.iterdir() if item.suffix.lower() in PHOTOS):
            size = photo.stat().st_size
            if not size or sizes.get(photo) != size:
                sizes[photo] = size  # may still be being written
                continue
            options.photos, sizes = [str(photo)], {**sizes, photo: None}
            try:
                scan(server, options)
                aside(photo, done)
            except Refused as why:
                print(f"{photo.name}: {why}", file=sys.stderr, flush=True)
                if why.code in LATER:
                    continue
                aside(photo, refused)
        if options.once and not any(item.suffix.lower() in PHOTOS for item in folder.iterdir()):
            return
        server.sleep(options.every)


def aside(photo: Path, folder: Path):
    folder.mkdir(exist_ok=True)
    photo.replace(folder / f"{int(time.time())}-{photo.name}")  # cameras reuse their numbers


def books(server: Server, options):
    """Lists all books, or those that match words and filters of the library page."""
    filters = dict(item.partition("=")[::2] for item in options.filter)
    for start in range(0, options.limit, 200):
        page = server.get("/books", q=" ".join(options.words), limit=min(200, options.limit - start), offset=start, **filters)
        for book in page["items"]:
            place = f" [{book['shelf']['name']}]" if book["shelf"] else ""
            show(options, book, f"{book['title']}{' — ' + book['author'] if book['author'] else ''}{place}")
        if start + 200 >= page["count"]:
            break


def isbn(server: Server, options):
    lines = (line.strip() for line in sys.stdin) if options.isbns == ["-"] else iter(options.isbns)
    wrong = 0
    for number in filter(None, lines):
        body = {"isbn": number, "status": options.status, "onDuplicate": options.on_duplicate}
        try:
            answer = server.post("/books/isbn", {**body, **({"shelf": options.shelf} if options.shelf else {})})
        except Refused as refused:
            wrong += 1
            print(f"{number}: {refused}", file=sys.stderr, flush=True)
            continue
        for item in answer["items"]:
            show(options, item, f"{item['outcome']:6} {item['isbn']} {item['book']['title']}")
    return 1 if wrong else 0


def search(server: Server, options):
    found = server.get("/search", q=" ".join(options.words), limit=options.limit)
    show(options, found, "\n".join(f"{item['book']['title']} — {item['book']['author']}" for item in found["items"]))


def export(server: Server, options):
    form = "json" if options.file.endswith(".json") else "csv"
    with server.client.stream("GET", f"/export.{form}") as answer:
        if answer.is_error:
            answer.read()
            raise refusal(answer)
        with open(options.file, "wb") as out:
            for piece in answer.iter_bytes():
                out.write(piece)
    print(f"{options.file}: {Path(options.file).stat().st_size:,} bytes", file=sys.stderr)


def show(options, data: dict, in_words: str):
    print(json.dumps(data, ensure_ascii=False) if options.json else in_words, flush=True)


def line_of(book: dict) -> str:
    marks = {"sure": "✓", "check": "?", "unread": "…"}
    return f"{marks[book['band']]} {book['title']}{' — ' + book['author'] if book['author'] else ''}"


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="bookimg", description="Scan bookshelves and manage your books on a BookImg server.")
    made.add_argument("--server", default=os.environ.get("BOOKIMG_SERVER", "http://127.0.0.1:8000"))
    made.add_argument("--token", default=os.environ.get("BOOKIMG_TOKEN", ""), help="an API token; BOOKIMG_TOKEN is safer")
    made.add_argument("--json", action="store_true", help="print one JSON object per line")
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    subcommand = commands.add_parser("scan", help="find the books in photos of shelves")
    subcommand.add_argument("photos", nargs="+")
    _add_scan_options(subcommand)
    subcommand.set_defaults(run=scan)
    subcommand = commands.add_parser("watch", help="scan photos as they appear in a folder, for example from a camera")
    subcommand.add_argument("folder")
    _add_scan_options(subcommand)
    subcommand.add_argument("--every", type=float, default=2.0, metavar="SECONDS", help="how often to check the folder")
    subcommand.add_argument("--once", action="store_true", help="stop when the folder is empty")
    subcommand.set_defaults(run=watch)
    subcommand = commands.add_parser("books", help="list your books")
    subcommand.add_argument("words", nargs="*")
    subcommand.add_argument(
        "--filter", action="append", default=[], metavar="NAME=VALUE", help="a filter of GET /books, such as status=to-read"
    )
    subcommand.add_argument("--limit", type=int, default=100_000)
    subcommand.set_defaults(run=books)
    subcommand = commands.add_parser("isbn", help="add books by ISBN; - reads from standard input")
    subcommand.add_argument("isbns", nargs="+")
    subcommand.add_argument("--shelf", default="")
    subcommand.add_argument("--status", default="to-read")
    subcommand.add_argument("--on-duplicate", default="skip", choices=["copy", "skip"])
    subcommand.set_defaults(run=isbn)
    subcommand = commands.add_parser("search", help="search your books")
    subcommand.add_argument("words", nargs="+")
    subcommand.add_argument("--limit", type=int, default=20)
    subcommand.set_defaults(run=search)
    subcommand = commands.add_parser("export", help="export all your books as .csv or .json")
    subcommand.add_argument("file")
    subcommand.set_defaults(run=export)
    _repeat_options(commands.choices.values())
    return made


def _repeat_options(commands):
    """Also after the command, where people type them."""
    for command in commands:
        for name in ("--server", "--token"):
            command.add_argument(name, default=argparse.SUPPRESS)
        command.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def _add_scan_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--shelf", default="", help="the shelf for the books; created if it does not exist")
    command.add_argument(
        "--kind", default="shelf", choices=["shelf", "cover"], help="cover: a front cover, a title page or barcodes"
    )
    command.add_argument(
        "--accept", type=float, metavar="CONFIDENCE", help="add books with at least this confidence, such as 0.95"
    )


def main(words: list[str] | None = None, transport: httpx.BaseTransport | None = None) -> int:
    options = parser().parse_args(words)
    if not options.token:
        print("Set BOOKIMG_TOKEN to an API token (Settings, API tokens).", file=sys.stderr)
        return 2
    try:
        return options.run(Server(options.server, options.token, transport), options) or 0
    except (Refused, OSError) as error:
        print(f"bookimg: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
