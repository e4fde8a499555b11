"""The longest, the oldest, the best, the last: the first of an order, and what puts it there."""

from dataclasses import replace

from chat.questions import Question, Reply, gap_note, in_words, titled, work_year
from chat.tools import MOST_SHOWN
from library.in_words import day_in_words

ADJECTIVES = {"added": "last added", "best": "best rated", "worst": "lowest rated", "dearest": "most expensive"}
MOST_IN_TEXT = 5
IN_ORDER = ("order", "sort", "reihenfolge", "trie", "ordre", "orden")  # then all of them are wanted, not the first


def answer_extremes(question: Question) -> Reply | None:
    query = question.owned
    if not query.sort:
        return None
    whole = any(word.startswith(IN_ORDER) for word in question.reading.words)
    keys = question.tools.find(replace(query, limit=query.limit or (0 if whole else _wanted(question))))
    note, base = gap_note(question), in_words(query.without_order())
    if not keys:
        return Reply(f"None of your {base} has this detail.{note}")
    copies = query.books(question.tools.user).in_bulk(keys[:MOST_SHOWN])
    rows = [f"{titled(copies[pk])}{_measure(copies[pk], query.sort)}" for pk in keys[:MOST_IN_TEXT]]
    verb = "is" if len(keys) == 1 else "are"
    return Reply(f"The {ADJECTIVES.get(query.sort, query.sort)} of your {base} {verb} {'; '.join(rows)}.{note}", keys)


def _wanted(question: Question) -> int:
    """`my five longest books`; of several that come first alike all would be right, and one is enough."""
    marks = question.reading.all("number")
    pairs = [(mark, sort) for mark in marks for sort in question.reading.all("sort")]
    near = [mark for mark, sort in pairs if 0 <= sort.start - mark.end <= 3 or 0 <= mark.start - sort.end <= 1]
    return next((int(number) for mark in near if (number := question.reading.number(mark)) and number < 100), 1)


def _measure(copy, sort: str) -> str:
    values = {
        "longest": f"{copy.pages} pages", "oldest": work_year(copy), "best": f"{(copy.rating or 0) / 2:g} stars",
        "added": f"added {day_in_words(copy.added)}", "dearest": f"{copy.price} {copy.currency}".strip(),
    }  # fmt: skip
    same = {"shortest": "longest", "newest": "oldest", "worst": "best", "first added": "added", "cheapest": "dearest"}
    if "read" in sort:
        day = getattr(copy, sort.replace(" ", "_"))
        return f", finished {day_in_words(day)}" if day else ""
    return f", {values[same.get(sort, sort)]}"
