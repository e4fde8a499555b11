"""Where a book stands: its shelf, its place on a photo, or who has it."""

from dataclasses import replace

from chat.book_query import BookQuery
from chat.questions import Question, Reply, in_words, titled
from library.in_words import day_in_words
from library.models import Status, UserBook

MOST_COPIES = 4


def answer_where(question: Question) -> Reply | None:
    if question.query.narrows and not question.titles():
        return _places(question)
    copies = question.one()[:MOST_COPIES]
    if not copies and question.unused:
        unknown, question.unused = question.unknown, []
        return Reply(f"I could not find “{unknown}” in your library.")
    if not copies:
        return None
    return Reply(" ".join(place_sentence(question, copy) for copy in copies), [copy.pk for copy in copies])


def place_sentence(question: Question, copy: UserBook) -> str:
    place, loan = question.tools.place(copy), copy.loans.filter(returned__isnull=True).first()
    if loan:
        due = f", due back {day_in_words(loan.due)}" if loan.due else ""
        home = f" It belongs on “{place['shelf']}”." if place["shelf"] else ""
        return f"{loan.borrower} has had {titled(copy)} since {day_in_words(loan.since)}{due}.{home}"
    if copy.status == Status.WISHLIST and not place["shelf"]:
        return f"{titled(copy)} is on your wishlist; you do not have it yet."
    shelf = f"on “{place['shelf']}”" if place["shelf"] else "not on a shelf"
    seen = f" On the photo of {day_in_words(place['photo']['day'])}: {place['photo']['words']}." if place["photo"] else ""
    return f"{titled(copy)} is {shelf}.{seen}"


def _places(question: Question) -> Reply:
    """`where are my cookbooks`: by shelf, most first."""
    query = replace(question.owned, lacks=())
    keys = question.tools.find(query)
    if not keys:
        return Reply(f"You have no {in_words(query)}.")
    shelves = question.tools.most("shelf", BookQuery(among=tuple(keys)))
    homeless = len(keys) - sum(number for _, number in shelves)
    parts = [f"{number:,} on “{name}”" for name, number in shelves] + ([f"{homeless:,} on no shelf"] if homeless else [])
    return Reply(f"Your {len(keys):,} {in_words(query, len(keys))}: {', '.join(parts)}.", keys)
