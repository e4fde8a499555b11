"""Everything is killed again and again while people work; afterwards, what was acknowledged must be there exactly once.

    python -m tests.load.chaos [--seconds 600] [--scans 200] [--batches 200] [--imports 20]

The ledger of what was acknowledged is kept here, outside the product. Every call is repeated with its key until it is answered.
The catalogues fail for a quarter of the time; the disk is full once, where this machine lets us mount one."""

import argparse
import io
import itertools
import json
import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
from PIL import Image
from stdnum import ean

from catalogs import CatalogError
from tests import fakes
from tests.load.servers import Town

LEASE_SECONDS = 10
PATIENCE = 180  # seconds without any work that ends, after the last kill
DISK_MB = 400


class FailingCatalog(fakes.Numbers):
    """Knows every ISBN, but is out of order for a quarter of the time."""

    def by_isbn(self, isbn13: str):
        if time.time() % 20 < 5:
            raise CatalogError("Out of order.")
        return super().by_isbn(isbn13)

    def search(self, text: str, limit: int = 10):
        if time.time() % 20 < 5:
            raise CatalogError("Out of order.")
        return fakes.Catalog().search(text, limit)


class Ledger:
    """What the product has acknowledged."""

    def __init__(self, town: Town, tokens: list[str]):
        self.town, self.tokens, self.port = town, tokens, itertools.cycle(town.ports)
        self.scans: set[str] = set()
        self.isbns: Counter[str] = Counter()
        self.rows: set[str] = set()
        self.repeats = 0

    def call(self, method: str, path: str, token: str, **more) -> httpx.Response:
        """Repeated until there is an answer that is not a failure of the server."""
        headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
        while True:
            try:
                address = f"http://127.0.0.1:{next(self.port)}/api/v1{path}"
                answer = httpx.request(method, address, headers=headers, timeout=30, **more)
                if answer.status_code < 500 and answer.status_code not in (409, 429):
                    return answer
            except httpx.HTTPError:
                pass
            self.repeats += 1
            time.sleep(0.3)

    def keyed(self, key: str) -> dict[str, str]:
        return {"Idempotency-Key": key}

    def scan(self, number: int):
        picture, job = io.BytesIO(), f"job-{number}"
        Image.new("RGB", (900, 700), (number % 250, number // 250, 77)).save(picture, "PNG")
        files = {"photo": ("shelf.png", picture.getvalue())}
        answer = self.call("POST", "/scans", self.tokens[0], files=files, data={"jobId": job}, headers=self.keyed(job))
        assert answer.status_code == 202, answer.text
        self.scans.add(job)

    def batch(self, number: int):
        isbns = [isbn + ean.calc_check_digit(isbn) for isbn in (f"978{number:06}{n:03}" for n in range(5))]
        key = self.keyed(f"batch-{number}")
        answer = self.call("POST", "/books/isbn", self.tokens[1], json={"isbns": isbns}, headers=key)
        assert answer.status_code < 300, answer.text
        self.isbns.update(isbns)

    def import_file(self, number: int):
        titles = [f"Row {n} of file {number}" for n in range(30)]
        content = "\n".join(["title,author", *(f"{title},Somebody" for title in titles)])
        files = {"file": (f"{number}.csv", content)}
        answer = self.call("POST", "/import", self.tokens[2], files=files, headers=self.keyed(f"import-{number}"))
        assert answer.status_code == 202, answer.text
        self.rows |= set(titles)

    def everything(self, path: str, token: str) -> list[dict]:
        found: list[dict] = []
        while True:
            page = self.call("GET", f"{path}?limit=100&offset={len(found)}", token).json()
            found += page["items"]
            if len(found) >= page["count"] or not page["items"]:
                return found

    def unfinished(self) -> int:
        scans = [scan["status"] for scan in self.everything("/scans", self.tokens[0])]
        imports = [one["state"] for one in self.everything("/import", self.tokens[2])]
        return sum(state not in ("complete", "failed") for state in scans + imports)

    def broken_promises(self) -> list[str]:
        scans = {scan["jobId"]: scan for scan in self.everything("/scans", self.tokens[0])}
        isbns = Counter(book["isbn"] for book in self.everything("/books", self.tokens[1]))
        titles = Counter(book["title"] for book in self.everything("/books", self.tokens[2]))
        problems = [f"scan {job} is lost" for job in self.scans - set(scans)]
        for job, one in scans.items():
            if one["status"] != "complete" and not (one["status"] == "failed" and one["error"]):
                problems.append(f"scan {job} is {one['status']} without a reason")
        for known, there in ((self.isbns, isbns), (Counter(self.rows), titles)):
            problems += [f"{key} is there {there[key]} times, not {times}" for key, times in known.items() if there[key] != times]
        return problems


def kill_at_random(town: Town, seconds: float, chance: random.Random) -> Counter:
    """Kills something every few seconds, and starts again whatever has ended."""
    killed, until, at = Counter(), time.monotonic() + seconds, time.monotonic()
    while time.monotonic() < until:
        for server in town.servers:
            server.look_after()
        if time.monotonic() > at:
            victim = chance.choice([*town.webs, town.worker, town.worker, town.redis, town.database])
            victim.kill_one(chance)
            killed[victim.name] += 1
            at = time.monotonic() + chance.uniform(3, 10)
        time.sleep(0.2)
    return killed


def fill_disk(folder) -> bool:
    """Fills the disk of the data for a few seconds, if it is one that we mounted."""
    if not os.path.ismount(folder):
        return False
    filler = folder / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                file.write(bytes(1024 * 1024))
        except OSError:
            pass
    time.sleep(8)
    filler.unlink()
    return True


def wait_for_end(town: Town, ledger: Ledger, calls: list[Future]):
    """Until all work has ended, or none of it does any more."""
    fewest, until = 2 * len(calls), time.monotonic() + PATIENCE
    while fewest and time.monotonic() < until:
        for server in town.servers:
            server.look_after()
        left = sum(not call.done() for call in calls) + ledger.unfinished()
        if left < fewest:
            fewest, until = left, time.monotonic() + PATIENCE
        time.sleep(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in {"seconds": 600, "scans": 200, "batches": 200, "imports": 20, "seed": 1}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    town = Town(
        2,
        OCR="tests.fakes.Reader",
        PROPOSER="tests.fakes.Proposer",
        CATALOGS="tests.load.chaos.FailingCatalog",
        FAKE_READ_SECONDS="0.5",
        LEASE_SECONDS=str(LEASE_SECONDS),
        disk_mb=DISK_MB,
    )
    data = town.place / "data"
    ledger = Ledger(town, [person["token"] for person in json.loads(town.seed(3, 0))])
    work = [
        *((ledger.scan, number) for number in range(options.scans)),
        *((ledger.batch, number) for number in range(options.batches)),
        *((ledger.import_file, number) for number in range(options.imports)),
    ]
    chance = random.Random(options.seed)
    chance.shuffle(work)
    full = threading.Timer(options.seconds / 2, fill_disk, [data])
    if town.mounted:
        full.start()
    kept = True  # to look into, unless all is well
    try:
        with ThreadPoolExecutor(6) as people:
            calls = [people.submit(function, number) for function, number in work]
            killed = kill_at_random(town, options.seconds, chance)
            print(f"killed: {dict(killed)}; disk filled: {town.mounted}; {ledger.repeats} calls repeated")
            wait_for_end(town, ledger, calls)
            for call in calls:
                call.result(timeout=1)
        broken = ledger.broken_promises()
        kept = bool(broken)
        print(f"{len(ledger.scans)} scans, {sum(ledger.isbns.values())} ISBNs, {len(ledger.rows)} rows acknowledged")
        print("\n".join(broken) or "nothing lost, nothing twice")
    finally:
        full.cancel()
        town.stop(keep=kept)


if __name__ == "__main__":
    main()
