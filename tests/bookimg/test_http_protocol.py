"""Heads of requests that are too large, too slow or in pieces, at uvicorn's protocol with a clock of the tests."""

import asyncio

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from bookimg.http_protocol import HEAD_BYTES, HEAD_SECONDS, LimitedHttpProtocol

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Connection(asyncio.Transport):
    """What the server has sent, and whether it has hung up."""

    def __init__(self):
        super().__init__()
        self.sent, self.closed = b"", False

    def write(self, data):
        self.sent += data

    def close(self):
        self.closed = True

    def is_closing(self):
        return self.closed

    def pause_reading(self): ...

    def resume_reading(self): ...


class Timers:
    """Stands in for the event loop: keeps what is to be done later, and does it when a test lets time pass."""

    def __init__(self, loop):
        self.loop, self.due = loop, []

    def __getattr__(self, name):
        return getattr(self.loop, name)

    def call_later(self, seconds, function, *values):
        timer = asyncio.TimerHandle(seconds, function, values, self.loop)
        self.due.append(timer)
        return timer

    def pass_by(self, seconds):
        for timer in [timer for timer in self.due if timer.when() <= seconds and not timer.cancelled()]:
            timer._run()


async def application(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
async def client():
    config = Config(application, lifespan="off", log_config=None)
    config.load()
    timers = Timers(asyncio.get_running_loop())
    protocol = LimitedHttpProtocol(config, ServerState(), {}, _loop=timers)
    protocol.connection_made(connection := Connection())
    yield protocol, connection, timers
    protocol.connection_lost(None)


async def answered(connection, times=1):
    for _ in range(50):
        if connection.sent.count(b"HTTP/1.1 200") == times:
            return True
        await asyncio.sleep(0)
    return False


async def test_a_whole_request_is_answered_and_may_be_followed_by_another(client):
    protocol, connection, timers = client
    for times in (1, 2):
        protocol.data_received(REQUEST)
        assert await answered(connection, times)
    timers.pass_by(4)
    assert not connection.closed


async def test_a_head_in_pieces_is_one_head(client):
    protocol, connection, _ = client
    for letter in REQUEST:
        protocol.data_received(bytes([letter]))
    assert await answered(connection)


@pytest.mark.parametrize("start", [b"", b"GET / HT", REQUEST[:-2]], ids=["nothing", "half a line", "all but the end"])
async def test_a_head_that_never_ends_is_hung_up_on(client, start):
    protocol, connection, timers = client
    if start:
        protocol.data_received(start)
    timers.pass_by(HEAD_SECONDS - 1)
    assert not connection.closed
    timers.pass_by(HEAD_SECONDS)
    assert connection.closed and b"200" not in connection.sent


async def test_a_head_that_is_too_large_is_refused_in_one_piece_or_many(client):
    protocol, connection, _ = client
    protocol.data_received(REQUEST[:-2] + b"X-Long: ")
    for _ in range(HEAD_BYTES // 1000 + 1):
        if not connection.closed:
            protocol.data_received(b"a" * 1000)
    assert connection.closed and connection.sent.startswith(b"HTTP/1.1 400")


async def test_a_large_body_is_no_large_head(client):
    protocol, connection, timers = client
    protocol.data_received(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n")
    for _ in range(3):
        protocol.data_received(b"a" * 100_000)
    timers.pass_by(HEAD_SECONDS)
    assert await answered(connection) and not connection.closed
