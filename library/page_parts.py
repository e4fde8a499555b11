"""What apps above the library add to its pages. Each adds to these lists when it starts (its registrations.py)."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class HomeStrip:
    """One quiet line on the first page about what waits for its owner. One that `asks` is kept up to date from its url."""

    url: str
    sentence: str
    busy: bool = False
    asks: bool = False


@dataclass(frozen=True)
class BookSection:
    """A section on the page of a book: a template, and what it shows of a copy; without anything to show it is left out."""

    template: str
    content: Callable[..., list]


@dataclass(frozen=True)
class SearchMode:
    """A way to search, chosen above the results. One with a `url_name` is answered by the page of that name."""

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
    """What library/search.html shows above the results."""
    return {"q": query, "mode": mode, "modes": SEARCH_MODES}
