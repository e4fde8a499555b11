"""Downloads covers: only over https, never from the server's own network, and with limits on size and time."""

import time
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import httpx

from accounts.outbound import Sender, Unsafe
from catalogs.deadline_transport import DeadlineTransport
from jobs.errors import ProviderError

MOST_BYTES = 5 * 1024 * 1024
SECONDS = 8.0  # in total; somebody may be waiting for the page
CONNECT_SECONDS = 4.0
MOST_HOPS = 4
# Google Books returns a placeholder as PNG if it has no cover; its real covers are JPEGs.
DRAWN_BY_GOOGLE = "image/png"


class FetchError(ProviderError):
    """The download failed."""


class Fetcher:
    """Downloads pictures. `sender` resolves host names, `transport` sends the requests."""

    def __init__(
        self,
        agent: str = "BookImg",
        sender: Sender | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.agent, self.sender, self.transport, self.clock = agent, sender or Sender(), transport, clock

    def fetch(self, address: str) -> bytes:
        """The bytes at `address`, at most 5 MB. Follows redirects. Raises FetchError."""
        until = self.clock() + SECONDS
        timeout = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
        transport = self.transport or DeadlineTransport(SECONDS)
        try:
            with httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False, transport=transport) as client:
                for _ in range(MOST_HOPS):
                    moved_to, data = self.ask(client, address, until)
                    if not moved_to:
                        return data
                    address = moved_to
        except Unsafe as error:
            raise FetchError(str(error), permanent=True) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise FetchError(f"The picture could not be fetched: {error}.") from error
        raise FetchError("The picture's address redirects in a loop.", permanent=True)

    def ask(self, client: httpx.Client, address: str, until: float) -> tuple[str, bytes]:
        """The address that it redirects to, or "" and the bytes."""
        request = self.pinned(client, address)
        answer = client.send(request, stream=True)
        try:
            if answer.has_redirect_location:
                return urljoin(address, answer.headers["Location"]), b""
            self.refuse(answer, address)
            return "", self.body(answer, until)
        finally:
            answer.close()

    def pinned(self, client: httpx.Client, address: str) -> httpx.Request:
        """The request, sent to exactly the IP address that was checked."""
        parts = urlsplit(address)
        if parts.scheme != "https":
            raise FetchError("The picture's address must begin with https://.", permanent=True)
        ip = self.sender.address_of(address)
        headers = {"Host": parts.netloc, "User-Agent": self.agent, "Accept": "image/*"}
        request = client.build_request("GET", httpx.URL(address).copy_with(host=ip), headers=headers)
        request.extensions["sni_hostname"] = parts.hostname  # the certificate must still match the name
        return request

    def refuse(self, answer: httpx.Response, address: str):
        if answer.status_code != 200:
            gone = 400 <= answer.status_code < 500 and answer.status_code not in (408, 429)
            raise FetchError(f"There is no picture at this address ({answer.status_code}).", permanent=gone)
        if int(answer.headers.get("Content-Length") or 0) > MOST_BYTES:
            raise FetchError("The picture is larger than 5 MB.", permanent=True)
        host = urlsplit(address).hostname or ""
        if host.startswith("books.google.") and answer.headers.get("Content-Type", "").startswith(DRAWN_BY_GOOGLE):
            raise FetchError("Google Books has no cover for this edition.", permanent=True)

    def body(self, answer: httpx.Response, until: float) -> bytes:
        data = bytearray()
        for piece in answer.iter_bytes():
            data += piece
            if len(data) > MOST_BYTES:
                raise FetchError("The picture is larger than 5 MB.", permanent=True)
            if self.clock() > until:
                raise FetchError("The picture took too long to download.")
        return bytes(data)
