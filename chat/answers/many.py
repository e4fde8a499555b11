"""Questions about many books: how many, which, any of them, pick one."""

import re
from dataclasses import replace

from django.db.models import Count, Q

from chat.book_query import BookQuery
from chat.questions import Question, Reply
from chat.tools import MOST_SHOWN, NEAR
from library.in_words import count_of, day_in_words
from library.models import Status, UserBook
from library.search.hybrid import more_like

SHOWN_IN_TEXT = 5


def count_answer(question: Question) -> Reply:
    query = question.query().without_order()
    keys = (
        question.tools.find(query)
        if query.narrows
        else list(question.tools.books.order_by("sort_title").values_list("pk", flat=True))
    )
    number = len(keys)
    if not query.narrows:
        question.tools.step("count", "all books", str(number))
        wished = question.tools.books.filter(status=Status.WISHLIST).count()
        more = f", {wished:,} of them on the wishlist" if wished else ""
        return Reply(f"You have {count_of(number, 'book')}{more}.", memory={"books": keys[:500]})
    if query.read:
        return Reply(f"You read {number:,} {query_in_words(replace(query, read=()), number)} {_reading_days(query)}.", keys)
    return Reply(f"You have {number:,} {query_in_words(query, number)}.", keys)


def query_in_words(query: BookQuery, number: int) -> str:
    return replace(query, among=None).words(number) + (" of those" if query.among else "")


def _reading_days(query: BookQuery) -> str:
    return BookQuery(read=query.read).words().removeprefix("books read ")


def listed(question: Question) -> Reply | None:
    """The books that fit; with an order, the first ones and what puts them first."""
    query = question.query()
    if not query.narrows and not query.sort:
        return None
    keys = question.tools.find(query)
    if not keys and query.topic and query != BookQuery(topic=query.topic):
        return Reply(f"You have no {query_in_words(query, 0)}.")
    if not keys:
        return Reply(f"I found no {query_in_words(query, 0)} in your library.")
    if query.sort:
        return ranked_answer(question, query, keys)
    yes = "Yes, " if re.match(r" (?:do|have|did|are|is) (?:i|there) | any(?:thing)? ", question.text) else ""
    if len(keys) == 1:
        copy = question.tools.books.get(pk=keys[0])
        return Reply(f"{yes}{'one' if yes else 'One'}: {titled(copy)}.", keys)
    return Reply(
        f"{yes}{'you' if yes else 'You'} have {len(keys):,} {query_in_words(query, len(keys))}: {some(question, keys)}.", keys
    )


def some(question: Question, keys: list[int]) -> str:
    copies = question.tools.books.in_bulk(keys[:SHOWN_IN_TEXT])
    names = [titled(copies[pk]) for pk in keys[:SHOWN_IN_TEXT] if pk in copies]
    more = len(keys) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more > 0 else "")


def titled(copy: UserBook) -> str:
    return f"“{copy.title}” by {copy.author}" if copy.authors else f"“{copy.title}”"


ADJECTIVES = {
    "longest": ("longest", "pages"), "shortest": ("shortest", "pages"), "oldest": ("oldest", "year"), "newest": ("newest", "year"),
    "added": ("last added", "added"), "first added": ("first added", "added"), "best": ("best rated", "rating"),
    "worst": ("lowest rated", "rating"), "dearest": ("most expensive", "price"), "cheapest": ("cheapest", "price"),
    "last read": ("last read", "read"), "first read": ("first read", "read"),
}  # fmt: skip


def ranked_answer(question: Question, query: BookQuery, keys: list[int]) -> Reply:
    adjective, column = ADJECTIVES[query.sort]
    copies = query.books(question.user).in_bulk(keys[:MOST_SHOWN])
    rows = [f"{titled(copies[pk])}{_value_of(copies[pk], column)}" for pk in keys[:MOST_SHOWN] if pk in copies]
    base = replace(query.without_order(), among=None)
    if len(keys) == 1:
        return Reply(f"The {adjective} of your {base.words()} is {rows[0]}.", keys)
    return Reply(f"Your {adjective} {base.words()}: {'; '.join(rows[:SHOWN_IN_TEXT])}.", keys)


def _value_of(copy: UserBook, column: str) -> str:
    if column == "pages":
        return f", {copy.pages} pages"
    if column == "year":
        return f", {copy.year}"
    if column == "added":
        return f", added {day_in_words(copy.added)}"
    if column == "rating" and copy.rating:
        return f", {copy.rating / 2:g} stars"
    if column == "price" and copy.price is not None:
        return f", {copy.price} {copy.currency}".rstrip()
    last = getattr(copy, "last_read", None)
    return f", finished {day_in_words(last)}" if column == "read" and last else ""


def surprise(question: Question) -> Reply:
    """One book by chance, unread where the question leaves it open."""
    query = question.query()
    open_ = query.without_order()
    if open_.status == (Status.READ,) and not question.has("already read|have read|i ve read|ive read|again|reread|re read"):
        open_ = replace(open_, status=())  # "what should I read" says nothing about what was read
    wanted = open_ if open_.status or open_.not_status or open_.read else replace(open_, status=(Status.TO_READ,))
    number = max(1, min(query.limit, MOST_SHOWN)) if query.limit and query.limit != 10 else 1
    keys = question.tools.find(replace(wanted, topic="") if not _about_books(wanted) else wanted)
    if not keys and wanted != open_:
        keys = question.tools.find(open_)
    if not keys:
        return Reply(f"You have no {query_in_words(wanted, 0)} to choose from.")
    picked = sorted(keys, key=lambda pk: _chance(question, pk))[:number]
    copies = question.tools.books.in_bulk(picked)
    names = [titled(copies[pk]) for pk in picked if pk in copies]
    return Reply(f"How about {', '.join(names)}? Chosen from {len(keys):,} {wanted.words(len(keys))}.", picked, total=len(picked))


def _about_books(query: BookQuery) -> bool:
    return bool(query.topic) and not re.fullmatch(
        r"(?:surprise|random|tonight|weekend|holiday|today|now|choose|chance|luck\w*| )*", query.topic
    )


def _chance(question: Question, pk: int) -> int:
    return hash((pk, question.tools.seed))


def like(question: Question) -> Reply | None:
    """`something like Dune`: the nearest in meaning to a book of one's own."""
    title = question.subject(r"(?:like|similar to|in the style of|reminds me of|resembles?|along the lines of)\s+(?P<it>.+)")
    if not title:
        return None
    one = question.pronoun() if title.lower() in ("it", "this", "that", "this one", "that one") else None
    found = [one] if one else question.tools.titled(title)
    if not found:
        name = question.names.author(title)
        if name:
            keys = question.tools.find(BookQuery(author=name))
            return Reply(f"You have {len(keys)} {BookQuery(author=name).words(len(keys))}.", keys)
        return Reply(f"I do not find “{title}” in your library, so I have nothing to compare with.")
    near = more_like(found[0], limit=8)
    unread = [copy for copy in near if copy.status == Status.TO_READ] if question.has("unread|to read|read next|next") else []
    near = unread or near
    question.tools.step("more like this", found[0].title, f"{len(near)} books")
    if not near:
        near = list(question.tools.kin(found[0])[:8])
    if not near:
        return Reply(f"I know nothing in your library that is close to {titled(found[0])}.", [found[0].pk])
    names = ", ".join(titled(copy) for copy in near[:SHOWN_IN_TEXT])
    return Reply(
        f"Closest to {titled(found[0])} in your library: {names}.", [copy.pk for copy in near], memory={"focus": near[0].pk}
    )


def duplicates(question: Question) -> Reply:
    if question.has("read|reread|finished"):
        return reread(question)
    groups = question.tools.duplicates()
    if not groups:
        return Reply("You have no book twice.")
    names = "; ".join(f"{titled(copies[0])} ({len(copies)} copies)" for copies in groups[:SHOWN_IN_TEXT])
    more = f" and {len(groups) - SHOWN_IN_TEXT:,} more" if len(groups) > SHOWN_IN_TEXT else ""
    keys = [copy.pk for copies in groups for copy in copies]
    return Reply(f"{count_of(len(groups), 'book is', 'books are')} there more than once: {names}{more}.", keys)


def reread(question: Question) -> Reply:
    copies = question.tools.books.annotate(times=Count("readings", filter=Q(readings__finished__isnull=False))).filter(
        times__gt=1
    )
    rows = [f"{titled(copy)} ({copy.times} times)" for copy in copies.order_by("-times", "sort_title")]
    keys = [copy.pk for copy in copies.order_by("-times", "sort_title")]
    question.tools.step("readings", "read more than once", f"{len(keys)} books")
    return Reply(
        f"Read more than once: {', '.join(rows[:SHOWN_IN_TEXT])}." if rows else "No book is noted as read more than once.", keys
    )


def search_answer(question: Question) -> Reply | None:
    """No question that the grammar knows: the words are looked for, and it says so."""
    query = question.query()
    if not query.narrows:
        return None
    keys = question.tools.find(query)
    if not keys:
        return None
    if query.topic:
        return Reply(
            f"I am not sure what you ask. These are the books I find for {query_in_words(query, 2).removeprefix('books ')}: {some(question, keys)}.",
            keys,
        )
    return Reply(f"You have {len(keys):,} {query_in_words(query, len(keys))}: {some(question, keys)}.", keys)


__all__ = ["NEAR", "count_answer", "duplicates", "like", "listed", "ranked_answer", "search_answer", "surprise"]
