"""Benchmarks live events: the delay from the log to the client, the cost of open sockets, and that no event is lost."""

import asyncio
import json
import random
import statistics
import subprocess
import sys
import time

import websockets
from django.contrib.auth import get_user_model
from django.test import Client

from bookimg.benchmarks import Figure, Options
from bookimg.benchmarks.process_figures import free_port, processor_seconds, wait_for_port
from scanning import events
from scanning.models import Scan

SOCKETS = 50
IDLE_SECONDS = 10
ROUNDS = 10  # events of each scan, about one per second
HANG_UP_CHANCE = 0.2  # after an event, to continue from there


def measure_live(options: Options) -> list[Figure]:
    user = get_user_model().objects.create_user("bench")
    scans = [Scan.objects.create(user=user, job_id=f"job-{n}", sha256=str(n), filename="-") for n in range(SOCKETS)]
    visitor = Client()
    visitor.force_login(user)
    port = free_port()
    web = subprocess.Popen([sys.executable, sys.argv[0], "web", "--port", str(port)])
    try:
        wait_for_port(port)
        return asyncio.run(_follow_all(f"ws://127.0.0.1:{port}/ws/scans/", visitor.cookies["sessionid"].value, scans, web.pid))
    finally:
        web.terminate()
        web.wait()


async def _follow_all(url: str, session: str, scans: list[Scan], web: int) -> list[Figure]:
    opened = asyncio.Semaphore(0)
    clients = [asyncio.create_task(_follow_scan(url, session, scan.job_id, opened)) for scan in scans]
    for _ in scans:
        await opened.acquire()
    await asyncio.sleep(1)
    idle = await _processor_share(web, asyncio.sleep(IDLE_SECONDS))
    busy = await _processor_share(web, asyncio.to_thread(_append_events, scans))
    logs = await asyncio.wait_for(asyncio.gather(*clients), 30)
    lost = sum([seq for seq, _ in log] != list(range(1, ROUNDS + 1)) for log in logs)
    delays = [delay * 1000 for log in logs for _, delay in log if delay is not None]
    print(f"{len(delays)} events to {SOCKETS} sockets: median {statistics.median(delays):.0f} ms, busy {busy:.1f} % of a core")
    return [
        Figure("event to client, p95", statistics.quantiles(delays, n=20)[-1], "ms", 300),
        Figure(f"{SOCKETS} idle sockets", idle, "% of a core", 3),
        Figure("clients with a missing or repeated event", lost, "", 0.5),
    ]


async def _follow_scan(url: str, session: str, job_id: str, opened: asyncio.Semaphore) -> list[tuple[int, float | None]]:
    """Returns seq and delay of each event, over as many connections as needed."""
    log = []
    headers = {"Cookie": f"sessionid={session}", "Origin": url.replace("ws://", "http://").removesuffix("/ws/scans/")}
    while len(log) < ROUNDS:
        async with websockets.connect(url, additional_headers=headers) as connection:
            after = log[-1][0] if log else 0
            await connection.send(json.dumps({"action": "subscribe", "jobId": job_id, "after": after}))
            since = time.time()
            opened.release()
            async for text in connection:
                message = json.loads(text)
                # Events sent while the client was disconnected count as received, but not for the delay.
                delay = time.time() - message["at"] if message["at"] > since else None
                log.append((message["seq"], delay))
                if len(log) == ROUNDS or random.random() < HANG_UP_CHANCE:
                    break
    return log


def _append_events(scans: list[Scan]):
    """Appends one event to each scan per round, spread over the second as real ones would be."""
    for _ in range(ROUNDS):
        until = time.monotonic() + 1
        for scan in scans:
            events.append(scan, "progress", stage="read", done=1, total=2, message="Reading", at=time.time())
            time.sleep(random.uniform(0, 2 / len(scans)) * 0.8)
        time.sleep(max(0, until - time.monotonic()))


async def _processor_share(pid: int, work) -> float:
    """The percentage of a core that a process uses while `work` runs."""
    before, started = processor_seconds(pid), time.monotonic()
    await work
    return 100 * (processor_seconds(pid) - before) / (time.monotonic() - started)
