"""How many."""

from dataclasses import replace

from chat.questions import Question, Reply, gap_note, in_words
from library.in_words import count_of
from library.models import Status


def answer_count(question: Question) -> Reply:
    if question.unused and not question.query.narrows:
        return Reply(f"I cannot tell which of your books “{question.unknown}” means.", understood=False)
    query = question.owned.without_order()
    if question.query.narrows:
        keys, noun = question.tools.find(query), in_words(replace(query, read=()), None)
        days = f" {query.days_in_words()}" if query.read else ""
        counted = f"{len(keys):,} {noun.replace('books', 'book', 1) if len(keys) == 1 else noun}"
        return Reply(f"{'You read' if days else 'You have'} {counted}{days}.{gap_note(question)}", keys)
    keys = list(query.books(question.tools.user).values_list("pk", flat=True))
    question.tools.step("count", "all books", str(len(keys)))
    wished = question.tools.books.filter(status=Status.WISHLIST).count()
    more = f", and {wished:,} on the wishlist that you do not own" if wished else ""
    return Reply(f"You have {count_of(len(keys), 'book')}{more}.", keys)
