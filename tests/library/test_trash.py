"""The trash: thirty days, back one by one or all at once, and for good only when that is said twice."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from django_q.models import Schedule

from jobs.periodic import schedule_periodic_work
from library.copies import loans, trash, undoing
from library.covers import cover_files
from library.models import UserBook
from tests.factories import CandidateFactory, make_copy


def aged(copy, days: float) -> UserBook:
    """The copy, in the trash for so many days."""
    trash.move_to_trash(copy)
    UserBook.objects.filter(pk=copy.pk).update(removed=timezone.now() - timedelta(days=days))
    copy.refresh_from_db()
    return copy


@pytest.fixture
def three(owner):
    return [make_copy(owner, title) for title in ("Emma", "Dune", "Walden")]


def test_what_is_removed_keeps_its_photo_and_comes_back_with_it(owner, three):
    seen = CandidateFactory(copy=three[0])
    trash.move_to_trash(three[0])
    seen.refresh_from_db()
    assert seen.copy == three[0]
    trash.restore_copy(three[0])
    assert UserBook.objects.of(owner).count() == 3


def test_only_what_has_waited_thirty_days_goes(owner, stranger, three):
    old, young, theirs = aged(three[0], 30.1), aged(three[1], 29.9), aged(make_copy(stranger, "Ulysses"), 31)
    loans.lend_copy(old, "Ana")
    assert trash.purge_old() == 2
    assert set(UserBook.objects.all()) == {young, three[2]}
    assert not UserBook.objects.filter(pk=theirs.pk).exists()


def test_it_is_done_once_a_day_and_scheduled_once(db):
    for _ in range(2):
        schedule_periodic_work()
    schedule = Schedule.objects.get(name="trash")
    assert (schedule.func, schedule.schedule_type) == ("library.copies.trash.purge_old", Schedule.DAILY)


def test_days_left_are_counted_from_the_first(three):
    assert [trash.days_left(aged(three[0], days)) for days in (0, 0.5, 29.5, 30.5)] == [30, 30, 1, 0]


def test_all_come_back_at_once(owner, stranger, three, owner_client):
    theirs = aged(make_copy(stranger, "Ulysses"), 1)
    for copy in three:
        trash.move_to_trash(copy)
    owner_client.post(reverse("books_restore_all"))
    assert UserBook.objects.of(owner).count() == 3
    theirs.refresh_from_db()
    assert theirs.removed is not None


def test_for_good_is_asked_once_more(owner, three, owner_client):
    for copy in three[:2]:
        trash.move_to_trash(copy)
    address = reverse("books_delete")
    assert "cannot be undone" in owner_client.post(address, {"id": three[0].pk}).content.decode()
    assert owner.books.count() == 3
    owner_client.post(address, {"id": three[0].pk, "sure": ""})
    assert set(owner.books.all()) == set(three[1:])
    owner_client.post(address, {"all": "", "sure": ""})
    assert set(owner.books.all()) == {three[2]}


def test_an_uploaded_cover_goes_with_the_last_book_that_shows_it(owner, three):
    key = cover_files.store_own_cover(owner, b"picture")
    UserBook.objects.filter(pk__in=[three[0].pk, three[1].pk]).update(cover_key=key)
    for copy, still_there in ((three[0], True), (three[1], False)):
        copy.refresh_from_db()
        trash.move_to_trash(copy)
        trash.delete_permanently(trash.removed_books(owner))
        assert default_storage.exists(key) is still_there


def test_what_is_not_in_the_trash_cannot_be_deleted_for_good(owner, three, owner_client):
    assert owner_client.post(reverse("books_delete"), {"id": three[0].pk, "sure": ""}).status_code == 404
    assert owner.books.count() == 3


@pytest.mark.parametrize("pk", ["", "x", "9" * 30])
def test_what_is_no_number_is_not_found(owner_client, pk):
    assert owner_client.post(reverse("books_delete"), {"id": pk, "sure": ""}).status_code == 404


def test_batches_that_can_be_taken_back_are_listed(owner, three, owner_client):
    undo = undoing.record_undo(
        owner, "3 books are on “Study” now.", undoing.undo_columns("favourite", True, [(three[0].pk, False)])
    )
    assert reverse("undo", args=[undo.pk]) in owner_client.get(reverse("books_removed")).content.decode()


def test_the_page_asks_as_much_for_many_books_as_for_one(owner, owner_client, django_assert_num_queries):
    for number in range(12):
        trash.move_to_trash(make_copy(owner, f"Book {number}"))
    with django_assert_num_queries(5):  # session, person, count, books, batches
        owner_client.get(reverse("books_removed"))


def test_a_stranger_neither_restores_nor_deletes(owner, three, stranger_client):
    trash.move_to_trash(three[0])
    assert stranger_client.post(reverse("book_restore", args=[three[0].pk])).status_code == 404
    assert stranger_client.post(reverse("books_delete"), {"id": three[0].pk, "sure": ""}).status_code == 404
    stranger_client.post(reverse("books_delete"), {"all": "", "sure": ""})
    stranger_client.post(reverse("books_restore_all"))
    assert trash.removed_books(owner).count() == 1
