import asyncio
import io
import json

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser

from scanning import events, tickets
from scanning.consumers import ScanConsumer
from scanning.event_hub import OUTBOX, Follower, Hub
from scanning.images import PhotoError
from scanning.uploads import UploadError
from tests.factories import make_scan
from tests.scanning.photos import photo

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

make_scan_async = database_sync_to_async(make_scan)


@database_sync_to_async
def tell(scan, *numbers):
    for number in numbers:
        events.report_progress(scan, "read", number, 9, f"Read {number}")


class Socket(ApplicationCommunicator):
    """A client of the websocket, signed in as `user`."""

    def __init__(self, user):
        super().__init__(ScanConsumer.as_asgi(), {"type": "websocket", "path": "/ws/scans/", "user": user})

    async def __aenter__(self):
        await self.send_input({"type": "websocket.connect"})
        assert (await self.receive_output())["type"] == "websocket.accept"
        return self

    async def __aexit__(self, *error):
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait()

    async def say(self, text: str):
        await self.send_input({"type": "websocket.receive", "text": text})

    async def do(self, action: str, **more):
        await self.say(json.dumps({"action": action, **more}))

    async def subscribe(self, job_id, after=0):
        await self.do("subscribe", jobId=job_id, after=after)

    async def hears(self) -> dict:
        return json.loads((await self.receive_output(2))["text"])

    async def settled(self):
        """All that was said before has been heard."""
        await self.do("ping")
        assert await self.hears() == {"type": "pong"}

    async def seqs(self, how_many):
        return [(await self.hears())["seq"] for _ in range(how_many)]


async def test_a_follower_gets_what_was_and_what_comes_in_order(owner):
    scan = await make_scan_async(owner)
    await tell(scan, 1, 2)
    async with Socket(owner) as socket:
        await socket.subscribe(scan.job_id)
        assert await socket.seqs(2) == [1, 2]
        await tell(scan, 3)
        assert await socket.seqs(1) == [3]


@database_sync_to_async
def upload_by_ticket(user, content: bytes) -> str:
    """What the caller is told."""
    ticket = tickets.issue(user, "a.jpg", "image/jpeg", len(content), "job-to-come")
    tickets.receive_photo(ticket, io.BytesIO(content))
    try:
        return tickets.take_ticket_photo(user, "job-to-come").job_id
    except (PhotoError, UploadError) as error:
        return str(error)


async def test_an_upload_that_is_no_photo_ends_the_wait_at_once(owner):
    async with Socket(owner) as socket:
        await socket.subscribe("job-to-come")
        await socket.settled()
        reason = await upload_by_ticket(owner, b"no photo at all")
        told = await socket.hears()
        assert (told["type"], told["error"], told["retryable"]) == ("processingFailed", reason, False)
    assert await upload_by_ticket(owner, photo().getvalue()) == "job-to-come", "a new ticket begins anew"


async def test_who_comes_back_gets_every_event_once(owner):
    scan = await make_scan_async(owner)
    await tell(scan, 1, 2, 3)
    async with Socket(owner) as socket:
        await socket.subscribe(scan.job_id)
        seen = await socket.seqs(2)
    await tell(scan, 4)
    async with Socket(owner) as socket:
        await socket.subscribe(scan.job_id, after=seen[-1])
        assert seen + await socket.seqs(2) == [1, 2, 3, 4]
        assert await socket.receive_nothing(0.3)


async def test_a_job_may_be_followed_before_its_photo_is_there(owner):
    async with Socket(owner) as socket:
        await socket.subscribe("job-to-come")
        await socket.settled()
        await tell(await make_scan_async(owner, job_id="job-to-come"), 1)
        assert await socket.seqs(1) == [1]


async def test_a_stranger_does_not_find_the_job(owner, stranger):
    scan = await make_scan_async(owner)
    await tell(scan, 1)
    async with Socket(stranger) as socket:
        await socket.subscribe(scan.job_id)
        assert await socket.hears() == {"type": "error", "code": "not-found", "jobId": scan.job_id}
        assert await socket.receive_nothing(0.3)


async def test_waiting_for_a_job_does_not_show_another_persons_of_that_name(owner, stranger):
    async with Socket(stranger) as socket:
        await socket.subscribe("job-x")
        await socket.settled()
        await tell(await make_scan_async(owner, job_id="job-x"), 1)
        assert await socket.receive_nothing(0.5)


async def test_two_people_may_have_the_same_job_id(owner, stranger):
    await tell(await make_scan_async(owner, job_id="job-same"), 1, 2)
    await tell(await make_scan_async(stranger, job_id="job-same"), 7)
    async with Socket(owner) as one, Socket(stranger) as other:
        await one.subscribe("job-same")
        await other.subscribe("job-same")
        assert await one.seqs(2) == [1, 2]
        assert (await other.hears())["done"] == 7
        assert await other.receive_nothing(0.3)


async def test_any_number_of_clients_may_follow_one_job(owner):
    scan = await make_scan_async(owner)
    async with Socket(owner) as one, Socket(owner) as other:
        await one.subscribe(scan.job_id)
        await other.subscribe(scan.job_id)
        await tell(scan, 1, 2)
        assert await one.seqs(2) == await other.seqs(2) == [1, 2]


async def test_unsubscribing_ends_it(owner):
    scan = await make_scan_async(owner)
    async with Socket(owner) as socket:
        await socket.subscribe(scan.job_id)
        await socket.do("unsubscribe", jobId=scan.job_id)
        await socket.settled()
        await tell(scan, 1)
        assert await socket.receive_nothing(0.5)


async def test_a_ping_is_answered(owner):
    async with Socket(owner) as socket:
        await socket.do("ping")
        assert await socket.hears() == {"type": "pong"}


NONSENSE = [
    "", "{", "[]", "null", "{}", '{"action": "dance"}', '{"action": "subscribe", "jobId": "../x"}', "[" * 100_000,
    '{"action": "subscribe", "jobId": "job-1", "after": 1e999}',
    '{"action": "subscribe", "jobId": "job-1", "after": %s}' % 10**40,
    '{"action": "subscribe", "jobId": "\\ud800"}',
]  # fmt: skip


@pytest.mark.parametrize("text", NONSENSE, ids=range(len(NONSENSE)))
async def test_nonsense_is_answered_and_does_no_harm(owner, text):
    async with Socket(owner) as socket:
        await socket.say(text)
        answer = await socket.hears()
        assert (answer["type"], answer["code"]) == ("error", "bad-request")
        await socket.do("ping")
        assert await socket.hears() == {"type": "pong"}


async def test_nobody_listens_in_without_signing_in():
    socket = Socket(AnonymousUser())
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output())["type"] == "websocket.accept"
    assert await socket.receive_output() == {"type": "websocket.close", "code": 4401}


async def test_a_slow_client_loses_nothing_and_holds_nobody_up(owner):
    scan = await make_scan_async(owner)
    await tell(scan, 1)
    hub = Hub()
    slow, quick = (Follower(owner.pk, scan.job_id, 0) for _ in range(2))
    for _ in range(OUTBOX):
        slow.outbox.put_nowait({"seq": 0})
    hub.add(slow)
    hub.add(quick)
    assert (await asyncio.wait_for(quick.outbox.get(), 2))["seq"] == 1
    assert slow.seq == 0
    for _ in range(OUTBOX):
        slow.outbox.get_nowait()
    assert (await asyncio.wait_for(slow.outbox.get(), 2))["seq"] == 1
    hub.discard(slow)
    hub.discard(quick)
    await hub.task


async def test_a_hub_that_nobody_needs_stops_asking(owner):
    hub = Hub()
    follower = Follower(owner.pk, "job-1", 0)
    hub.add(follower)
    hub.discard(follower)
    await asyncio.wait_for(hub.task, 2)
    assert hub.task.done()
