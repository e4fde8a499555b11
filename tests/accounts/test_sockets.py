"""Who comes through the door of the websockets: by the session of a page of our own, or with a token."""

import asyncio
import json

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import jwts, tokens
from accounts.socket_auth import (
    MESSAGE_SECONDS,
    MESSAGES_AT_ONCE,
    MOST_SOCKETS,
    NOT_ALLOWED,
    SIGN_IN_FIRST,
    TOO_MANY,
    paced,
    sockets_of,
)
from bookimg.asgi import application, sockets
from chat.models import Message
from scanning import events
from tests.factories import ChatFactory, make_scan

pytestmark = pytest.mark.django_db(transaction=True)
ELSEWHERE = "https://app.example.org"


@database_sync_to_async
def token_for(user, *scopes: str) -> str:
    return tokens.make_api_token(user, "a program", list(scopes))[1]


@database_sync_to_async
def cookie_of(user) -> str:
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Socket(ApplicationCommunicator):
    def __init__(self, path="/ws/scans/", subprotocols=(), scheme="ws", **headers):
        headers = {"host": "localhost"} | headers
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "websocket",
            "scheme": scheme,
            "path": path,
            "headers": sent,
            "subprotocols": list(subprotocols),
            "query_string": b"",
        }
        super().__init__(application, scope)

    async def opened(self) -> dict:
        """What the server answers to the handshake."""
        await self.send_input({"type": "websocket.connect"})
        return await self.receive_output(5)

    async def hears_after(self, **message) -> dict:
        await self.send_input({"type": "websocket.receive", "text": json.dumps(message)})
        return json.loads((await self.receive_output(5))["text"])

    async def closed_with(self) -> int:
        answer = await self.receive_output(5)
        assert answer["type"] == "websocket.close"
        return answer["code"]


@pytest.mark.parametrize("scope", ["read", "scan", "write"])
async def test_a_program_follows_scans_with_its_token(owner, scope):
    scan = await database_sync_to_async(make_scan)(owner)
    await database_sync_to_async(events.report_progress)(scan, "read", 1, 2, "Reading")
    socket = Socket(authorization=f"Bearer {await token_for(owner, scope)}")
    assert (await socket.opened())["type"] == "websocket.accept"
    assert (await socket.hears_after(action="subscribe", jobId=scan.job_id))["seq"] == 1


async def test_a_page_of_another_origin_brings_its_token_as_a_subprotocol(owner):
    access = (await database_sync_to_async(jwts.begin_token_family)(owner))["access"]
    socket = Socket(subprotocols=["bookimg", f"bearer.{access}"], origin=ELSEWHERE)
    answer = await socket.opened()
    assert answer["subprotocol"] == "bookimg", "what is secret is not said back"
    assert await socket.hears_after(action="ping") == {"type": "pong"}


async def test_a_token_shows_only_what_is_its_owners(owner, stranger):
    scan = await database_sync_to_async(make_scan)(owner)
    socket = Socket(authorization=f"Bearer {await token_for(stranger, 'write')}")
    await socket.opened()
    assert (await socket.hears_after(action="subscribe", jobId=scan.job_id))["code"] == "not-found"


@pytest.mark.parametrize("secret", ["bimg_made-up", "", "a.b.c"])
async def test_a_token_that_is_none_is_turned_away_though_there_is_a_session(owner, secret):
    socket = Socket(authorization=f"Bearer {secret}", cookie=await cookie_of(owner))
    assert (await socket.opened())["type"] == "websocket.accept"
    assert await socket.closed_with() == SIGN_IN_FIRST


async def test_a_token_that_may_not_write_asks_the_chat_nothing(owner):
    socket = Socket("/ws/chat/", authorization=f"Bearer {await token_for(owner, 'read')}")
    await socket.opened()
    assert await socket.closed_with() == NOT_ALLOWED
    allowed = Socket("/ws/chat/", authorization=f"Bearer {await token_for(owner, 'write')}")
    assert (await allowed.opened())["type"] == "websocket.accept"
    assert await allowed.hears_after(action="ping") == {"type": "pong"}


async def test_the_session_is_good_for_our_own_pages_and_no_others(owner):
    cookie = await cookie_of(owner)
    ours = Socket(cookie=cookie, origin="http://localhost")
    assert (await ours.opened())["type"] == "websocket.accept"
    assert await ours.hears_after(action="ping") == {"type": "pong"}
    assert (await Socket(cookie=cookie, origin=ELSEWHERE).opened())["type"] == "websocket.close"


async def test_nobody_is_told_to_sign_in(db):
    socket = Socket(origin="http://localhost")
    await socket.opened()
    assert await socket.closed_with() == SIGN_IN_FIRST


async def test_a_token_that_is_taken_back_closes_its_socket(owner, settings):
    settings.SOCKET_SECONDS = 0.05
    socket = Socket(authorization=f"Bearer {await token_for(owner, 'read')}")
    await socket.opened()
    assert await socket.hears_after(action="ping") == {"type": "pong"}
    await database_sync_to_async(owner.api_tokens.all().delete)()
    assert await socket.closed_with() == SIGN_IN_FIRST


@pytest.mark.parametrize("path", ["/ws/scans/", "/ws/chat/"])
async def test_a_session_that_ends_elsewhere_closes_its_socket(owner, settings, path):
    settings.SOCKET_SECONDS = 0.05
    socket = Socket(path, cookie=await cookie_of(owner), origin="http://localhost")
    await socket.opened()
    await asyncio.sleep(0.2)
    assert await socket.hears_after(action="ping") == {"type": "pong"}
    await database_sync_to_async(Session.objects.all().delete)()
    assert await socket.closed_with() == SIGN_IN_FIRST


OWN_PAGES = [
    ("ws", "localhost", "http://localhost"),
    ("ws", "localhost:8000", "http://localhost:8000"),
    ("wss", "books.example.org", "https://books.example.org"),
    ("ws", "books.example.org", "https://books.example.org"),  # of a proxy that nobody has told us of
    ("wss", "books.example.org", "HTTPS://Books.example.org"),
    ("ws", "books.example.org", "https://trusted.example.org:8443"),
]
OTHER_PAGES = [
    ("ws", "localhost:8000", "http://localhost:9000"),
    ("ws", "localhost:8000", "http://localhost"),
    ("ws", "localhost:8000", "https://localhost:8000"),
    ("wss", "books.example.org", "http://books.example.org"),
    ("wss", "books.example.org", "https://books.example.org:8443"),
    ("wss", "books.example.org", "https://books.example.org.evil.org"),
    ("wss", "books.example.org", "null"),
    ("wss", "books.example.org", None),
    ("wss", "evil.example.org", "https://evil.example.org"),
]


@pytest.mark.parametrize("scheme, host, origin", OWN_PAGES + OTHER_PAGES)
async def test_a_session_counts_for_pages_with_our_scheme_host_and_port(owner, settings, scheme, host, origin):
    settings.ALLOWED_HOSTS, settings.PUBLIC_ORIGIN = ["localhost", "books.example.org"], "https://books.example.org"
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example.org:8443"]
    headers = {"cookie": await cookie_of(owner), "host": host} | ({"origin": origin} if origin else {})
    opened = await Socket(scheme=scheme, **headers).opened()
    assert (opened["type"] == "websocket.accept") == ((scheme, host, origin) in OWN_PAGES)


async def test_a_person_can_have_only_so_many_sockets(owner, stranger):
    token, other = await token_for(owner, "read"), await token_for(stranger, "read")
    opened = [Socket(authorization=f"Bearer {token}") for _ in range(MOST_SOCKETS)]
    for socket in opened:
        assert (await socket.opened())["type"] == "websocket.accept"
    one_more = Socket(authorization=f"Bearer {token}")
    await one_more.opened()
    assert await one_more.closed_with() == TOO_MANY
    of_somebody_else = Socket(authorization=f"Bearer {other}")
    await of_somebody_else.opened()
    assert await of_somebody_else.hears_after(action="ping") == {"type": "pong"}
    for socket in [*opened, of_somebody_else]:
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait()
    assert not sockets_of


async def test_a_flood_of_messages_is_read_no_faster_than_is_of_use():
    moment, pauses = 1000.0, []

    async def flood():
        return {"type": "websocket.receive"}

    async def note(seconds):
        pauses.append(round(seconds, 3))

    receive = paced(flood, clock=lambda: moment, sleep=note)
    for _ in range(MESSAGES_AT_ONCE + 2):
        await receive()
    assert pauses == [0] * MESSAGES_AT_ONCE + [MESSAGE_SECONDS, 2 * MESSAGE_SECONDS]
    moment += 3600
    await receive()
    assert pauses[-1] == 0, "who was quiet for a while may say a lot again"


# ── A walk over every socket and action ─────────────────────────────────────────────────────────────────────────────
def actions_about(things: dict) -> dict[str, list[dict]]:
    """By the path of the socket, every action that names something."""
    job, chat, turn = things["job"], things["chat"], things["turn"]
    return {
        "/ws/scans/": [{"action": action, "jobId": job} for action in ("subscribe", "unsubscribe")],
        "/ws/chat/": [{"action": "ask", "chat": chat, "question": "How many?"}, {"action": "stop", "turn": turn}],
    }


@database_sync_to_async
def things_of(user) -> dict:
    message = Message.objects.create(chat=ChatFactory(user=user), question="How many?")
    return {"job": make_scan(user).job_id, "chat": message.chat.key, "turn": message.pk}


PATHS = [f"/{socket.pattern}" for socket in sockets]


async def told(socket: Socket) -> list[dict]:
    """What it is told up to the answer to a ping."""
    await socket.send_input({"type": "websocket.receive", "text": '{"action": "ping"}'})
    messages = []
    while not messages or messages[-1]["type"] != "pong":
        messages.append(json.loads((await socket.receive_output(5))["text"]))
    return messages[:-1]


@pytest.mark.parametrize("path", PATHS)
async def test_a_stranger_is_turned_away_at_every_socket_whatever_is_said(path, owner):
    for message in actions_about(await things_of(owner))[path]:
        socket = Socket(path, origin="http://localhost")
        await socket.opened()
        await socket.send_input({"type": "websocket.receive", "text": json.dumps(message)})
        assert await socket.closed_with() == SIGN_IN_FIRST


@pytest.mark.parametrize("path", PATHS)
async def test_somebody_else_learns_and_changes_nothing_with_any_action(path, owner, stranger):
    things = await things_of(owner)
    socket = Socket(path, authorization=f"Bearer {await token_for(stranger, 'write')}")
    await socket.opened()
    for message in actions_about(things)[path]:
        await socket.send_input({"type": "websocket.receive", "text": json.dumps(message)})
        assert {answer.get("code") for answer in await told(socket)} <= {"not-found"}, message
    turn = await Message.objects.aget(pk=things["turn"])
    assert (turn.stop_requested, await Message.objects.acount()) == (False, 1)
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
