from email.utils import formatdate

import httpx
import pytest

from catalogs.retrying_transport import FAILURES_TO_OPEN, OPEN_SECONDS, PoliteTransport, Unavailable


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self):
        self.now, self.slept = 1_700_000_000.0, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def client(*replies):
    clock, waiting, asked = Clock(), list(replies), []

    def answer(request):
        asked.append(request)
        reply = waiting.pop(0) if waiting else httpx.Response(503)
        if isinstance(reply, Exception):
            raise reply
        return reply

    transport = PoliteTransport(httpx.MockTransport(answer), clock, clock.sleep, lambda: 1.0)
    return httpx.Client(transport=transport), clock, asked


def fine():
    return httpx.Response(200, json={"fine": True})


@pytest.mark.parametrize(
    "hiccup",
    [
        httpx.Response(500),
        httpx.Response(429),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("gone"),
        httpx.Response(200, text='{"items": ['),
    ],
    ids=["500", "429", "timeout", "unreachable", "broken json"],
)
def test_a_hiccup_is_tried_again(hiccup):
    web, clock, asked = client(hiccup, fine())
    assert web.get("https://x.example/").json() == {"fine": True}
    assert len(asked) == 2
    assert clock.slept == [1.0]


def test_retry_after_in_seconds_is_kept():
    web, clock, _ = client(httpx.Response(429, headers={"Retry-After": "7"}), fine())
    web.get("https://x.example/")
    assert clock.slept == [7.0]


def test_retry_after_as_a_date_is_kept():
    later = formatdate(Clock().now + 9, usegmt=True)
    web, clock, _ = client(httpx.Response(503, headers={"Retry-After": later}), fine())
    web.get("https://x.example/")
    assert clock.slept == [pytest.approx(9, abs=1)]


def test_nobody_waits_for_an_hour():
    web, clock, asked = client(httpx.Response(429, headers={"Retry-After": "3600"}), fine())
    with pytest.raises(Unavailable):
        web.get("https://x.example/")
    assert clock.slept == []
    assert len(asked) == 1


def test_the_pauses_grow_and_end_after_three_tries():
    web, clock, asked = client()
    with pytest.raises(Unavailable):
        web.get("https://x.example/")
    assert len(asked) == 3
    assert clock.slept == [1.0, 2.0]


def test_a_refusal_is_not_tried_again():
    web, _, asked = client(httpx.Response(404))
    assert web.get("https://x.example/").status_code == 404
    assert len(asked) == 1


def test_after_several_failures_it_is_left_alone_for_a_minute_and_asked_again_then():
    web, clock, asked = client()
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(Unavailable):
            web.get("https://x.example/")
    before = len(asked)
    with pytest.raises(Unavailable, match="left alone"):
        web.get("https://x.example/")
    assert len(asked) == before
    clock.now += OPEN_SECONDS + 1
    with pytest.raises(Unavailable):
        web.get("https://x.example/")
    assert len(asked) > before
