"""A question to the planner with what its answer needs, and the reply."""

from dataclasses import dataclass, field, replace

from django.db.models import Count
from rapidfuzz import fuzz

from chat.book_query import BookQuery
from chat.models import Action, Memory
from chat.names import name_key
from chat.reading import ReadQuestion
from chat.tools import Tools
from library.models import Status, UserBook

ALL = frozenset(
    "all everything alles tout todo whole entire complete alle ganze gesamte tous toutes toute todos todas toda".split()
)
SHOWN_IN_TEXT = 5
ALIKE = 85  # of 100, words with a title


@dataclass
class Reply:
    """An answer: a text, the books it comes from, and what it remembers for the next question."""

    text: str
    books: list[int] = field(default_factory=list)
    total: int = 0
    action: Action = field(default_factory=Action)
    memory: Memory = field(default_factory=Memory)
    understood: bool = True


@dataclass
class Question:
    wording: str
    reading: ReadQuestion
    tools: Tools
    memory: Memory
    query: BookQuery
    unused: list[str] = field(default_factory=list)  # words that nothing was made of, as they were typed
    gaps: list[int] = field(default_factory=list)  # books without a detail that the answer depends on

    @property
    def owned(self) -> BookQuery:
        """The books meant: a wish is no book of one's own, unless wishes were meant."""
        return owned(self.query)

    def has(self, *kinds: str) -> bool:
        return self.reading.has(*kinds)

    def field(self, *names: str) -> str:
        """The first detail that the question names, of these or of all."""
        return next((name for name in self.reading.values("field") if not names or name in names), "")

    def titles(self) -> list[list[UserBook]]:
        """For every title in the question its copies: those that were read first, those that are only wished for last."""
        found = [self.copies(mark.value("title")) for mark in self.reading.all("title")]
        return [copies for copies in found if copies]

    def copies(self, title: str) -> list[UserBook]:
        books = self.tools.books.select_related("shelf", "book").filter(title=title)
        books = books.annotate(times_read=Count("readings__finished")).order_by("-times_read", "pk")
        copies = [copy for copy in books if self._by_author(copy)]
        if not any(step["tool"] == "book" and step["query"] == title for step in self.tools.steps):
            self.tools.step("book", title, f"{len(copies)} copies")
        return sorted(copies, key=lambda copy: (copy.status == Status.WISHLIST, copy.status != Status.READ))

    def _by_author(self, copy: UserBook) -> bool:
        return not self.query.author or self.query.author in copy.authors or not self.reading.all("by")

    def one(self) -> list[UserBook]:
        """The copies of the one book it is about: named, meant by "it", or by a part of its title."""
        if titles := self.titles():
            return titles[0]
        focus = self.memory.get("focus") or (self.memory.get("books") or [0])[0]
        if focus and self.has("it", "her", "ordinal", "those"):
            return list(self.tools.books.select_related("shelf", "book").filter(pk=focus))
        found = self.tools.titled(self.unknown) if self.unused else []
        if found and fuzz.token_set_ratio(name_key(self.unknown), name_key(found[0].title)) >= ALIKE:
            self.unused = []
            return [copy for copy in found if copy.title == found[0].title]
        return []

    @property
    def unknown(self) -> str:
        return " ".join(self.unused)

    def change(self, **conditions) -> "Question":
        return replace(self, query=replace(self.query, **conditions))


def owned(query: BookQuery) -> BookQuery:
    return query if Status.WISHLIST in query.status else replace(query, not_status=(*query.not_status, Status.WISHLIST))


def in_words(query: BookQuery, number: int | None = None) -> str:
    """The conditions in words; that wishes do not count goes without saying."""
    shown = replace(query, not_status=tuple(status for status in query.not_status if status != Status.WISHLIST), among=None)
    return shown.words(number) + (" of those" if query.among is not None else "")


def titled(copy: UserBook) -> str:
    return f"“{copy.title}” by {copy.author}" if copy.authors else f"“{copy.title}”"


def work_year(copy: UserBook) -> str:
    """When the work first came out, or else the edition; "" where neither is known."""
    return str(copy.first_published or copy.year)


def some(tools: Tools, keys: list[int]) -> str:
    copies = tools.books.in_bulk(keys[:SHOWN_IN_TEXT])
    names = [titled(copies[pk]) for pk in keys[:SHOWN_IN_TEXT] if pk in copies]
    more = len(keys) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more > 0 else "")


GAPS = {"language": "language", "pages": "page count", "year": "year of publication"}
SORTED_BY = {"longest": "pages", "shortest": "pages", "oldest": "year", "newest": "year"}


def gap_note(question: Question) -> str:
    """In how many books a detail is missing that the answer depends on, so that nobody takes a number for the whole."""
    query, notes = question.owned, []
    named = {name for name, _ in (*query.either, *query.but_not)}
    for name in dict.fromkeys([*(name for name in GAPS if getattr(query, name) or name in named), SORTED_BY.get(query.sort, "")]):
        if name:
            others = {
                choice: tuple(pair for pair in getattr(query, choice) if pair[0] != name) for choice in ("either", "but_not")
            }
            wider = replace(query.without_order(), **{name: "" if name == "language" else ()}, **others)
            whole = wider.books(question.tools.user)
            if missing := list(whole.missing(name).values_list("pk", flat=True)):
                notes.append(f" {len(missing):,} of {whole.count():,} have no {GAPS[name]}, so they could not be counted.")
                question.gaps += missing
    if (query.genres or "genres" in named) and (
        missing := owned(BookQuery()).narrow(question.tools.books).filter(categories=[]).count()
    ):
        notes.append(f" {missing:,} of your books have no category.")
    if query.read:
        undated = question.tools.books.filter(status=Status.READ).exclude(readings__finished__isnull=False).count()
        notes += [f" {undated:,} books that you have read have no date."] if undated else []
    return "".join(notes)
