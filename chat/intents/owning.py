"""Whether a book is there at all, or one that fits."""

import re

from chat.questions import Question, Reply, gap_note, in_words, some, titled
from library.in_words import day_in_words
from library.models import Status, UserBook

UNREAD = {"Yes,": "No,", "No, you have not read": "Yes, you have yet to read"}
BOOKS = frozenset("books book novels bucher buch romane livres livre romans libros libro novelas".split())
STATE_SENTENCES = {status: f"Its status is “{status.label}”." for status in Status} | {
    Status.TO_READ: "You have not read it yet.", Status.READING: "You are reading it.", Status.READ: "You have read it.",
    Status.DID_NOT_FINISH: "You did not finish it.", Status.WISHLIST: "It is on your wishlist.",
}  # fmt: skip


def answer_owning(question: Question) -> Reply | None:
    read = question.has("read") or (question.query.status and Status.WISHLIST not in question.query.status)
    copies = question.one()
    if copies and read:
        sentence = _read_sentence(copies[0])
        if Status.TO_READ in question.query.status:  # `is it unread?` has the other answer
            sentence = re.sub("^(Yes,|No, you have not read)", lambda found: UNREAD[found[0]], sentence)
        return Reply(sentence, [copies[0].pk])
    if len(titles := question.titles()) > 1:
        return Reply(f"Yes, you have {' and '.join(titled(same[0]) for same in titles)}.", [same[0].pk for same in titles])
    if copies:
        return _owned(copies)
    if question.query.narrows and not question.unused:
        query = question.owned
        keys = question.tools.find(query)
        if not keys:
            return Reply(f"No, you have no {in_words(query)}.{gap_note(question)}")
        return Reply(f"Yes, {len(keys):,} {in_words(query, len(keys))}: {some(question.tools, keys)}.{gap_note(question)}", keys)
    if not question.unused:
        return None
    by = f" by {question.query.author}" if question.query.author else ""
    unknown, question.unused = question.unknown, []
    if unknown.islower() and set(question.reading.words) & BOOKS:  # `books by women`: no title, but something that is not known
        return Reply(f"I could not find “{unknown}” in your library.", understood=False)
    return Reply(f"No, I could not find “{unknown}”{by} in your library.")


def _owned(copies: list[UserBook]) -> Reply:
    copy, keys = copies[0], [copy.pk for copy in copies if copy.book.work_key == copies[0].book.work_key]
    if copy.status == Status.WISHLIST:
        return Reply(f"No, {titled(copy)} is only on your wishlist.", [copy.pk])
    shelf = f" It is on “{copy.shelf}”." if copy.shelf else ""
    number = f"{len(keys)} copies of " if len(keys) > 1 else ""
    return Reply(f"Yes, you have {number}{titled(copy)}.{shelf} {STATE_SENTENCES[copy.status]}", keys)


def _read_sentence(copy: UserBook) -> str:
    days = [reading.finished for reading in copy.readings.all() if reading.finished]
    if copy.status == Status.READING:
        return f"You are reading {titled(copy)}."
    if days:
        return f"Yes, you finished {titled(copy)} on {' and on '.join(map(day_in_words, sorted(days)))}."
    if copy.status == Status.READ:
        return f"Yes, you have read {titled(copy)}; the date is not recorded."
    return f"No, you have not read {titled(copy)}. {STATE_SENTENCES[copy.status]}"
