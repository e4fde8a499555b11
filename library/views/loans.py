"""Lent books: who has which, since when and until when, and returns."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from library.copies import loans
from library.forms.copies import LoanForm
from library.listing import PAGE_SIZE, pages_around
from library.models import Loan
from library.views.copies import LOANS, by_script, own_copy, part_form, saved_parts
from library.views.trash import back_to


def _own_loan(request, pk) -> Loan:
    return get_object_or_404(Loan.objects.select_related("copy"), pk=pk, copy__user=request.user)


@login_required
def lent(request):
    """Current loans, overdue ones first; with ?past, returned loans."""
    past = "past" in request.GET
    rows = loans.returned_loans(request.user) if past else loans.current_loans(request.user)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    for loan in page:
        loan.overdue = loans.is_overdue(loan)
    context = {"page": page, "pages": pages_around(page), "past": past, "today": timezone.localdate()}
    return render(request, "library/loans.html", context)


@login_required
@require_GET
def borrowers(request):
    """Suggestions for the borrower field, loaded when it gets the focus."""
    return render(request, "library/_borrowers.html", {"borrowers": loans.past_borrowers(request.user)})


@login_required
def lend(request, pk):
    copy = own_copy(request, pk)
    form = LoanForm(request.POST or None, instance=Loan(copy=copy), auto_id="loan-%s")
    if request.method == "POST" and form.is_valid():
        try:
            loan = form.save()
            return _loans_saved(request, copy, f"Lent “{copy.title}” to {loan.borrower}.")
        except loans.LoanError as error:
            form.add_error(None, str(error))
    return part_form(request, copy, LOANS, form, action=request.path, submit="Lend", suggest=True)


def _loans_saved(request, copy, sentence: str):
    if by_script(request):
        return saved_parts(request, copy, LOANS)
    messages.success(request, sentence)
    return redirect(f"{copy.get_absolute_url()}#loans")


@login_required
def loan_change(request, pk):
    """The page for editing or deleting a loan, current or returned."""
    loan = _own_loan(request, pk)
    if request.method == "POST" and "delete" in request.POST:
        loan.delete()
        messages.success(request, "Loan deleted.")
        return redirect(f"{loan.copy.get_absolute_url()}#loans")
    form = LoanForm(request.POST or None, instance=loan)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect(f"{loan.copy.get_absolute_url()}#loans")
    return render(request, "library/loan_edit.html", {"form": form, "loan": loan, "copy": loan.copy})


@login_required
@require_POST
def loan_return(request, pk):
    """Marks a loan as returned; the message offers to undo it."""
    loan = _own_loan(request, pk)
    try:
        loans.return_loan(loan)
    except loans.LoanError as error:
        if by_script(request):
            return saved_parts(request, loan.copy, errors={"": [str(error)]})
        messages.error(request, str(error))
        return redirect(back_to(request, reverse("loans")))
    if by_script(request):
        return saved_parts(request, own_copy(request, loan.copy_id), LOANS)
    undo = reverse("loan_reopen", args=[pk])
    messages.success(request, f"{loan.borrower} returned “{loan.copy.title}”.", extra_tags=undo)
    return redirect(back_to(request, reverse("loans")))


@login_required
@require_POST
def loan_reopen(request, pk):
    loan = _own_loan(request, pk)
    try:
        loans.reopen_loan(loan)
        messages.success(request, f"{loan.borrower} still has “{loan.copy.title}”.")
    except loans.LoanError as error:
        messages.error(request, str(error))
    return redirect(back_to(request, reverse("loans")))
