"""A time limit for a whole exchange with another server.

httpx limits the wait for one read. A server that sends a byte every few seconds keeps such a request open for ever."""

import time
from contextvars import ContextVar

import httpcore
import httpx

_deadline: ContextVar[float] = ContextVar("deadline")  # of the exchange that this thread is waiting for


class DeadlineTransport(httpx.HTTPTransport):
    """Raises httpx.ReadTimeout (or ConnectTimeout) when an exchange, its body included, takes longer than `seconds`."""

    def __init__(self, seconds: float, **options):
        super().__init__(**options)
        self.seconds = seconds
        self._pool._network_backend = _Backend()  # pyrefly: ignore[missing-attribute]  # no proxy is set

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        _deadline.set(time.monotonic() + self.seconds)
        return super().handle_request(request)


def _seconds_left(timeout: float | None, error: type[Exception] = httpcore.ReadTimeout) -> float:
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise error("the exchange took too long")
    return left if timeout is None else min(timeout, left)


class _Backend(httpcore.SyncBackend):
    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        left = _seconds_left(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, left, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream):
        self.inner = inner

    def read(self, max_bytes, timeout=None):
        return self.inner.read(max_bytes, _seconds_left(timeout))

    def write(self, buffer, timeout=None):
        self.inner.write(buffer, _seconds_left(timeout, httpcore.WriteTimeout))

    def close(self):
        self.inner.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        left = _seconds_left(timeout, httpcore.ConnectTimeout)
        return _Stream(self.inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info):
        return self.inner.get_extra_info(info)
