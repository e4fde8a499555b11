"""Questions about loans: who has what, since when, and what is overdue."""

from django.utils import timezone

from chat.answers.many import titled
from chat.names import longest_in
from chat.questions import Question, Reply, is_pronoun
from library.in_words import count_of, day_in_words
from library.models import Loan


def _person_in(question: Question) -> str:
    """A borrower of this library that the question names, or the name that stands where one would."""
    name = longest_in(question.text, question.names.borrowers, 2)
    if name:
        return question.names.borrowers[name]
    return question.captured(
        r"(?:lend|lent|loan|loaned)(?: out)? to\s+(?P<it>[A-ZÀ-Þ][\w'-]+(?: [A-ZÀ-Þ][\w'-]+)?)"
    ) or question.captured(r"(?:did|does|has|have)\s+(?P<it>[A-ZÀ-Þ][\w'-]+)\s+(?:borrow|have|still|got|taken|return)")


def _loan_sentence(loan: Loan) -> str:
    due = f", due {day_in_words(loan.due)}" if loan.due else ""
    late = " (overdue)" if loan.due and loan.due < timezone.localdate() else ""
    return f"{titled(loan.copy)} since {day_in_words(loan.since)}{due}{late}"


def lent_answer(question: Question) -> Reply | None:
    """What is lent, to one person or to anybody; overdue first."""
    person = _person_in(question)
    if question.has("due back|due") and not question.has("overdue|over due|past due|when"):
        found = [loan for loan in question.tools.lent(person) if loan.due]
        rows = "; ".join(f"{loan.borrower} has {_loan_sentence(loan)}" for loan in found[:8])
        return Reply(f"Due back: {rows}." if rows else "No loan has a day to come back.", [loan.copy_id for loan in found])
    if not person and question.has("when|since when|how long|who|is|has|did") and (reply := _of_book(question)):
        return reply
    found = question.tools.lent(person)
    if question.has("overdue|over due|late|past due|should be back"):
        found = [loan for loan in found if loan.due and loan.due < timezone.localdate()]
        if not found:
            return Reply("Nothing is overdue." if not person else f"{person} has nothing that is overdue.")
    keys = [loan.copy_id for loan in found]
    if question.has("have i ever|did i ever|in the past|before|ever lend|ever lent|so far|history"):
        return _past_loans_answer(question, person)
    if question.has("how many") and not question.has("days|weeks|months"):
        who = f" to {person}" if person else ""
        return Reply(f"{count_of(len(found), 'book is', 'books are')} lent{who}.", keys)
    if not found and person:
        return _past_loans_answer(question, person)
    if not found:
        return Reply("Nothing is lent right now.")
    if person:
        return Reply(f"{person} has {len(found):,}: {'; '.join(_loan_sentence(loan) for loan in found[:8])}.", keys)
    if question.has("to whom|who (?:has|have|did|is|owes|borrowed)") and not question.has("what|which"):
        people: dict[str, int] = {}
        for loan in found:
            people[loan.borrower] = people.get(loan.borrower, 0) + 1
        names = ", ".join(f"{name} ({number})" for name, number in sorted(people.items(), key=lambda pair: (-pair[1], pair[0])))
        return Reply(f"{count_of(len(found), 'book is', 'books are')} lent: {names}.", keys)
    return Reply(f"{len(found):,} lent: {'; '.join(f'{loan.borrower} has {_loan_sentence(loan)}' for loan in found[:8])}.", keys)


def _past_loans_answer(question: Question, person: str) -> Reply:
    loans = Loan.objects.filter(copy__user=question.user, copy__removed__isnull=True).select_related("copy").order_by("-since")
    loans = [loan for loan in loans if not person or person.casefold() in loan.borrower.casefold()]
    question.tools.step("loans", f"{person or 'everybody'}, given back too", f"{len(loans)} loans")
    if not loans:
        return Reply(f"You have lent nothing to {person} that I know of." if person else "You have never lent a book.")
    rows = [
        f"{titled(loan.copy)} ({'back ' + day_in_words(loan.returned) if loan.returned else 'still there'})" for loan in loans[:8]
    ]
    now = "" if any(not loan.returned for loan in loans) else f"{person or 'Nobody'} has nothing right now. " if person else ""
    return Reply(f"{now}Lent{f' to {person}' if person else ''} so far: {'; '.join(rows)}.", [loan.copy_id for loan in loans])


OF_BOOK = (
    r"(?:who (?:has|have|is|borrowed|took|did i (?:lend|give|loan))|(?:when|since when|how long) (?:did i (?:lend|loan)|is|has been|have i lent))\s+(?P<it>.+?)(?:\s+(?:to|out|now|due|at the moment|right now|lent|from me|back)(?: back| out)?)*$",
    r"to whom did i (?:lend|loan|give)\s+(?P<it>.+)",
    r"(?:is|has)\s+(?P<it>.+?)\s+(?:been )?(?:lent|lent out|on loan|borrowed|returned|come back|overdue|due|back)(?: yet| now| back)?$",
    r"(?:did|has) (?:\w+) (?:return|returned|bring back|brought back|give back|given back)\s+(?P<it>.+)",
    r"when is\s+(?P<it>.+?)\s+due(?: back)?$",
)


def _of_book(question: Question) -> Reply | None:
    """Who has one book, and since when."""
    title = question.subject(*OF_BOOK)
    generic = (
        "what",
        "my",
        "books",
        "my books",
        "a book",
        "anything",
        "something",
        "it out",
        "any",
        "any of my books",
        "most",
        "the most",
    )
    if not title or title.lower() in generic:
        return None
    copy = question.pronoun() if is_pronoun(title) else next(iter(question.tools.titled(title)), None)
    if not copy:
        return None
    loan = copy.loans.filter(returned__isnull=True).first()
    if loan:
        return Reply(f"{loan.borrower} has {_loan_sentence(loan)}.", [copy.pk])
    last = copy.loans.order_by("-returned").first()
    back = f" {last.borrower} gave it back on {day_in_words(last.returned)}." if last else ""
    shelf = f" It should be on “{copy.shelf}”." if copy.shelf else ""
    return Reply(f"{titled(copy)} is not lent.{back}{shelf}", [copy.pk])
