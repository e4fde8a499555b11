"""How we treat outside catalogues: try again after a pause, wait as long as they ask, leave a failing host alone for a while.

A transport for httpx, so that the catalogues themselves are plain clients.
"""

import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import httpx
from circuitbreaker import CircuitBreaker
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, stop_before_delay, wait_random

logger = logging.getLogger("catalogs.retrying_transport")

TRIES = 3
LONGEST_WAIT = 20.0  # seconds for all tries and pauses; a host that asks for more is not tried again
FAILURES_TO_OPEN = 5
OPEN_SECONDS = 60.0
JITTER = wait_random(0.5, 1)  # seconds before the second try, twice that before the third


class Unavailable(httpx.TransportError):
    """The host gave no usable answer, or is left alone because it failed too often. `wait`: the seconds it requested."""

    def __init__(self, reason: str, request: httpx.Request, wait: float = 0.0):
        super().__init__(reason, request=request)
        self.wait = wait


def _requested_wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    return error.wait if isinstance(error, Unavailable) else 0.0


class RetryingTransport(httpx.BaseTransport):
    """Retries after 429, 5xx, lost connections and broken JSON. A host that fails repeatedly is paused for a minute."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[RetryCallState], float] = JITTER,
    ):
        self.inner, self.clock = inner, clock
        self.breakers = defaultdict(lambda: CircuitBreaker(FAILURES_TO_OPEN, OPEN_SECONDS))
        self.retrying = Retrying(
            retry=retry_if_exception_type(Unavailable),
            stop=stop_after_attempt(TRIES) | stop_before_delay(LONGEST_WAIT),
            wait=lambda state: max(_requested_wait(state), 2 ** (state.attempt_number - 1) * jitter(state)),
            sleep=sleep,
            reraise=True,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        breaker = self.breakers[request.url.host]
        if breaker.opened:
            raise Unavailable("it failed several times in a row and is paused for a minute", request)
        with breaker:
            return self.retrying(self._try, request)

    def _try(self, request: httpx.Request) -> httpx.Response:
        host, started, result = request.url.host, time.monotonic(), "failed"
        try:
            response = self._exchange(request)
            result = f"{response.status_code}"
            return response
        finally:
            duration = round((time.monotonic() - started) * 1000)
            fields = {"service": host, "result": result, "duration_ms": duration}
            logger.info("%s called: %s in %d ms", host, result, duration, extra=fields)

    def _exchange(self, request: httpx.Request) -> httpx.Response:
        try:
            response = self.inner.handle_request(request)
            response.read()
        except httpx.TimeoutException as error:
            raise Unavailable("it took too long", request) from error
        except httpx.TransportError as error:
            raise Unavailable("it could not be reached", request) from error
        if response.status_code == 429:
            raise Unavailable("it has received too many requests from us", request, self._retry_after(response))
        if response.status_code >= 500:
            raise Unavailable(f"it is out of service ({response.status_code})", request, self._retry_after(response))
        if response.status_code == 200 and not _is_json(response):
            raise Unavailable("its response could not be read", request)
        return response

    def _retry_after(self, response: httpx.Response) -> float:
        """Retry-After in seconds: it comes as a number or as a date."""
        value = response.headers.get("Retry-After", "").strip()
        if value.isdigit():
            return float(value)
        try:
            return max(0.0, parsedate_to_datetime(value).timestamp() - self.clock())
        except ValueError:
            return 0.0

    def close(self) -> None:
        self.inner.close()


def _is_json(response: httpx.Response) -> bool:
    try:
        json.loads(response.content)
    except ValueError:
        return False
    return True
