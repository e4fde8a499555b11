"""Loans: who has which of a person's books, and what is overdue."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from library.models import Loan, UserBook


class LoanError(Exception):
    """Explains to the person why a book cannot be lent or returned."""


def current_loans(user):
    """Current loans by due date, without books in the trash."""
    lent = Loan.objects.filter(copy__user=user, copy__removed__isnull=True, returned__isnull=True)
    return lent.select_related("copy").order_by(F("due").asc(nulls_last=True), "since", "pk")


def returned_loans(user):
    """Returned loans, latest first."""
    given = Loan.objects.filter(copy__user=user, copy__removed__isnull=True, returned__isnull=False)
    return given.select_related("copy").order_by("-returned", "-pk")


def past_borrowers(user, limit: int = 50) -> list[str]:
    """People this person has lent books to, for suggestions."""
    names = Loan.objects.filter(copy__user=user).order_by("borrower").values_list("borrower", flat=True)
    return list(names.distinct()[:limit])


def is_overdue(loan: Loan, today: date | None = None) -> bool:
    return bool(loan.due and not loan.returned and loan.due < (today or timezone.localdate()))


def lend_copy(copy: UserBook, borrower: str, since: date | None = None, due: date | None = None, note: str = "") -> Loan:
    """Lending it again to the same person on the same day changes nothing, so that a form can safely be sent twice."""
    borrower = " ".join(borrower.split())
    since = since or timezone.localdate()
    if not borrower:
        raise LoanError("Enter the name of the borrower.")
    if due and due < since:
        raise LoanError("The due date cannot be before the loan date.")
    try:
        with transaction.atomic():
            return Loan.objects.create(copy=copy, borrower=borrower, since=since, due=due, note=note.strip())
    except IntegrityError:
        there = copy.loans.filter(returned__isnull=True).first()
        if there and (there.borrower, there.since) == (borrower, since):
            return there
        raise LoanError(f"{there.borrower if there else 'Somebody'} already has this book. Mark it as returned first.") from None


def return_loan(loan: Loan, on: date | None = None) -> Loan:
    """Marks the loan as returned; does nothing if it already is."""
    on = on or timezone.localdate()
    if loan.returned:
        return loan
    if on < loan.since:
        raise LoanError("The return date cannot be before the loan date.")
    loan.returned = on
    loan.save(update_fields=["returned"])
    return loan


def reopen_loan(loan: Loan) -> Loan:
    """Marks a returned loan as not returned."""
    loan.returned = None
    try:
        with transaction.atomic():
            loan.save(update_fields=["returned"])
    except IntegrityError:
        raise LoanError("This book has been lent again since then.") from None
    return loan
