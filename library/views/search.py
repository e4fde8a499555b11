"""Search: the box on every page with results as one types, the page with all of them, and books like another one."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from chat import conversations
from chat.providers import ModelError
from library import sightings
from library.models import UserBook
from library.search import hybrid

PAGE_SIZE = 24
SUGGESTED = 6
MODES = (
    ("hybrid", "Both", "by words and by meaning"),
    ("text", "Words", "exactly what is written"),
    ("vector", "Meaning", "what it is about"),
    ("ask", "Ask", "a question about your books"),
)
LONGEST = 500


@dataclass
class Answer:
    """An answer to a question on the search page, with the books it comes from."""

    text: str = ""
    books: tuple = ()
    total: int = 0
    steps: tuple = ()
    error: str = ""


@login_required
@require_GET
def page(request):
    query, mode = typed(request), request.GET.get("mode", "hybrid")
    mode = mode if mode in [name for name, _, _ in MODES] else "hybrid"
    context = {"q": query, "mode": mode, "modes": MODES}
    if query and mode == "ask":
        context["answer"] = answer(request.user, query)
    elif query:
        number = page_number(request)
        found = hybrid.search(request.user, query, mode, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
        sightings.mark([hit.copy for hit in found.hits])
        context |= {"found": found, "page": Paginator(range(found.total), PAGE_SIZE).get_page(number)}
    fragment = request.headers.get("HX-Target") == "found"
    response = render(request, "library/_hits.html" if fragment else "library/search.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def typed(request) -> str:
    return " ".join(request.GET.get("q", "").replace("\0", " ").split())[:LONGEST]


def page_number(request) -> int:
    number = request.GET.get("page", "1")
    return max(1, min(int(number), 10_000)) if number.isdecimal() and len(number) < 6 else 1


def answer(user, question: str) -> Answer:
    try:
        reply, steps = conversations.answer_to(user, question)
    except ModelError as error:
        return Answer(error=str(error))
    copies = UserBook.objects.of(user).in_bulk(reply.books[:PAGE_SIZE])
    books = tuple(copies[pk] for pk in reply.books[:PAGE_SIZE] if pk in copies)
    return Answer(reply.text, books, reply.total, tuple(steps))


@login_required
@require_GET
def suggest(request):
    """A few results for what is being typed: words only, which takes some milliseconds."""
    query = typed(request)
    found = hybrid.search(request.user, query, "text", limit=SUGGESTED) if query else None
    return render(request, "library/_found.html", {"q": query, "found": found})


@login_required
@require_GET
def more_like_this(request, pk):
    copy = get_object_or_404(UserBook.objects.of(request.user).select_related("book", "user"), pk=pk)
    return render(request, "library/_more_like_this.html", {"copy": copy, "near": hybrid.more_like(copy), "loaded": True})
