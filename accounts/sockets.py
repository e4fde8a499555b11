"""The door of the websockets: a page of our own comes with its session, a program with a token.

A token comes as `Authorization: Bearer …`. A browser cannot send that, so a page of another origin names two subprotocols, of
which the first is answered: `new WebSocket(address, ["bookimg", "bearer." + token])`. It stands in no address and no log."""

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.security.websocket import AllowedHostsOriginValidator

from accounts import grants

SUBPROTOCOL, BEARER = "bookimg", "bearer."
SIGN_IN_FIRST, NOT_ALLOWED = 4401, 4403


class Door:
    """In front of one consumer; a token needs one of the scopes in `needed`. The session is good only for pages of our own
    hosts, since browsers send it along unasked; a token is sent by whoever has it, wherever its page comes from."""

    def __init__(self, consumer, *needed: str):
        self.consumer, self.needed = consumer, needed
        self.by_session = AllowedHostsOriginValidator(AuthMiddlewareStack(consumer))

    async def __call__(self, scope, receive, send):
        token = token_of(scope)
        if token is None:
            return await self.by_session(scope, receive, answering(scope, send))
        grant = await database_sync_to_async(grants.of_bearer)(token)
        if grant is None:
            return await turn_away(scope, receive, send, SIGN_IN_FIRST)
        if not grant.allows(*self.needed):
            return await turn_away(scope, receive, send, NOT_ALLOWED)
        await self.consumer({**scope, "user": grant.user}, receive, answering(scope, send))


def token_of(scope) -> str | None:
    """None where none was sent."""
    for name, value in scope["headers"]:
        kind, _, token = value.decode("latin-1").partition(" ")
        if name == b"authorization" and kind.lower() == "bearer":
            return token.strip()
    offered = [each for each in scope.get("subprotocols", []) if each.startswith(BEARER)]
    return offered[0].removeprefix(BEARER) if offered else None


def answering(scope, send):
    """Whoever offers our subprotocol is told that we speak it, as browsers insist on."""

    async def answer(message):
        if message["type"] == "websocket.accept" and SUBPROTOCOL in scope.get("subprotocols", []):
            message = {**message, "subprotocol": SUBPROTOCOL}
        await send(message)

    return answer


async def turn_away(scope, receive, send, code: int):
    """Accepted first, so that the code arrives: of a refused handshake a browser tells its page nothing."""
    await receive()
    await answering(scope, send)({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code})
