"""Loans: to whom, since when, until when; overdue first; back with one tap and out again with another."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from library.copies import loans, trash
from library.models import Loan
from tests.factories import make_copy

TODAY = timezone.localdate
A_WEEK = timedelta(days=7)


@pytest.fixture
def copy(owner):
    return make_copy(owner, "Emma", "Jane Austen")


def test_a_book_is_lent_by_the_form_on_its_page(copy, owner_client):
    owner_client.post(reverse("lend", args=[copy.pk]), {"borrower": "  Ana   B. ", "since": "", "due": "2999-01-01", "note": ""})
    loan = copy.loans.get()
    assert (loan.borrower, loan.since, loan.due, loan.returned) == ("Ana B.", TODAY(), date(2999, 1, 1), None)
    assert ">Ana B.</strong> has had it" in owner_client.get(copy.get_absolute_url()).content.decode()


def test_who_has_it_already_is_named(copy, owner_client):
    loans.lend_copy(copy, "Ana")
    page = owner_client.post(reverse("lend", args=[copy.pk]), {"borrower": "Tom"}).content.decode()
    assert copy.loans.count() == 1
    assert "Ana" in page
    with pytest.raises(loans.LoanError, match="Ana already has this book"):
        loans.lend_copy(copy, "Tom")


@pytest.mark.parametrize("wrong", [{"borrower": ""}, {"borrower": "Ana", "since": "2026-03-06", "due": "2026-03-02"}])
def test_what_cannot_be_lent_is_explained(copy, owner_client, wrong):
    assert "field-error" in owner_client.post(reverse("lend", args=[copy.pk]), wrong).content.decode()
    assert copy.loans.count() == 0


def test_it_is_back_with_one_tap_and_undone_with_another(copy, owner_client):
    loan = loans.lend_copy(copy, "Ana", TODAY() - A_WEEK)
    page = owner_client.post(reverse("loan_return", args=[loan.pk]), follow=True).content.decode()
    undo = reverse("loan_reopen", args=[loan.pk])
    assert f'action="{undo}"' in page
    loan.refresh_from_db()
    assert loan.returned == TODAY()
    owner_client.post(undo)
    loan.refresh_from_db()
    assert loan.returned is None


def test_what_was_lent_again_meanwhile_cannot_be_reopened(copy, owner_client):
    first = loans.return_loan(loans.lend_copy(copy, "Ana"))
    loans.lend_copy(copy, "Tom")
    page = owner_client.post(reverse("loan_reopen", args=[first.pk]), follow=True).content.decode()
    assert "This book has been lent again since then." in page
    assert copy.loans.filter(returned__isnull=True).get().borrower == "Tom"


def test_the_page_shows_what_is_overdue_first(owner, owner_client):
    for title, due in (("Later", TODAY() + A_WEEK), ("No day", None), ("Late", TODAY() - A_WEEK)):
        loans.lend_copy(make_copy(owner, title, "Somebody"), "Ana", TODAY() - 2 * A_WEEK, due)
    page = owner_client.get(reverse("loans"))
    assert [(loan.copy.title, loan.overdue) for loan in page.context["page"]] == [
        ("Late", True),
        ("Later", False),
        ("No day", False),
    ]
    assert page.content.decode().count("Overdue since") == 1


def test_what_came_back_is_on_a_page_of_its_own(copy, owner_client):
    loans.return_loan(loans.lend_copy(copy, "Ana"))
    assert "Emma" not in owner_client.get(reverse("loans")).content.decode()
    assert "Emma" in owner_client.get(reverse("loans") + "?past").content.decode()


def test_a_book_in_the_trash_is_not_on_the_page_until_it_is_restored(copy, owner):
    loans.lend_copy(copy, "Ana")
    trash.move_to_trash(copy)
    assert list(loans.current_loans(owner)) == []
    trash.restore_copy(copy)
    assert loans.current_loans(owner).count() == 1


def test_a_loan_can_be_changed_and_taken_out(copy, owner_client):
    loan = loans.lend_copy(copy, "Ana")
    address = reverse("loan_change", args=[loan.pk])
    owner_client.post(address, {"borrower": "Anna", "since": "2026-03-02", "due": "", "note": "the train"})
    loan.refresh_from_db()
    assert (loan.borrower, loan.since, loan.note) == ("Anna", date(2026, 3, 2), "the train")
    owner_client.post(address, {"delete": ""})
    assert copy.loans.count() == 0


def test_names_are_remembered_for_the_next_time(owner, copy, stranger, owner_client):
    loans.return_loan(loans.lend_copy(copy, "Ana"))
    loans.lend_copy(copy, "Ana")
    loans.lend_copy(make_copy(stranger, "Dune"), "Zoe")
    assert loans.past_borrowers(owner) == ["Ana"]
    assert owner_client.get(reverse("borrowers")).content.decode().strip() == '<option value="Ana"></option>'


def test_the_page_asks_as_much_for_many_loans_as_for_one(owner, owner_client, django_assert_num_queries):
    for number in range(12):
        loans.lend_copy(make_copy(owner, f"Book {number}"), "Ana")
    with django_assert_num_queries(4):  # session, person, count, loans with their books
        owner_client.get(reverse("loans"))


def test_a_stranger_finds_no_loans(copy, stranger_client):
    loan = loans.lend_copy(copy, "Ana")
    assert stranger_client.post(reverse("lend", args=[copy.pk]), {"borrower": "Stan"}).status_code == 404
    for name in ("loan_return", "loan_reopen", "loan_change"):
        assert stranger_client.post(reverse(name, args=[loan.pk]), {"delete": ""}).status_code == 404
    assert "Emma" not in stranger_client.get(reverse("loans")).content.decode()
    assert Loan.objects.get().returned is None
