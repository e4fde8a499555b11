"""The socket of the chat: steps as they happen, then the answer; nobody else's conversation."""

import json

import pytest
from asgiref.testing import ApplicationCommunicator

from chat.consumers import ChatConsumer
from chat.models import Chat, Message
from tests.factories import make_copy

pytestmark = pytest.mark.django_db(transaction=True)


class Socket(ApplicationCommunicator):
    async def say(self, text: str):
        await self.send_input({"type": "websocket.receive", "text": text})

    async def hear(self) -> dict:
        return json.loads((await self.receive_output(timeout=10))["text"])


async def opened(user) -> Socket:
    socket = Socket(ChatConsumer.as_asgi(), {"type": "websocket", "path": "/ws/chat/", "headers": [], "user": user})
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output())["type"] == "websocket.accept"
    return socket


@pytest.fixture
def books(owner):
    return make_copy(owner, "Dune", "Frank Herbert")


async def test_a_question_is_answered_step_by_step(owner, books):
    socket = await opened(owner)
    await socket.say(json.dumps({"action": "ask", "question": "Do I own Dune?"}))
    heard = []
    while not heard or heard[-1]["type"] != "done":
        heard.append(await socket.hear())
    assert [message["type"] for message in heard] == ["begun", "step", "done"]
    assert "Yes, you have" in heard[-1]["html"]
    assert await Message.objects.aget(pk=heard[-1]["turn"], state="done")
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})


async def test_another_ones_conversation_is_not_found(stranger, owner):
    chat = await Chat.objects.acreate(user=owner)
    socket = await opened(stranger)
    await socket.say(json.dumps({"action": "ask", "chat": chat.key, "question": "Do I own Dune?"}))
    assert await socket.hear() == {"type": "error", "code": "not-found"}
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})


NONSENSE = [
    "", "[]", "{}", '{"action": "ask"}', '{"action": "nonsense"}', '{"action": "stop", "turn": "x"}', "[" * 100_000,
    '{"action": "stop", "turn": 1e999}',
]  # fmt: skip


async def test_numbers_and_half_characters_that_no_database_holds_do_no_harm(owner, books):
    socket = await opened(owner)
    for turn in (10**40, -(10**40)):
        await socket.say(f'{{"action": "stop", "turn": {turn}}}')
    await socket.say('{"action": "ask", "question": "How many books \\ud800 do I have?"}')
    while (heard := await socket.hear())["type"] != "done":
        assert heard["type"] != "error"
    assert "1 book" in heard["html"] or "one book" in heard["html"]
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})


@pytest.mark.parametrize("text", NONSENSE, ids=range(len(NONSENSE)))
async def test_nonsense_is_refused(owner, text):
    socket = await opened(owner)
    await socket.say(text)
    assert (await socket.hear())["code"] == "bad-request"
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})


@pytest.mark.parametrize("key", ["\ud800", "\0", "é", "a" * 5000, [], {"": None}])
async def test_what_is_no_key_is_not_found(owner, key):
    socket = await opened(owner)
    await socket.say(json.dumps({"action": "ask", "chat": key or "[]", "question": "How many books?"}))
    assert await socket.hear() == {"type": "error", "code": "not-found"}
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
