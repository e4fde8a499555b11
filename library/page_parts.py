"""What higher apps add to the library's pages. They append to these lists at start-up, in their registrations.py."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class HomeStrip:
    """A line on the home page about something that needs attention. If `asks` is set, the page polls its url for updates."""

    url: str
    sentence: str
    busy: bool = False
    asks: bool = False


@dataclass(frozen=True)
class BookSection:
    """A section on a book's page: a template and a function that returns its content for a copy. Not shown if empty."""

    template: str
    content: Callable[..., list]


@dataclass(frozen=True)
class SearchMode:
    """A search mode, chosen above the results. If it has a `url_name`, its results come from that URL."""

    name: str
    label: str
    hint: str
    url_name: str = ""


HOME_STRIPS: list[Callable[..., list[HomeStrip]]] = []  # user -> strips
BOOK_SECTIONS: list[BookSection] = []
SEARCH_MODES = [
    SearchMode("hybrid", "Both", "by words and by meaning"),
    SearchMode("text", "Words", "exactly what is written"),
    SearchMode("vector", "Meaning", "what it is about"),
]
LONGEST_QUERY = 500


def typed_query(request) -> str:
    return " ".join(request.GET.get("q", "").replace("\0", " ").split())[:LONGEST_QUERY]


def search_context(query: str, mode: str) -> dict:
    """The context that library/search.html needs above the results."""
    return {"q": query, "mode": mode, "modes": SEARCH_MODES}
