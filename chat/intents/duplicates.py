"""Books that are there more than once."""

from chat.questions import SHOWN_IN_TEXT, Question, Reply, titled
from library.in_words import count_of


def answer_duplicates(question: Question) -> Reply:
    groups = question.tools.duplicates()
    if not groups:
        return Reply("You have no book twice.")
    names = "; ".join(f"{titled(copies[0])} ({len(copies)} copies)" for copies in groups[:SHOWN_IN_TEXT])
    more = f" and {len(groups) - SHOWN_IN_TEXT:,} more" if len(groups) > SHOWN_IN_TEXT else ""
    keys = [copy.pk for copies in groups for copy in copies]
    return Reply(f"{count_of(len(groups), 'book is', 'books are')} there more than once: {names}{more}.", keys)
