"""Searches a person's books by words, by meaning, or both. Pages, the API and the chat all use `find_books`.

found = search(user, "author:herbert desert", mode="hybrid", limit=20)
found.total, found.ids, found.hits[0].copy, found.hits[0].title
"""

import re
import time
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

from library.models import UserBook
from library.search import choosing, embedding, filters, terms, text, vectors
from library.search.embedders import EmbedderError
from library.search.query import Query, parse_query

WORD = re.compile(r"[\w'’]+")
AROUND = 90  # characters shown on both sides of the first hit


def _looked_for(query, meant: dict[str, str] | None = None) -> set[str]:
    words = [word for phrase in query.phrases for word in phrase] + list(query.words) + list((meant or {}).values())
    reported = terms.telling_words(words) if words else []
    return {form for word in reported for form in terms.forms(word)}


def hit(word: str, wanted: set[str], typing: str = "") -> bool:
    folded = "".join(terms.search_words(word))
    return bool(folded) and (folded in wanted or (len(typing) > 1 and folded.startswith(typing)))


def _marked(text: str, wanted: set[str], typing: str = ""):
    """The text as safe HTML with `<mark>` around the search terms."""
    parts, at = [], 0
    for match in WORD.finditer(text):
        if hit(match[0], wanted, typing):
            parts += [escape(text[at : match.start()]), "<mark>", escape(match[0]), "</mark>"]
            at = match.end()
    return mark_safe("".join(map(str, [*parts, escape(text[at:])])))


def snippet(text: str, wanted: set[str], typing: str = "") -> str:
    """The text around the first hit, with search terms marked; empty if there is none."""
    for match in WORD.finditer(text):
        if hit(match[0], wanted, typing):
            start, end = max(0, match.start() - AROUND), min(len(text), match.end() + AROUND)
            start = text.rfind(" ", 0, start) + 1 if start else 0
            cut = text[start:end].rsplit(" ", 1)[0] if end < len(text) else text[start:end]
            inner = _marked(" ".join(cut.split()), wanted, typing)
            return format_html("{}{}{}", "… " if start else "", inner, " …" if end < len(text) else "")
    return ""


MODES = ("text", "vector", "hybrid")
DEEP = 200  # results of both searches that are fused
# Weights of the word results relative to those by meaning. For long queries, a book with only some of the words is rarely the
# right one, so these only break ties; after a correction they count nearly as much. (Measured: docs/search.md)
EXACT, CLOSE, PUT_RIGHT = 1.1, 0.002, 0.9
SHORT = 4  # words
RRF = 60  # https://doi.org/10.1145/1571941.1572114
LIKE_LEAST = 0.18  # minimum similarity, for embedders without a `least` of their own
WANTED = (
    "title", "subtitle", "authors", "cover", "cover_key", "language", "series", "series_number", "published_date", "status",
    "shelf", "publisher", "description", "notes", "review", "user",
)  # fmt: skip
COLUMNS = ", ".join(["id", *(UserBook._meta.get_field(name).column for name in WANTED)])
NOTES = {"stands_in": "The model for searching by meaning is not installed, so similar wording is used instead."}


@dataclass(frozen=True)
class _Hit:
    """A search result as a page shows it."""

    copy: UserBook
    score: float
    wanted: set = field(default_factory=set, repr=False)
    typing: str = ""
    related: bool = False  # does not contain all the words

    @property
    def title(self):
        return _marked(self.copy.title, self.wanted, self.typing)

    @property
    def author(self):
        return _marked(self.copy.author, self.wanted, self.typing)

    @cached_property
    def snippet(self):
        """An excerpt with the words, if they are not in the title or author."""
        for column in ("subtitle", "series", "notes", "review", "description", "publisher"):
            if found := snippet(getattr(self.copy, column), self.wanted, self.typing):
                return found
        return ""


@dataclass
class _Results:
    user: object
    query: Query
    mode: str
    ranked: list[tuple[int, float]]  # all results, best first
    limit: int
    offset: int
    exact: int = 0  # how many contain all words
    meant: dict = field(default_factory=dict)  # typed word -> corrected word
    notes: list = field(default_factory=list)  # messages about problems
    seconds: float = 0.0

    @property
    def total(self) -> int:
        return len(self.ranked)

    @property
    def ids(self) -> list[int]:
        return [pk for pk, _ in self.ranked[self.offset : self.offset + self.limit]]

    @cached_property
    def hits(self) -> list[_Hit]:
        """The results of this page, without books that have been deleted in the meantime."""
        copies = {copy.pk: copy for copy in _fetched(self.user, self.ids)}
        wanted = _looked_for(self.query, self.meant)
        typing = self.query.words[-1] if self.query.typing and self.query.words else ""
        page = self.ranked[self.offset : self.offset + self.limit]
        places = enumerate(page, self.offset)
        return [_Hit(copies[pk], score, wanted, typing, at >= self.exact) for at, (pk, score) in places if pk in copies]


def _fetched(user, pks: list[int]):
    """These copies of this person, in any order. Uses raw SQL, because building the query took longer than the search."""
    if not pks:
        return []
    places = ", ".join(["%s"] * len(pks))
    return UserBook.objects.raw(
        f"SELECT {COLUMNS} FROM library_userbook WHERE user_id = %s AND removed IS NULL AND id IN ({places})", [user.pk, *pks]
    )


def find_books(user, q: str, mode: str = "hybrid", limit: int = 20, offset: int = 0, within=None) -> _Results:
    """Searches the books of `user` for `q`, optionally only `within` some of them."""
    began = time.perf_counter()
    query = parse_query(q)
    results = _Results(user, query, mode, [], limit, offset)
    if query or within is not None:
        narrowed = allowed(user, query, within)
        if not query.ranks:
            results.ranked = _in_order(user, narrowed)
            results.exact = len(results.ranked)
        elif narrowed is None or narrowed:
            _rank(results, narrowed)
    results.seconds = time.perf_counter() - began
    return results


def allowed(user, query: Query, within=None) -> set[int] | None:
    """The copies that match the filters, or None if there are no filters. Without words, starts with the whole library."""
    found = None
    if query.filters or within is not None or not query.ranks:
        books = UserBook.objects.of(user) if within is None else within
        for item in query.filters:
            books = filters.narrow(books, item)
        found = set(books.order_by().values_list("pk", flat=True))
    if query.phrases:
        phrased = text.with_phrases(user, query)
        found = phrased if found is None else found & phrased
    if query.without:
        if found is None:
            found = set(UserBook.objects.of(user).values_list("pk", flat=True))
        found = found - text.books_without(user, query)
    return found


def _in_order(user, pks: set[int]) -> list[tuple[int, float]]:
    """The results of filters alone, sorted by title."""
    order = UserBook.objects.of(user).order_by("sort_title", "pk").values_list("pk", flat=True)
    return [(pk, 0.0) for pk in order if pk in pks]


def _rank(results: _Results, narrowed: set[int] | None):
    def inside(ranked):
        return ranked if narrowed is None else [pair for pair in ranked if pair[0] in narrowed]

    user, query, mode = results.user, results.query, results.mode
    if mode == "vector":
        results.ranked = _by_meaning(results, narrowed)
        return
    found = text.search_text(user, query)
    exact, close = inside(found.exact), inside(found.close)
    results.meant, results.exact = found.meant, len(exact)
    if mode == "text":
        results.ranked = exact + close
    else:
        short = len(terms.telling_words(list(query.words))) <= SHORT
        weight = (EXACT if found.abroad else PUT_RIGHT if found.meant else CLOSE) if short else CLOSE
        fused, having = fuse(exact, close, weight, _by_meaning(results, narrowed)), {pk for pk, _ in exact}
        results.ranked = sorted(fused, key=lambda pair: pair[0] not in having)  # related books come last


def _by_meaning(results: _Results, narrowed: set[int] | None) -> list[tuple[int, float]]:
    """The books nearest in meaning. If the embedder fails, adds its message to the notes and returns nothing."""
    try:
        embedder = choosing.embedder()
        vector = embedding.vector_of(_put_right(results), embedder)
    except EmbedderError as error:
        results.notes.append(str(error))
        return []
    if choosing.stands_in():
        results.notes.append(NOTES["stands_in"])
    matrix = vectors.matrix_of(results.user, embedder.name)
    # Vectors of removed books are kept, because the books may be restored.
    gone = list(UserBook.objects.in_trash(results.user).values_list("pk", flat=True)) if narrowed is None else ()
    found = vectors.nearest(matrix, vector, DEEP, narrowed, gone)
    return [pair for pair in found if pair[1] >= getattr(embedder, "least", LIKE_LEAST)]


def _put_right(results: _Results) -> str:
    """The query with misspellings corrected, except in a long sentence whose words no book contains."""
    if not results.meant or not (results.exact or len(terms.telling_words(list(results.query.words))) <= SHORT):
        return results.query.text
    return " ".join(results.meant.get(word, word) for phrase in (results.query.words, *results.query.phrases) for word in phrase)


def fuse(exact, close, weight: float, like) -> list[tuple[int, float]]:
    """Reciprocal rank fusion of the books with all words, those with some of them, and those nearest in meaning."""
    scores: dict[int, float] = {}
    for ranked, counts in ((exact[:DEEP], EXACT), (close[:DEEP], weight), (like[:DEEP], 1.0)):
        for place, (pk, _) in enumerate(ranked, 1):
            scores[pk] = scores.get(pk, 0.0) + counts / (RRF + place)
    order = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return order + [pair for pair in chain(exact[DEEP:], close[DEEP:]) if pair[0] not in scores]


def more_like(copy: UserBook, limit: int = 8) -> list[UserBook]:
    """Similar books of the same person, without other copies of the same book."""
    embedder = choosing.embedder()
    matrix = vectors.matrix_of(copy.user, embedder.name)
    own = matrix.rows[matrix.copies == copy.pk]
    if not len(own):
        return []
    near = vectors.nearest(matrix, own[0], limit * 4 + 1)
    near = [pk for pk, likeness in near if pk != copy.pk and likeness >= 2 * LIKE_LEAST]
    found = UserBook.objects.of(copy.user).exclude(book__work_key=copy.book.work_key).only(*WANTED).in_bulk(near)
    return [found[pk] for pk in near if pk in found][:limit]
