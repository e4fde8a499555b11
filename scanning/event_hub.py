"""The events of all followed scans for all sockets of this process: one task asks the database a few times a second.

Each follower has a cursor of its own, so a late, slow or returning client gets every event once and holds nobody up."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import connection

from scanning.models import Scan, ScanEvent

logger = logging.getLogger("scanning.event_hub")

POLL_SECONDS = 0.2
AT_ONCE = 500  # events read for one follower at a time; a long log comes in several helpings
OUTBOX = 1000  # messages a slow client may lag behind before its cursor waits for it

Key = tuple[int, str]  # user, jobId: a job may be followed before anybody has uploaded its photo


@dataclass(eq=False)
class Follower:
    """One socket on one job: what it was sent last, and where its messages go."""

    user_id: int
    job_id: str
    seq: int
    outbox: asyncio.Queue = field(default_factory=lambda: asyncio.Queue(OUTBOX))

    @property
    def key(self) -> Key:
        return self.user_id, self.job_id

    def deliver(self, messages: list[dict]):
        for message in messages:
            if message["seq"] > self.seq and not self.outbox.full():
                self.outbox.put_nowait(message)
                self.seq = message["seq"]


class Hub:
    def __init__(self):
        self.followers: set[Follower] = set()
        self.task: asyncio.Task | None = None
        self.woken = asyncio.Event()

    def add(self, follower: Follower):
        self.followers.add(follower)
        if self.task is None or self.task.done():
            self.woken = asyncio.Event()
            self.task = asyncio.create_task(self.run())
        self.woken.set()  # a replay does not wait for the next round

    def discard(self, follower: Follower):
        self.followers.discard(follower)

    async def run(self):
        """Runs while anybody follows anything."""
        # A thread of its own keeps one connection open; Django's shared thread would open a new one for each question.
        with ThreadPoolExecutor(1, "hub") as thread:
            ask = asyncio.get_running_loop().run_in_executor
            try:
                while self.followers:
                    self.woken.clear()
                    news = await ask(thread, _news_for, _wanted_events(self.followers))
                    for follower in list(self.followers):
                        follower.deliver(news.get(follower.key, []))
                    await self.pause()
            finally:
                thread.submit(connection.close)

    async def pause(self):
        with suppress(TimeoutError):
            await asyncio.wait_for(self.woken.wait(), POLL_SECONDS)


def _wanted_events(followers) -> dict[Key, int]:
    """From which seq on each job is wanted: that of its follower who is furthest behind and has room."""
    wanted: dict[Key, int] = {}
    for follower in followers:
        if not follower.outbox.full():
            wanted[follower.key] = min(follower.seq, wanted.get(follower.key, follower.seq))
    return wanted


def _news_for(wanted: dict[Key, int]) -> dict[Key, list[dict]]:
    """The messages after each wanted seq. One query where nothing has happened, one more for each job with news."""
    try:
        users, jobs = {user for user, _ in wanted}, {job for _, job in wanted}
        rows = Scan.objects.filter(user_id__in=users, job_id__in=jobs).values_list("user_id", "job_id", "pk", "last_seq")
        return {
            (user, job): _messages_after(pk, job, wanted[user, job])
            for user, job, pk, last_seq in rows
            if (user, job) in wanted and last_seq > wanted[user, job]
        }
    except Exception:  # the database is away for a moment: nobody has missed anything, the next round asks again
        logger.exception("could not load new events")
        connection.close()
        return {}


def _messages_after(pk: int, job_id: str, seq: int) -> list[dict]:
    events = ScanEvent.objects.filter(scan_id=pk, seq__gt=seq).order_by("seq")[:AT_ONCE]
    return [event.as_message(job_id) for event in events]


hub = Hub()
