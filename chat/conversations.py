"""Asking about one's own books. `ask_question` is for pages, the websocket and the API alike; `answer_to` for a single question.

message = ask_question(start_chat(user), "What did I lend to Ana?")
message.answer, message.books, message.steps, message.state
"""

import logging
import time
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from chat import loop, planner
from chat.loop import Limits, Stopped, Usage
from chat.models import Chat, Message, Step
from chat.providers import ModelError, ModelTurn
from chat.questions import Reply
from chat.tools import Tools
from library import sightings
from library.models import UserBook

logger = logging.getLogger("chat.conversations")
LONGEST = 1000
CARDS = 12  # books shown with one answer
PLANNER = "planner"


def model():
    """The model that the settings name, or None: then the built-in planner answers."""
    kind, _, name = settings.CHAT_MODEL.partition(":")
    if not kind:
        return None
    if kind == "openai":
        client, given = "openai.OpenAIChatModel", (settings.CHAT_URL, settings.CHAT_KEY)
    elif kind == "bedrock":
        client, given = "bedrock.BedrockChatModel", (settings.AWS_REGION,)
    else:
        return import_string(settings.CHAT_MODEL)()
    return import_string(f"chat.providers.{client}")(name, *given, timeout=settings.CHAT_MAX_SECONDS)


def limits() -> Limits:
    return Limits(
        settings.CHAT_MAX_STEPS, settings.CHAT_MAX_SECONDS, settings.CHAT_MAX_USD,
        settings.CHAT_USD_PER_MILLION_IN, settings.CHAT_USD_PER_MILLION_OUT,
    )  # fmt: skip


def start_chat(user) -> Chat:
    return Chat.objects.create(user=user)


def begin_message(chat: Chat, question: str) -> Message:
    """The row of a turn that is about to be answered."""
    question = question[: 2 * LONGEST].encode("utf-8", "replace").decode()  # half a character cannot be stored
    question = " ".join(question.replace("\0", " ").split())[:LONGEST]
    Chat.objects.filter(pk=chat.pk).update(last_used=timezone.now(), title=chat.title or question[:120])
    return Message.objects.create(chat=chat, question=question)


def ask_question(chat: Chat, question: str, tell=None) -> Message:
    """Asks, and waits for the answer."""
    return answer_message(begin_message(chat, question), tell)


def answer_message(message: Message, tell=None) -> Message:
    """Answers a turn that was begun: always to its end, which may be a sentence about what went wrong."""
    began, usage, tools = time.monotonic(), Usage(), Tools(message.chat.user, tell=tell)
    message.state, message.engine = Message.State.DONE, PLANNER
    try:
        reply = _reply_to(message, tools, usage)
        message.answer, message.books, message.total, message.action = reply.text, reply.books, reply.total, reply.action
        Chat.objects.filter(pk=message.chat_id).update(memory=reply.memory, last_used=timezone.now())
    except Stopped:
        message.state = Message.State.STOPPED
    except ModelError as error:
        message.state, message.error = Message.State.FAILED, str(error)[:300]
    except Exception:
        logger.exception("could not answer a question", extra={"chat": message.chat_id})
        message.state, message.error = Message.State.FAILED, "Something went wrong here. Ask again, or in other words."
    message.steps, message.tokens_in, message.tokens_out = tools.steps, usage.tokens_in, usage.tokens_out
    message.usd, message.milliseconds = Decimal(str(round(usage.usd, 6))), int((time.monotonic() - began) * 1000)
    message.save()
    fields = {"service": message.engine, "result": str(message.state), "usd": float(message.usd)}
    tokens = {"tokens_in": message.tokens_in, "tokens_out": message.tokens_out}
    about = {"user_id": message.chat.user_id, "duration_ms": message.milliseconds, **tokens}
    logger.info("answered", extra=fields | about)
    return message


def _reply_to(message: Message, tools: Tools, usage: Usage) -> Reply:
    chat = Chat.objects.select_related("user").get(pk=message.chat_id)
    chosen = model()
    if chosen is None:
        return planner.plan_answer(chat.user, message.question, chat.memory, tools=tools)[0]
    message.engine = chosen.name[:120]
    tools.tell = tools.tell and noted(message, tools, tools.tell)
    reply = loop.converse(chosen, tools, history(message), message.question, limits(), usage, message.stopping)
    reply.memory = {"books": reply.books[:500], "focus": reply.books[0] if len(reply.books) == 1 else None}
    return reply


def noted(message: Message, tools: Tools, tell):
    """Steps are kept as they happen, for pages that ask instead of listening."""

    def keep_and_tell(values: dict):
        if "tool" in values:
            Message.objects.filter(pk=message.pk).update(steps=tools.steps, changed=timezone.now())
        tell(values)

    return keep_and_tell


def history(message: Message) -> list[ModelTurn]:
    """The turns before this one."""
    before = Message.objects.filter(chat=message.chat_id, pk__lt=message.pk, state=Message.State.DONE).order_by("-pk")
    pairs = [(("user", item.question), ("assistant", item.answer or "…")) for item in reversed(before[: loop.HISTORY])]
    return [ModelTurn(*turn) for pair in pairs for turn in pair]


def answer_to(user, question: str) -> tuple[Reply, list[Step]]:
    """One answer without a conversation, and the steps to it. Raises ModelError with a sentence."""
    tools, chosen = Tools(user), model()
    if chosen is None:
        reply = planner.plan_answer(user, question, tools=tools)[0]
    else:
        reply = loop.converse(chosen, tools, [], question[:LONGEST], limits(), Usage())
    return reply, tools.steps


def with_books(user, turns) -> list[Message]:
    """Turns with the cards of their books, every one with the photo it was seen on last: a few queries for all."""
    turns = [turn.settle() for turn in turns]
    keys = {pk for turn in turns for pk in turn.books[:CARDS]}
    copies = UserBook.objects.of(user).in_bulk(keys)
    sightings.mark_latest(list(copies.values()))
    for turn in turns:
        turn.cards = [copies[pk] for pk in turn.books[:CARDS] if pk in copies]
        turn.more = max(0, turn.total - len(turn.cards))
    return turns


def delete_old_chats() -> int:
    """Conversations unused for CHAT_TTL_HOURS; the pinned ones stay."""
    return Chat.objects.over().delete()[0]
