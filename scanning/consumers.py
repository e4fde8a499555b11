"""The websocket of docs/websocket.md: checks permission and forwards events, which are stored in the log."""

import asyncio
import json
from contextlib import suppress

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from accounts.socket_auth import SIGN_IN_FIRST
from scanning.event_hub import Follower, hub
from scanning.models import Scan
from scanning.uploads import JOB_ID

MOST_EVENTS = 2**31 - 1
MOST_JOBS = 100  # on one socket


class ScanConsumer(AsyncWebsocketConsumer):
    async def connect(self):
        self.follows: dict[str, tuple[Follower, asyncio.Task]] = {}
        self.user = self.scope["user"]
        await self.accept()
        if not self.user.is_authenticated:
            await self.close(SIGN_IN_FIRST)

    async def disconnect(self, code):
        for job_id in list(self.follows):
            self.unfollow(job_id)

    async def receive(self, text_data=None, bytes_data=None):
        try:
            message = json.loads(text_data or "")
            action, job_id = message["action"], str(message.get("jobId", ""))
            after = int(message.get("after") or 0)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            return await self.refuse("bad-request")
        if action == "ping":
            await self.tell({"type": "pong"})
        elif action == "subscribe":
            await self.subscribe(job_id, after)
        elif action == "unsubscribe":
            self.unfollow(job_id)
        else:
            await self.refuse("bad-request", jobId=job_id)

    async def subscribe(self, job_id: str, after: int):
        self.unfollow(job_id)
        if not JOB_ID.fullmatch(job_id) or not 0 <= after <= MOST_EVENTS:
            await self.refuse("bad-request", jobId=job_id)
        elif len(self.follows) >= MOST_JOBS:
            await self.refuse("too-many", jobId=job_id)
        elif not await _may_follow(self.user.pk, job_id):
            await self.refuse("not-found", jobId=job_id)
        else:
            follower = Follower(self.user.pk, job_id, after)
            self.follows[job_id] = follower, asyncio.create_task(self.forward(follower))
            hub.add(follower)

    def unfollow(self, job_id: str):
        if job_id in self.follows:
            follower, forwarding = self.follows.pop(job_id)
            hub.discard(follower)
            forwarding.cancel()

    async def forward(self, follower: Follower):
        """Waits on this client alone, however slow it is."""
        while True:
            await self.tell(await follower.outbox.get())

    async def tell(self, message: dict):
        with suppress(RuntimeError):  # it left while we were writing
            await self.send(json.dumps(message))

    async def refuse(self, code: str, **about):
        await self.tell({"type": "error", "code": code, **about})


@database_sync_to_async
def _may_follow(user_id: int, job_id: str) -> bool:
    """Its owner may, and anybody may wait for a job that nobody has yet."""
    return Scan.objects.filter(user_id=user_id, job_id=job_id).exists() or not Scan.objects.filter(job_id=job_id).exists()
