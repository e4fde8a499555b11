"""Questions about your books, in conversations that are kept for a few hours."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Status
from ninja.throttling import BaseThrottle
from pydantic import Field

from api import throttling
from api.authentication import EVERYBODY
from api.book_schemas import BookOut
from api.books import LOCATION
from api.errors import Problem, not_found
from api.idempotent_calls import creates, creates_slowly
from api.schemas import In, Key, OneOf, Out, Page, Slice, Text, router
from api.shelves import page_of
from chat import actions, conversations
from chat.models import Chat, Message
from library import serializers
from library.models import UserBook

calls = router("Chat", auth=EVERYBODY)
SessionKey = Annotated[str, Field(pattern="^[A-Za-z0-9]{1,24}$", max_length=24)]
QUESTIONS: list[BaseThrottle] = [throttling.CALLS, throttling.CHAT]


class SessionIn(In):
    title: Text = Field("", max_length=120)


class SessionPatch(In):
    title: Text = Field("", max_length=120)
    pinned: bool = False


class SessionOut(Out):
    id: str
    title: str
    pinned: bool = Field(description="It is kept; others are deleted some hours after the last message.")
    created: datetime
    last_used: datetime


class MessageIn(In):
    message: Annotated[Text, Field(min_length=1, max_length=conversations.LONGEST, examples=["What did I lend to Nora?"])]


class MessageOut(Out):
    id: int
    question: str
    answer: str
    state: Annotated[str, OneOf(*Message.State.values)]
    error: str
    books: list[BookOut] = Field(description="The books the answer is based on.")
    total: int = Field(description="How many there are, if not all are shown.")
    steps: list[dict[str, Any]] = Field(description="How the answer was found.")
    action: dict[str, Any] = Field(description="A proposed change that waits for `confirm`.")
    engine: str
    usd: str
    created: datetime


class SessionWithMessages(SessionOut):
    messages: list[MessageOut]


def _own_session(user, key: str) -> Chat:
    found = Chat.objects.of(user).filter(key=key).first()
    if found is None:
        raise not_found()
    return found


def _own_message(user, key: str, pk: int) -> Message:
    message = _own_session(user, key).messages.filter(pk=pk).first()
    if message is None:
        raise not_found()
    return message


def _session_shown(session: Chat) -> dict:
    return {"id": session.key, **{name: getattr(session, name) for name in ("title", "pinned", "created", "last_used")}}


def _messages_shown(user, messages) -> list[dict]:
    """The messages with their books, in one query."""
    messages = [message.settle() for message in messages]
    keys = {key for message in messages for key in message.books}
    books = serializers.books_by_key(UserBook.objects.of(user), keys)
    names = ("id", "question", "answer", "state", "error", "total", "steps", "action", "engine", "created")
    return [
        {name: getattr(message, name) for name in names}
        | {"usd": str(message.usd), "books": [books[key] for key in message.books if key in books]}
        for message in messages
    ]


@calls.get("", response=Page[SessionOut])
def list_chat_sessions(request: HttpRequest, paging: Query[Slice]):
    """Lists your conversations, latest first."""
    return page_of(paging, Chat.objects.of(request.user).order_by("-last_used", "-pk"), _session_shown)


@calls.post("", response={201: SessionOut}, openapi_extra={"responses": {201: {"headers": LOCATION}}})
@creates
def start_chat_session(request: HttpRequest, body: SessionIn, response: HttpResponse):
    """Starts a conversation."""
    session = conversations.start_chat(request.user)
    if body.title:
        session.title = body.title
        session.save(update_fields=["title"])
    response["Location"] = f"/api/v1/chat/sessions/{session.key}"
    return Status(201, _session_shown(session))


@calls.get("/{session_id}", response=SessionWithMessages)
def get_chat_session(request: HttpRequest, session_id: SessionKey):
    """Returns a conversation with all its messages."""
    session = _own_session(request.user, session_id)
    return _session_shown(session) | {"messages": _messages_shown(request.user, session.messages.all())}


@calls.patch("/{session_id}", response=SessionOut)
def change_chat_session(request: HttpRequest, session_id: SessionKey, body: SessionPatch):
    """Changes the title, or pins the conversation so that it is not deleted."""
    session = _own_session(request.user, session_id)
    for name, value in body.given_values().items():
        setattr(session, name, value)
    session.save(update_fields=["title", "pinned"])
    return _session_shown(session)


@calls.delete("/{session_id}", response={204: None})
def delete_chat_session(request: HttpRequest, session_id: SessionKey):
    """Deletes the conversation immediately."""
    _own_session(request.user, session_id).delete()
    return Status(204, None)


@calls.post("/{session_id}/messages", response={201: MessageOut}, throttle=QUESTIONS)
@creates_slowly
def ask_in_chat(request: HttpRequest, session_id: SessionKey, body: MessageIn):
    """Asks a question and waits for the answer. `state` says whether there is one."""
    message = conversations.ask_question(_own_session(request.user, session_id), body.message)
    return Status(201, _messages_shown(request.user, [message])[0])


@calls.post("/{session_id}/messages/{message_id}/stop", response=MessageOut)
def stop_in_chat(request: HttpRequest, session_id: SessionKey, message_id: Key):
    """Stops an answer in progress; a finished answer stays."""
    message = _own_message(request.user, session_id, message_id)
    message.request_stop()
    return _messages_shown(request.user, [message])[0]


@calls.post("/{session_id}/messages/{message_id}/{decision}", response={200: MessageOut, 409: None})
def decide_in_chat(request: HttpRequest, session_id: SessionKey, message_id: Key, decision: Literal["confirm", "dismiss"]):
    """Makes the change that a message proposes, once, or dismisses it."""
    message = _own_message(request.user, session_id, message_id)
    try:
        actions.confirm(message) if decision == "confirm" else actions.dismiss(message)
    except actions.ActionError as error:
        raise Problem(409, "decided", str(error)) from None
    return _messages_shown(request.user, [Message.objects.get(pk=message_id)])[0]
