"""A busy evening of a town: people who turn pages, search and edit, with scans running and sockets open.

    python -m tests.load.town [--people 500] [--seconds 300] [--sockets 1000] [--scans 50]

On a PostgreSQL, a Redis and two web processes of its own. Prints what people waited, against one person alone."""

import argparse
import asyncio
import io
import json
import random
import statistics
import time
from collections import defaultdict

import httpx
import psutil
import websockets
from PIL import Image

from tests.load.servers import Town

THINKING = 5.0  # seconds between two actions of a person, on average
PAGES = {"/": 4, "/?sort=author": 1, "/?q=book+7": 2, "/shelves/": 1, "/scans/": 1, "/api/v1/books?limit=50": 2}
ALONE = 15  # requests of each kind by one person alone, before


class Crowd:
    def __init__(self, town: Town, people: list[dict]):
        self.town, self.people, self.chance = town, people, random.Random(1)
        self.client = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=400, keepalive_expiry=2))
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []

    def headers(self, number: int) -> dict[str, str]:
        """Each person has an address of their own, as behind a proxy."""
        address = f"10.1.{number // 250}.{number % 250}"
        return {"Cookie": f"sessionid={self.people[number]['session']}", "X-Forwarded-For": address}

    async def request(self, number: int, page: str, method: str = "GET", **more):
        address = f"http://127.0.0.1:{self.town.ports[number % len(self.town.ports)]}{page}"
        started = time.monotonic()
        try:
            answer = await self.client.request(method, address, headers=self.headers(number) | more.pop("headers", {}), **more)
            failed = answer.status_code >= 400 and f"{answer.status_code}"
        except httpx.HTTPError as error:
            failed = repr(error)
        self.seconds[page].append(time.monotonic() - started)
        if failed:
            self.errors.append(f"{method} {page}: {failed}")

    async def live(self, number: int, until: float):
        await asyncio.sleep(self.chance.uniform(0, THINKING))
        while time.monotonic() < until:
            if self.chance.random() < 0.05:
                bearer = {"Authorization": f"Bearer {self.people[number]['token']}"}
                name = {"name": f"Shelf {self.chance.random()}"}
                await self.request(number, "/api/v1/shelves", "POST", json=name, headers=bearer)
            else:
                await self.request(number, self.chance.choices(list(PAGES), list(PAGES.values()))[0])
            await asyncio.sleep(self.chance.expovariate(1 / THINKING))

    async def scan(self, number: int):
        picture = io.BytesIO()
        Image.new("RGB", (900, 700), (number % 250, 9, 9)).save(picture, "PNG")
        bearer = {"Authorization": f"Bearer {self.people[number]['token']}"}
        files = {"photo": ("shelf.png", picture.getvalue())}
        await self.request(number, "/api/v1/scans", "POST", files=files, headers=bearer)

    async def socket(self, number: int, over: asyncio.Event) -> bool:
        """Whether the connection stood to the end."""
        person = number % len(self.people)
        address = f"127.0.0.1:{self.town.ports[number % len(self.town.ports)]}"
        headers = self.headers(person) | {"Origin": f"http://{address}"}
        try:
            async with websockets.connect(f"ws://{address}/ws/scans/", additional_headers=headers, open_timeout=60) as page:
                await over.wait()
                await page.send('{"action": "ping"}')
                return "pong" in await asyncio.wait_for(page.recv(), 60)
        except (OSError, TimeoutError, websockets.WebSocketException):
            return False


def percentile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100)[round(share * 100) - 1] if len(values) > 1 else values[0]


def memory(town: Town) -> int:
    return sum(psutil.Process(web.process.pid).memory_full_info().uss for web in town.webs)


def busy(town: Town) -> float:
    return sum(sum(psutil.Process(web.process.pid).cpu_times()[:2]) for web in town.webs)


async def evening(town: Town, people: list[dict], options):
    crowd = Crowd(town, people)
    for page in PAGES:
        for _ in range(ALONE):
            await crowd.request(0, page)
    alone = {page: statistics.median(crowd.seconds.pop(page)) for page in PAGES}

    before, over = memory(town), asyncio.Event()
    sockets = [asyncio.create_task(crowd.socket(number, over)) for number in range(options.sockets)]
    await asyncio.sleep(options.sockets / 50)
    print(f"{options.sockets} sockets: {(memory(town) - before) / max(1, options.sockets) / 1000:.0f} kB each")

    await asyncio.gather(*(crowd.scan(number) for number in range(min(options.scans, len(people)))))
    crowd.seconds.clear()
    used, machine, started = busy(town), psutil.cpu_times(), time.monotonic()
    await asyncio.gather(*(crowd.live(number, started + options.seconds) for number in range(len(people))))
    elapsed, now = time.monotonic() - started, psutil.cpu_times()
    idle = (now.idle - machine.idle) / elapsed / psutil.cpu_count()

    over.set()
    stood = sum(await asyncio.gather(*sockets))
    print(f"{options.sockets - stood} of {options.sockets} sockets dropped")
    count = sum(map(len, crowd.seconds.values()))
    print(f"{count} requests, {count / elapsed:.0f} a second, {len(crowd.errors)} errors {crowd.errors[:5]}")
    print(
        f"web processes: {(busy(town) - used) / elapsed:.2f} of a core; the machine was idle for {100 * idle:.0f} % of the time"
    )
    for page, values in sorted(crowd.seconds.items()):
        low = alone.get(page)
        ratio = f"{percentile(values, 0.95) / low:.1f} x the {1000 * low:.0f} ms of one person alone" if low else ""
        middle, late = (1000 * percentile(values, share) for share in (0.5, 0.95))
        print(f"{page:26} {len(values):6} p50 {middle:6.0f} ms, p95 {late:6.0f} ms {ratio}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in {"people": 500, "seconds": 300, "sockets": 1000, "scans": 50, "books": 30}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    fakes = {"OCR": "tests.fakes.Reader", "PROPOSER": "tests.fakes.Proposer", "CATALOGS": "tests.fakes.Catalog"}
    town = Town(2, **fakes, FAKE_READ_SECONDS="3")
    try:
        asyncio.run(evening(town, json.loads(town.seed(options.people, options.books)), options))
    finally:
        town.stop()


if __name__ == "__main__":
    main()
