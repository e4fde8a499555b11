"""How much of a request's body is read, from whom, and for how long."""

import asyncio
import errno
import json
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.urls import resolve

from accounts import tokens
from bookimg.request_bodies import ANONYMOUS, MB, OVERHEAD, PATIENCE_SECONDS, SLOWEST, UPLOADS, BodyLimits
from scanning import tickets
from tests.api.conftest import ROOT
from tests.api.openapi import CALLS

pytestmark = pytest.mark.django_db
CHUNK = 32 * 1024


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Upload:
    """A client that sends `size` bytes (None: without end), one chunk after the other, and says so beforehand if `declared`."""

    def __init__(self, path: str, size: int | None, headers=(), declared=False, clock: Clock | None = None, seconds: float = 0):
        self.left, self.sent, self.clock, self.seconds = size, 0, clock or Clock(), seconds
        named = [(b"content-type", b"application/octet-stream"), *headers]
        named += [(b"content-length", str(size).encode())] if declared else []
        self.scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": named}
        self.response: list[dict] = []

    async def receive(self) -> dict:
        self.clock.now += self.seconds
        size = CHUNK if self.left is None else min(CHUNK, self.left - self.sent)
        self.sent += size
        return {"type": "http.request", "body": b"a" * size, "more_body": self.left is None or self.sent < self.left}

    async def send(self, message: dict):
        self.response.append(message)

    @property
    def status(self) -> int:
        return self.response[0]["status"]

    @property
    def body(self) -> str:
        return self.response[1]["body"].decode()


async def reader(scope, receive, send):
    """An application that reads everything."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def sent(path: str, size: int | None, headers=(), **more) -> Upload:
    upload = Upload(path, size, headers, **more)
    limits = BodyLimits(reader, lambda function, *values: sync_to_async(function)(*values), upload.clock)
    async_to_sync(limits)(upload.scope, upload.receive, upload.send)
    return upload


@pytest.fixture
def session(owner_client) -> list:
    return [(b"cookie", f"sessionid={owner_client.cookies['sessionid'].value}".encode())]


def test_a_stranger_may_send_what_a_form_needs_and_no_more():
    assert sent("/accounts/login/", ANONYMOUS).status == 200
    refused = sent("/accounts/login/", ANONYMOUS + 1)
    assert (refused.status, refused.body) == (413, "Without signing in, a request may have at most 64 kB.")


@pytest.mark.parametrize("cookie", [b"sessionid=forged", b"sessionid=", b"\xff=;;sessionid"])
def test_a_forged_session_is_a_stranger(cookie):
    assert sent("/scans/new/", 10 * MB, [(b"cookie", cookie)], declared=True).status == 413


def test_a_body_that_is_announced_as_too_large_is_never_asked_for():
    refused = sent(f"{ROOT}/scans", 10 * MB, [(b"expect", b"100-continue")], declared=True)
    assert (refused.status, refused.sent) == (413, 0)
    assert json.loads(refused.body)["code"] == "too-large"


def test_an_endless_body_ends():
    clock = Clock()
    refused = sent("/accounts/login/", None, clock=clock, seconds=1)
    assert refused.status == 413 and refused.sent < ANONYMOUS + 10 * CHUNK


def test_who_is_signed_in_may_send_what_the_view_accepts(session, settings):
    settings.SCAN_MAX_MB = 2
    assert sent("/books/add/", 4 * MB, session).status == 200
    assert sent("/books/add/", 6 * MB, session).body == "This request is too large. At most 5 MB are accepted here."
    assert sent(f"{ROOT}/scans", 2 * MB + OVERHEAD, session).status == 200
    assert sent(f"{ROOT}/scans", 2 * MB + OVERHEAD + 1, session).status == 413


def test_a_token_is_a_sign_in(owner):
    _, key = tokens.make_api_token(owner, "scanner", ["scan"])
    assert sent(f"{ROOT}/scans", 4 * MB, [(b"authorization", f"Bearer {key}".encode())]).status == 200
    assert sent(f"{ROOT}/scans", 4 * MB, [(b"authorization", b"Bearer bookimg_forged")]).status == 413


def test_an_upload_ticket_is_a_permission(owner):
    address = tickets.upload_address(tickets.issue(owner, "shelf.jpg", "image/jpeg", 3 * MB))
    assert sent(address, 3 * MB).status == 200
    assert sent(f"{address}x", 3 * MB).status == 413


@pytest.mark.parametrize("seconds, status", [(CHUNK / SLOWEST / 2, 200), (CHUNK / SLOWEST * 40, 408)], ids=["slow", "too slow"])
def test_a_slow_body_may_arrive_and_one_that_drips_may_not(session, seconds, status):
    assert sent("/books/add/", 40 * CHUNK, session, seconds=seconds).status == status


async def test_a_body_that_stops_arriving_ends_the_request():
    upload = Upload("/accounts/login/", None)
    upload.receive = asyncio.Event().wait  # for ever
    clock = iter([0, PATIENCE_SECONDS + 1, 100, 200])
    await BodyLimits(reader, None, lambda: next(clock))(upload.scope, upload.receive, upload.send)
    assert (upload.status, upload.body) == (408, "The rest of this request did not arrive in time.")


def test_every_call_and_page_that_takes_a_file_is_listed():
    calls = [call for call in CALLS if "multipart/form-data" in call.details.get("requestBody", {}).get("content", {})]
    names = {resolve(ROOT + call.path.format(**dict.fromkeys(call.keys, "1"))).view_name for call in calls}
    pages = [path for path in Path(settings.BASE_DIR, "templates").rglob("*.html") if "multipart/form-data" in path.read_text()]
    assert names == {name for name in UPLOADS if name.startswith("api:")}
    assert len(pages) == len(UPLOADS.keys() - names - {"upload"}), pages


def test_a_disk_that_fills_up_while_a_body_arrives_is_answered(session):
    async def without_space(scope, receive, send):
        await receive()
        raise OSError(errno.ENOSPC, "No space left on device")

    upload = Upload(f"{ROOT}/imports", 3 * CHUNK, session)
    async_to_sync(BodyLimits(without_space, None, upload.clock))(upload.scope, upload.receive, upload.send)
    assert (upload.status, json.loads(upload.body)["code"]) == (507, "disk-full")
