"""How we behave towards outside catalogues: say who asks, wait when told to, try again gently, leave a sick one alone.

A transport for httpx, so that the catalogues themselves are plain clients.
"""

import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Lock

import httpx

TRIES = 3
LONGEST_WAIT = 20.0  # seconds; a source that wants more is not waited for
FAILURES_TO_OPEN = 5
OPEN_SECONDS = 60.0


class Unavailable(httpx.TransportError):
    """The source gave no usable answer, or is being left alone after it failed too often."""


class PoliteTransport(httpx.BaseTransport):
    """Tries three times on 429, 5xx, lost connections and broken JSON; after several failures in a row it rests a while."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ):
        self.inner, self.clock, self.sleep, self.chance = inner, clock, sleep, chance
        self.failures, self.open_until = 0, 0.0
        self.lock = Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        reason = ""
        for attempt in range(TRIES):
            if self.clock() < self.open_until:
                raise Unavailable("it failed several times in a row and is left alone for a minute", request=request)
            wait, reason, response = self._try(request, attempt)
            if response is not None:
                self._worked()
                return response
            if wait > LONGEST_WAIT:
                break
            if attempt < TRIES - 1:
                self.sleep(wait)
        self._failed()
        raise Unavailable(reason, request=request)

    def _try(self, request: httpx.Request, attempt: int) -> tuple[float, str, httpx.Response | None]:
        """Seconds to wait and the reason where it did not work, or the response."""
        backoff = 2**attempt * (0.5 + self.chance() / 2)
        try:
            response = self.inner.handle_request(request)
            response.read()
        except httpx.TimeoutException:
            return backoff, "it took too long", None
        except httpx.TransportError:
            return backoff, "it could not be reached", None
        if response.status_code == 429:
            return max(backoff, self._asked_to_wait(response)), "it has had too many questions from us", None
        if response.status_code >= 500:
            return max(backoff, self._asked_to_wait(response)), f"it is out of order ({response.status_code})", None
        if response.status_code == 200 and not _is_json(response):
            return backoff, "its answer was broken", None
        return 0, "", response

    def _asked_to_wait(self, response: httpx.Response) -> float:
        """Retry-After in seconds: it comes as a number or as a date."""
        asked = response.headers.get("Retry-After", "").strip()
        if asked.isdigit():
            return float(asked)
        try:
            moment = parsedate_to_datetime(asked)
        except ValueError:
            return 0.0
        return max(0.0, moment.timestamp() - datetime.fromtimestamp(self.clock(), UTC).timestamp())

    def _worked(self) -> None:
        with self.lock:
            self.failures = 0

    def _failed(self) -> None:
        with self.lock:
            self.failures += 1
            if self.failures >= FAILURES_TO_OPEN:
                self.open_until = self.clock() + OPEN_SECONDS
                self.failures = 0

    def close(self) -> None:
        self.inner.close()


def _is_json(response: httpx.Response) -> bool:
    try:
        json.loads(response.content)
    except ValueError:
        return False
    return True
