import threading
from email.utils import formatdate

import circuitbreaker
import httpx
import pytest

from catalogs.retrying_transport import FAILURES_TO_OPEN, OPEN_SECONDS, RetryingTransport, Unavailable


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

    transport = RetryingTransport(httpx.MockTransport(answer), clock, clock.sleep, lambda state: 1.0)
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


@pytest.fixture
def breaker_clock(monkeypatch) -> Clock:
    """The time that the circuit breaker sees."""
    clock = Clock()
    monkeypatch.setattr(circuitbreaker, "monotonic", clock)
    return clock


def fail_until_open(web):
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(Unavailable):
            web.get("https://x.example/")


def test_after_several_failures_it_is_left_alone_for_a_minute_and_asked_again_then(breaker_clock):
    web, _, asked = client()
    fail_until_open(web)
    before = len(asked)
    with pytest.raises(Unavailable, match="paused for a minute"):
        web.get("https://x.example/")
    breaker_clock.now += OPEN_SECONDS - 1
    with pytest.raises(Unavailable, match="paused for a minute"):
        web.get("https://x.example/")
    assert len(asked) == before
    breaker_clock.now += 2
    with pytest.raises(Unavailable):
        web.get("https://x.example/")
    assert len(asked) > before


def test_a_success_closes_the_breaker_again(breaker_clock):
    web, _, _ = client(*[httpx.Response(503)] * 3 * FAILURES_TO_OPEN, *[fine() for _ in range(3)])
    fail_until_open(web)
    breaker_clock.now += OPEN_SECONDS + 1
    for _ in range(3):
        assert web.get("https://x.example/").json() == {"fine": True}


def test_a_failing_host_does_not_close_the_way_to_another():
    web, _, asked = client()
    fail_until_open(web)
    before = len(asked)
    with pytest.raises(Unavailable, match="out of service"):
        web.get("https://y.example/")
    assert len(asked) > before


def test_pauses_that_add_up_to_too_much_are_not_begun(monkeypatch):
    monkeypatch.setattr("tenacity.time.monotonic", lambda: sum(clock.slept))
    web, clock, asked = client(*[httpx.Response(503, headers={"Retry-After": "12"}) for _ in range(3)])
    with pytest.raises(Unavailable):
        web.get("https://x.example/")
    assert clock.slept == [12.0]
    assert len(asked) == 2


def test_several_requests_are_under_way_at_once():
    together = threading.Barrier(2, timeout=10)

    def answer(request):
        together.wait()
        return fine()

    web = httpx.Client(transport=RetryingTransport(httpx.MockTransport(answer)))
    replies = []
    threads = [threading.Thread(target=lambda: replies.append(web.get("https://x.example/"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [reply.status_code for reply in replies] == [200, 200]
