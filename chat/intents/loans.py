"""Who has what, since when, and what is overdue."""

from django.utils import timezone

from chat.book_query import BookQuery
from chat.questions import Question, Reply, titled
from library.in_words import count_of, day_in_words
from library.models import Loan

SHOWN = 8
WHO = frozenset("who whos wer qui quien".split())
THIS = frozenset("it this dieses ce este".split())


def answer_loans(question: Question) -> Reply | None:
    person = next(iter(question.reading.values("person")), "")
    if question.has("borrowed"):
        return Reply("I know what you lend to others, not what others lend.", understood=False)
    if question.has("most") and not person:
        return _most(question)
    if titles := question.titles():
        evident = question.has("lent", "overdue", "returned", "person") or (
            WHO & set(question.reading.words) and not question.unused
        )
        if not evident or any(mark.start == 0 for mark in question.reading.all("lent")):  # `lend Emma to Ana`
            return Reply("I do not understand what you are asking about this book.", understood=False)
        return _of_book(titles[0][0])
    if question.has("returned") and person:
        return _returned(question, person)
    if question.unused and not person and (copies := question.one()):
        return _of_book(copies[0])
    if not person and THIS & set(question.reading.words):
        copies = question.one()
        return _of_book(copies[0]) if copies else None
    if question.unused and not person and not question.has("lent", "overdue"):
        return None
    found = question.tools.lent(person)
    if question.has("overdue"):
        found = [loan for loan in found if loan.due and loan.due < timezone.localdate()]
        if not found:
            return Reply(f"{person} has no overdue books." if person else "Nothing is overdue.")
    keys = [loan.copy_id for loan in found]
    if not found:
        return _returned(question, person, f"{person} has nothing right now. ") if person else Reply("Nothing is lent right now.")
    if person:
        return Reply(f"{person} has {len(found):,}: {'; '.join(map(_sentence, found[:SHOWN]))}.", keys)
    rows = "; ".join(f"{loan.borrower} has had {_sentence(loan)}" for loan in found[:SHOWN])
    return Reply(f"{count_of(len(found), 'book is', 'books are')} lent: {rows}.", keys)


def _sentence(loan: Loan) -> str:
    due = f", due {day_in_words(loan.due)}" if loan.due else ""
    late = " (overdue)" if loan.due and loan.due < timezone.localdate() else ""
    return f"{titled(loan.copy)} since {day_in_words(loan.since)}{due}{late}"


def _of_book(copy) -> Reply:
    loan = copy.loans.filter(returned__isnull=True).first()
    if loan:
        return Reply(f"{loan.borrower} has had {_sentence(loan)}.", [copy.pk])
    last = copy.loans.order_by("-returned").first()
    back = f" {last.borrower} gave it back on {day_in_words(last.returned)}." if last and last.returned else ""
    return Reply(f"{titled(copy)} is not lent.{back}", [copy.pk])


def _returned(question: Question, person: str, begin: str = "") -> Reply:
    books = Loan.objects.filter(copy__user=question.tools.user, copy__removed__isnull=True, returned__isnull=False)
    found = list(books.filter(borrower=person).select_related("copy").order_by("-since"))
    rows = [f"{titled(loan.copy)} (back {day_in_words(loan.returned)})" for loan in found[:SHOWN]]
    what = f"Lent to {person} so far: {'; '.join(rows)}." if rows else f"{person} has returned nothing so far."
    return Reply(f"{begin}{what}", [loan.copy_id for loan in found])


def _most(question: Question) -> Reply:
    counted = question.tools.most("borrower", BookQuery(), 5)
    rows = ", ".join(f"{name} ({count_of(number, 'loan')})" for name, number in counted)
    return Reply(f"You lend most often to {rows}." if rows else "You have never lent a book.")
