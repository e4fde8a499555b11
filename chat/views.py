"""Conversations about one's books. Everything works by plain post; a page with a socket sees the steps as they happen."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import rates
from chat import actions
from chat import conversations as chats
from chat.models import Chat, Message
from chat.providers import ModelError
from library.models import UserBook
from library.page_parts import search_context, typed_query

BOOKS_OF_AN_ANSWER = 24
EXAMPLES = (
    "Which unread books are under 200 pages?", "Where is …?", "What did I lend?", "Which volumes am I missing?",
    "How many books did I read this year?", "Surprise me",
)  # fmt: skip


def _own_chat(request, key: str) -> Chat:
    if not key.isprintable():
        raise Http404
    return get_object_or_404(Chat.objects.of(request.user), key=key)


def _own_turn(request, key: str, pk: int) -> Message:
    return get_object_or_404(Message.objects.select_related("chat__user"), pk=pk, chat=_own_chat(request, key))


@login_required
@never_cache
@require_GET
def conversations(request):
    return render(request, "chat/chats.html", context(request, None))


@login_required
@never_cache
@require_GET
def conversation(request, key):
    return render(request, "chat/chat.html", context(request, _own_chat(request, key)))


def context(request, chat: Chat | None) -> dict:
    recent = Chat.objects.of(request.user).order_by("-pinned", "-last_used")[:30]
    turns = chats.with_books(request.user, chat.messages.all()) if chat else []
    engine = settings.CHAT_MODEL.partition(":")[2] or settings.CHAT_MODEL
    shown = {"chat": chat, "turns": turns, "recent": recent, "examples": EXAMPLES}
    return {**shown, "engine": engine, "hours": settings.CHAT_TTL_HOURS}


@login_required
@require_POST
def chat_ask(request):
    """Answers in the request itself, so that it works without a script; the caps keep that short."""
    question = request.POST.get("question", "").strip()
    key = request.POST.get("chat", "")
    chat = _own_chat(request, key) if key else None
    if not question:
        messages.info(request, "Type a question first.")
        return redirect(chat or "chats")
    if not rates.count_request(request, request.user, "chat", "RATE_LIMIT_CHAT"):
        messages.warning(request, request.share.refusal)
        return redirect(chat or "chats")
    chat = chat or chats.start_chat(request.user)
    chats.ask_question(chat, question)
    return redirect(chat)


@login_required
@never_cache
@require_GET
def chat_turn(request, key, pk):
    """One turn as it is now, for a page without a socket."""
    return render(request, "chat/_turn.html", {"turn": chats.with_books(request.user, [_own_turn(request, key, pk)])[0]})


@login_required
@require_POST
def decide(request, key, pk, answer):
    """Yes or no to what an answer proposes."""
    message = _own_turn(request, key, pk)
    if not message.action:
        raise Http404
    try:
        if answer == "confirm":
            actions.confirm(message)
        else:
            actions.dismiss(message)
    except actions.ActionError as error:
        messages.warning(request, str(error))
    if request.headers.get("HX-Request"):
        message.refresh_from_db()
        return render(request, "chat/_turn.html", {"turn": chats.with_books(request.user, [message])[0]})
    return redirect(message.chat)


@login_required
@require_POST
def chat_stop(request, key, pk):
    message = _own_turn(request, key, pk)
    message.request_stop()
    return redirect(message.chat)


@login_required
@require_POST
def pin(request, key):
    chat = _own_chat(request, key)
    chat.pinned = not chat.pinned
    chat.save(update_fields=["pinned"])
    return redirect(chat)


@login_required
@require_POST
def chat_delete(request, key):
    _own_chat(request, key).delete()
    messages.success(request, "Conversation deleted.")
    return redirect("chats")


# ── On the search page ──────────────────────────────────────────────────────────────────────────────────────────────
@login_required
@require_GET
def search_answer(request):
    """The search page, where its mode is to ask."""
    question = typed_query(request)
    context = search_context(question, "ask") | {"answer": _answer(request, question) if question else None}
    fragment = request.headers.get("HX-Target") == "found"
    response = render(request, "chat/_search_answer.html" if fragment else "chat/search_answer.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _answer(request, question: str) -> dict:
    """An answer to a question on the search page, with the books it comes from."""
    user = request.user
    # Questions come while it is typed; those to a model cost money.
    if settings.CHAT_MODEL and not rates.count_request(request, user, "chat", "RATE_LIMIT_CHAT"):
        return {"error": request.share.refusal}
    try:
        reply, steps = chats.answer_to(user, question)
    except ModelError as error:
        return {"error": str(error)}
    copies = UserBook.objects.of(user).in_bulk(reply.books[:BOOKS_OF_AN_ANSWER])
    return {"text": reply.text, "books": [copies[pk] for pk in reply.books if pk in copies], "steps": steps}
