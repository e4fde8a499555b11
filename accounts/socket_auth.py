"""Authentication of websockets: our own pages use their session, programs a token.

A token is sent as `Authorization: Bearer …`. A browser cannot do that, so a page of another origin offers two subprotocols, and
we accept the first: `new WebSocket(address, ["bookimg", "bearer." + token])`. So the token is in no address and no log.

The check is repeated regularly: when a session ends elsewhere, or a token is revoked or expires, its sockets are closed.
Messages are read no faster than is of use to anybody, and a person can have only so many sockets."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib import import_module
from typing import cast

from channels.auth import AuthMiddlewareStack, get_user
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError
from django.http.request import split_domain_port, validate_host

from accounts import grants

SUBPROTOCOL, BEARER = "bookimg", "bearer."
SIGN_IN_FIRST, NOT_ALLOWED, TOO_MANY = 4401, 4403, 4429
MOST_SOCKETS = 100  # of one person, in this process
MESSAGES_AT_ONCE, MESSAGE_SECONDS = 200, 0.05  # read without a pause, and the time for each message after these
open_sockets: Counter[str] = Counter()  # of this process, by path
sockets_of: Counter[int] = Counter()  # by user


class AuthenticatedSocket:
    """Wraps a consumer. A token needs one of the scopes in `needed`. Sessions only count for pages of our own origin, because
    browsers send cookies with any page's requests; a token is only sent by somebody who has it."""

    def __init__(self, consumer: Callable[..., Awaitable], *needed: str):
        self.consumer, self.needed = consumer, needed
        self.by_session = cast(Callable[..., Awaitable], AuthMiddlewareStack(self.for_a_session))

    async def __call__(self, scope, receive, send):
        token, receive = _token_of(scope), paced(receive)
        if token is None and not _is_from_own_page(scope):
            return await _refuse_handshake(receive, send)
        if token is None:
            return await self.by_session(scope, receive, _answering(scope, send))
        grant = await database_sync_to_async(grants.grant_of_bearer)(token)
        if grant is None:
            return await _turn_away(scope, receive, send, SIGN_IN_FIRST)
        if not grant.allows(*self.needed):
            return await _turn_away(scope, receive, send, NOT_ALLOWED)

        async def still_allowed() -> bool:
            grant = await database_sync_to_async(grants.grant_of_bearer)(token)
            return grant is not None and grant.allows(*self.needed)

        await self.converse({**scope, "user": grant.user}, receive, _answering(scope, send), still_allowed)

    async def for_a_session(self, scope, receive, send):
        async def still_allowed() -> bool:
            store = import_module(settings.SESSION_ENGINE).SessionStore(scope["session"].session_key)  # as it is now
            return (await get_user({**scope, "session": store})).is_authenticated

        await self.converse(scope, receive, send, still_allowed)

    async def converse(self, scope, receive, send, still_allowed: Callable[[], Awaitable[bool]]):
        user = scope["user"].pk  # None for a stranger, whom the consumer turns away
        if user and sockets_of[user] >= MOST_SOCKETS:
            return await _turn_away(scope, receive, send, TOO_MANY)
        sockets_of[user] += 1
        try:
            return await _while_allowed(scope["path"], self.consumer(scope, receive, send), still_allowed, send)
        finally:
            sockets_of[user] -= 1
            if not sockets_of[user]:
                del sockets_of[user]


def paced(receive, clock=time.monotonic, sleep=asyncio.sleep):
    """`receive`, which waits if messages come faster than MESSAGE_SECONDS for long: the client then has to wait as well."""
    due = 0.0  # when the next message would be due if there were no burst

    async def receive_in_time():
        nonlocal due
        message, now = await receive(), clock()
        due = max(due, now - MESSAGES_AT_ONCE * MESSAGE_SECONDS) + MESSAGE_SECONDS
        await sleep(max(0.0, due - now))
        return message

    return receive_in_time


async def _while_allowed(path: str, conversation: Awaitable, still_allowed: Callable[[], Awaitable[bool]], send):
    """Checks again every `SOCKET_SECONDS`; closing ends the consumer as if the client had disconnected."""

    async def watch():
        allowed = True
        while allowed:
            await asyncio.sleep(settings.SOCKET_SECONDS)
            with suppress(DatabaseError):  # the database is unavailable; that signs nobody out
                allowed = await still_allowed()
        await send({"type": "websocket.close", "code": SIGN_IN_FIRST})

    watching = asyncio.create_task(watch())
    open_sockets[path] += 1
    try:
        await conversation
    finally:
        open_sockets[path] -= 1
        watching.cancel()


def _token_of(scope) -> str | None:
    """The token, or None if none was sent."""
    for name, value in scope["headers"]:
        kind, _, token = value.decode("latin-1").partition(" ")
        if name == b"authorization" and kind.lower() == "bearer":
            return token.strip()
    offered = [item for item in scope.get("subprotocols", []) if item.startswith(BEARER)]
    return offered[0].removeprefix(BEARER) if offered else None


def _is_from_own_page(scope) -> bool:
    """Whether the page that opens the socket has our scheme, host and port, or an origin from the settings."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    host, scheme = headers.get(b"host", ""), {"wss": "https"}.get(scope.get("scheme", ""), "http")
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    own = {f"{scheme}://{host}", settings.PUBLIC_ORIGIN, *settings.CSRF_TRUSTED_ORIGINS}
    return headers.get(b"origin", "-").lower() in {origin.lower() for origin in own}


async def _refuse_handshake(receive, send):
    await receive()
    await send({"type": "websocket.close"})


def _answering(scope, send):
    """If the client offers our subprotocol, accepts it, because browsers insist on that."""

    async def answer(message):
        if message["type"] == "websocket.accept" and SUBPROTOCOL in scope.get("subprotocols", []):
            message = {**message, "subprotocol": SUBPROTOCOL}
        await send(message)

    return answer


async def _turn_away(scope, receive, send, code: int):
    """Accepts first, so that the code arrives: a browser does not tell its page why a handshake was refused."""
    await receive()
    await _answering(scope, send)({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code})
