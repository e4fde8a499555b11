"""Loans and readings: who has a book, and when it was read."""

from typing import Literal

from django.http import HttpRequest
from ninja import Query, Status
from pydantic import Field

from api.authentication import EVERYBODY
from api.book_schemas import BorrowersOut, LoanIn, LoanOut, LoanPatch, ReadingIn, ReadingOut, ReturnIn
from api.books import own_book
from api.errors import Problem, invalid
from api.idempotent_calls import creates
from api.schemas import Key, Page, Slice, router
from api.shelves import own_row, page_of
from library import serializers
from library.copies import loans, readings
from library.forms.copies import LoanForm
from library.models import Loan, Reading

loan_calls = router("Loans", auth=EVERYBODY)
reading_calls = router("Readings", auth=EVERYBODY)


class _LoansQuery(Slice):
    state: Literal["out", "back"] = Field("out", description="Current loans, or returned ones.")


# ── Loans ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _loans_of(user):
    return Loan.objects.filter(copy__user=user, copy__removed__isnull=True).select_related("copy")


@loan_calls.get("/loans", response=Page[LoanOut])
def list_loans(request: HttpRequest, requested: Query[_LoansQuery]):
    """Lists loans, overdue first. With `state=back`, returned books, latest first."""
    rows = loans.current_loans(request.user) if requested.state == "out" else loans.returned_loans(request.user)
    return page_of(requested, rows, serializers.loan_json)


@loan_calls.post("/books/{book_id}/loans", response={201: LoanOut, 409: None})
@creates
def lend_book(request: HttpRequest, book_id: Key, body: LoanIn):
    """Records a loan. A copy can only be lent to one person at a time (409)."""
    copy = own_book(request.user, book_id)
    if copy.loans.filter(returned__isnull=True).exists():
        raise Problem(409, "lent", "Somebody already has this book. Mark it as returned first.")
    try:
        return Status(201, serializers.loan_json(loans.lend_copy(copy, **body.model_dump())))
    except loans.LoanError as error:
        raise invalid(str(error)) from None


@loan_calls.get("/loans/{loan_id}", response=LoanOut)
def get_loan(request: HttpRequest, loan_id: Key):
    """Returns one loan."""
    return serializers.loan_json(own_row(_loans_of(request.user), loan_id))


@loan_calls.patch("/loans/{loan_id}", response=LoanOut)
def change_loan(request: HttpRequest, loan_id: Key, body: LoanPatch):
    """Changes who has it, since when and until when, also for a returned loan. Fields that are not sent stay unchanged."""
    loan = own_row(_loans_of(request.user), loan_id)
    form = LoanForm({name: getattr(loan, name) for name in LoanForm.Meta.fields} | body.given_values(), instance=loan)
    if not form.is_valid():
        raise invalid("; ".join(f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()))
    form.save()
    return serializers.loan_json(own_row(_loans_of(request.user), loan_id))


@loan_calls.post("/loans/{loan_id}/reopen", response={200: LoanOut, 409: None})
def reopen_loan(request: HttpRequest, loan_id: Key):
    """Reopens a loan that was not returned after all. If the book has been lent again since then, the response is 409."""
    try:
        return serializers.loan_json(loans.reopen_loan(own_row(_loans_of(request.user), loan_id)))
    except loans.LoanError as error:
        raise Problem(409, "lent", str(error)) from None


@loan_calls.get("/borrowers", response=BorrowersOut)
def list_borrowers(request: HttpRequest):
    """Lists the people you have lent books to, to complete a name as it is typed."""
    names = loans.past_borrowers(request.user)
    return {"items": names, "count": len(names)}


@loan_calls.post("/loans/{loan_id}/return", response=LoanOut)
def return_book(request: HttpRequest, loan_id: Key, body: ReturnIn):
    """Marks a book as returned. Repeating the call changes nothing."""
    try:
        return serializers.loan_json(loans.return_loan(own_row(_loans_of(request.user), loan_id), body.returned))
    except loans.LoanError as error:
        raise invalid(str(error)) from None


@loan_calls.delete("/loans/{loan_id}", response={204: None})
def delete_loan(request: HttpRequest, loan_id: Key):
    """Deletes the loan."""
    own_row(_loans_of(request.user), loan_id).delete()
    return Status(204, None)


# ── Readings ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _readings_of(user):
    return Reading.objects.filter(copy__user=user, copy__removed__isnull=True)


@reading_calls.get("/books/{book_id}/readings", response=Page[ReadingOut])
def list_readings(request: HttpRequest, book_id: Key, paging: Query[Slice]):
    """Lists the readings of a book."""
    return page_of(paging, own_book(request.user, book_id).readings.all(), serializers.reading_json)


@reading_calls.post("/books/{book_id}/readings", response={201: ReadingOut})
@creates
def add_reading(request: HttpRequest, book_id: Key, body: ReadingIn):
    """Adds a reading with its start date, its end date, or both."""
    copy = own_book(request.user, book_id)
    try:
        return Status(201, serializers.reading_json(readings.add_reading(copy, body.started, body.finished)))
    except readings.ReadingError as error:
        raise invalid(str(error)) from None


@reading_calls.patch("/readings/{reading_id}", response=ReadingOut)
def change_reading(request: HttpRequest, reading_id: Key, body: ReadingIn):
    """Changes only the fields that are sent."""
    row = own_row(_readings_of(request.user), reading_id)
    dates = {"started": row.started, "finished": row.finished} | body.given_values()
    try:
        return serializers.reading_json(readings.change_reading(row, dates["started"], dates["finished"]))
    except readings.ReadingError as error:
        raise invalid(str(error)) from None


@reading_calls.delete("/readings/{reading_id}", response={204: None})
def delete_reading(request: HttpRequest, reading_id: Key):
    """Deletes the reading."""
    own_row(_readings_of(request.user), reading_id).delete()
    return Status(204, None)
