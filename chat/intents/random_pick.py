"""One book by chance, unread where the question leaves it open."""

from dataclasses import replace

from chat.questions import Question, Reply, in_words, titled
from library.models import Status


def answer_random_pick(question: Question) -> Reply:
    query = replace(question.owned.without_order(), read=())  # tonight is when it will be read
    open_ = query.status or query.lent is not None
    wanted = query if open_ else replace(query, status=(Status.TO_READ,))
    keys = question.tools.find(wanted) or question.tools.find(query)
    if not keys:
        return Reply(f"You have no {in_words(wanted)} to choose from.")
    picked = min(keys, key=lambda pk: hash((pk, question.tools.seed)))
    copy = question.tools.books.get(pk=picked)
    return Reply(f"How about {titled(copy)}? Chosen from {len(keys):,} {in_words(wanted, len(keys))}.", [picked])
