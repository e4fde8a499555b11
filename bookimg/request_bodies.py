"""Limits on request bodies, applied while they arrive and before anything is parsed: their size, and the time they take.

Anybody may send 64 kB. For more, the caller must be signed in (or hold an upload ticket), and the view must expect that much."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import parse_cookie
from django.urls import Resolver404, resolve
from django.urls.resolvers import ResolverMatch

from accounts import full_disk, grants
from library.forms.copies import MOST_MB as COVER_MAX_MB
from scanning import tickets

logger = logging.getLogger("bookimg.request")

KB, MB = 1024, 1024 * 1024
ANONYMOUS = 64 * KB
OVERHEAD = MB  # for the other fields of a form
PHOTOS_AT_ONCE = 10  # in one post of the upload page without scripts
PATIENCE_SECONDS = 30
SLOWEST = 4 * KB  # per second, on top of the patience: a slow telephone line
DISCARD_SECONDS = 5  # how long the rest of a body is read, because a client that is still sending misses the response
# What views that take files accept, by their URL name, in megabytes.
UPLOADS: dict[str, Callable[[], int]] = {
    "scan_new": lambda: settings.SCAN_MAX_MB * PHOTOS_AT_ONCE,
    "upload": lambda: settings.SCAN_MAX_MB,
    "import_new": lambda: settings.IMPORT_MAX_MB,
    "book_cover": lambda: COVER_MAX_MB,
    "api:start_scan": lambda: settings.SCAN_MAX_MB,
    "api:start_import": lambda: settings.IMPORT_MAX_MB,
    "api:upload_cover": lambda: COVER_MAX_MB,
}


class BodyRefused(Exception):
    """The status, the code and the sentence of the response."""

    def __init__(self, status: int, code: str, sentence: str):
        super().__init__(sentence)
        self.status, self.code = status, code


class BodyLimits:
    """ASGI middleware. `in_thread` runs a function that reads the database."""

    def __init__(self, application, in_thread: Callable, clock: Callable[[], float] = time.monotonic):
        self.application, self.in_thread, self.clock = application, in_thread, clock

    async def __call__(self, scope, receive, send):
        body = _Body(scope, receive, self.in_thread, self.clock)
        try:
            await self.application(scope, body.receive, send)
        except BodyRefused as refused:
            await self.refuse(refused, body, send)
        except OSError as error:  # a large body is stored in a file while it arrives
            if not full_disk.is_full_disk(error):
                raise
            await self.refuse(BodyRefused(full_disk.STATUS, "disk-full", full_disk.SENTENCE), body, send)

    async def refuse(self, refused: BodyRefused, body, send):
        logger.info("%s %s %s %s", body.scope["method"], body.scope["path"], refused.status, refused.code)
        await body.discard()
        await _respond(refused, body.scope, send)


class _Body:
    """The body of one request while it arrives."""

    def __init__(self, scope, receive, in_thread, clock):
        self.scope, self.receive_next, self.in_thread, self.clock = scope, receive, in_thread, clock
        self.size, self.limit, self.complete, self.began = 0, ANONYMOUS, False, clock()
        self.headers = {name: value.decode("latin-1") for name, value in scope["headers"]}

    async def receive(self):
        if self.complete:  # Django waits here for the client to disconnect
            return await self.receive_next()
        await self.check(int(self.headers.get(b"content-length", "0") or 0))
        left = self.began + PATIENCE_SECONDS + self.size / SLOWEST - self.clock()
        try:
            message = await asyncio.wait_for(self.receive_next(), left)
        except TimeoutError:
            raise BodyRefused(408, "too-slow", "The rest of this request did not arrive in time.") from None
        self.size += len(message.get("body", b""))
        await self.check(self.size)
        self.complete = not message.get("more_body", False)
        return message

    async def check(self, size: int):
        """Looks up what the caller may send only if that is needed."""
        if size > self.limit == ANONYMOUS:
            self.limit = await self.in_thread(_limit_for, self.scope, self.headers)
        if size > self.limit:
            raise BodyRefused(413, "too-large", _sentence(self.limit))

    async def discard(self):
        """Reads on without keeping anything, unless the client waits for permission to send."""
        end = self.clock() + DISCARD_SECONDS
        while not self.complete and "100-continue" not in self.headers.get(b"expect", "") and self.clock() < end:
            try:
                message = await asyncio.wait_for(self.receive_next(), end - self.clock())
            except TimeoutError:
                return
            self.complete = not message.get("more_body", False)


def _sentence(limit: int) -> str:
    if limit == ANONYMOUS:
        return f"Without signing in, a request may have at most {ANONYMOUS // KB} kB."
    return f"This request is too large. At most {limit // MB} MB are accepted here."


def _limit_for(scope, headers: dict[bytes, str]) -> int:
    """How many bytes this caller may send to this view."""
    match = _match_of(scope["path"].removeprefix(settings.PUBLIC_PATH))
    if match and match.view_name == "upload":
        known = tickets.find_ticket(match.kwargs["signed"]) is not None
    else:
        known = _is_signed_in(headers)
    if not known:
        return ANONYMOUS
    if match and match.view_name in UPLOADS:
        return UPLOADS[match.view_name]() * MB + OVERHEAD
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _match_of(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None


def _is_signed_in(headers: dict[bytes, str]) -> bool:
    scheme, _, token = headers.get(b"authorization", "").partition(" ")
    if scheme.lower() == "bearer" and grants.grant_of_bearer(token.strip()):
        return True
    cookie = parse_cookie(headers.get(b"cookie", "")).get(settings.SESSION_COOKIE_NAME)
    return bool(cookie) and SESSION_KEY in import_module(settings.SESSION_ENGINE).SessionStore(cookie)


async def _respond(refused: BodyRefused, scope, send):
    """In the form of the API there, otherwise as a sentence. Closes the connection, which the rest of the body may be on."""
    kind, body = "text/plain", str(refused)
    if scope["path"].removeprefix(settings.PUBLIC_PATH).startswith("/api/"):
        kind, body = "application/json", json.dumps({"detail": body, "code": refused.code})
    headers = [
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(body.encode())).encode()),
        (b"connection", b"close"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
