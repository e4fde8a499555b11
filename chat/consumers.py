"""The websocket of the chat: questions go in, steps and the answer come out. Everything is kept in the database as well, so a
page that loses its socket finds the answer there."""

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string

from accounts import rates
from accounts.socket_auth import SIGN_IN_FIRST
from chat import conversations as chats
from chat.models import Chat, Message

logger = logging.getLogger("chat.conversations")
AT_ONCE = 8  # answers made at the same time in this process; the others wait their turn
threads = ThreadPoolExecutor(AT_ONCE, "chat")


class ChatConsumer(AsyncWebsocketConsumer):
    async def connect(self):
        self.user = self.scope["user"]
        self.working: set[asyncio.Task] = set()
        await self.accept()
        if not self.user.is_authenticated:
            await self.close(SIGN_IN_FIRST)

    async def receive(self, text_data=None, bytes_data=None):
        try:
            message = json.loads(text_data or "")
            action, key = message["action"], str(message.get("chat") or "")
            question, turn = str(message.get("question") or "").strip(), int(message.get("turn") or 0)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            return await self.refuse("bad-request")
        if action == "ping":
            await self.tell({"type": "pong"})
        elif action == "ask" and question:
            await self.ask(key, question)
        elif action == "stop":
            await _stop_turn(self.user.pk, turn)
        else:
            await self.refuse("bad-request")

    async def ask(self, key: str, question: str):
        if self.working:
            return await self.refuse("busy")
        if not (await database_sync_to_async(rates.take_call)(self.user, "chat", *settings.RATE_LIMIT_CHAT)).allowed:
            return await self.refuse("too-many")
        message = await _begin_turn(self.user, key, question)
        if message is None:
            return await self.refuse("not-found")
        begun = {"type": "begun", "chat": message.chat.key, "turn": message.pk, "url": message.chat.get_absolute_url()}
        await self.tell(begun | {"html": await _turn_html(self.user, message)})
        task = asyncio.create_task(self.answer(message))
        self.working.add(task)
        task.add_done_callback(self.working.discard)

    async def answer(self, message: Message):
        """In a thread of its own; it goes on to its end though the socket may be gone."""
        loop, steps = asyncio.get_running_loop(), asyncio.Queue()
        running = loop.run_in_executor(
            threads, _answer_turn, message, lambda step: loop.call_soon_threadsafe(steps.put_nowait, step)
        )
        running.add_done_callback(lambda _: steps.put_nowait(None))
        while (step := await steps.get()) is not None:
            await self.tell({"type": "text" if "text" in step else "step", "turn": message.pk, **step})
        done = await running
        await self.tell({"type": "done", "turn": done.pk, "state": done.state, "html": await _turn_html(self.user, done)})

    async def tell(self, message: dict):
        with suppress(RuntimeError):  # it left while we were writing
            await self.send(json.dumps(message))

    async def refuse(self, code: str):
        await self.tell({"type": "error", "code": code})


def _answer_turn(message: Message, tell) -> Message:
    try:
        return chats.answer_message(message, tell)
    finally:
        connection.close()


@database_sync_to_async
def _begin_turn(user, key: str, question: str) -> Message | None:
    if key and not (key.isascii() and key.isalnum()):  # databases refuse to look for some of what is no key
        return None
    chat = Chat.objects.of(user).filter(key=key).first() if key else chats.start_chat(user)
    return chats.begin_message(chat, question) if chat else None


@database_sync_to_async
def _stop_turn(user_id: int, pk: int):
    if message := Message.objects.filter(pk=max(0, min(pk, 2**62)), chat__user=user_id).first():
        message.request_stop()


@database_sync_to_async
def _turn_html(user, message: Message) -> str:
    return render_to_string("chat/_turn.html", {"turn": chats.with_books(user, [message])[0]})
