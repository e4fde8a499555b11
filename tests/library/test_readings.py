"""Readings: begun and ended by the status, with dates to put right, and never made up."""

from datetime import date

import pytest
from django.urls import reverse

from library.copies import readings
from library.models import Status
from tests.factories import ReadingFactory, make_copy

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


@pytest.fixture
def copy(owner):
    return make_copy(owner, "Emma", "Jane Austen")


def dates(copy) -> list:
    return [(reading.started, reading.finished) for reading in copy.readings.order_by("pk")]


def test_reading_begins_one_and_read_ends_it(copy):
    readings.mark_status(copy, Status.READING, MONDAY)
    readings.mark_status(copy, Status.READ, FRIDAY)
    assert dates(copy) == [(MONDAY, FRIDAY)]
    copy.refresh_from_db()
    assert copy.status == Status.READ


def test_a_book_may_be_read_again(copy):
    for status, day in (("reading", MONDAY), ("read", MONDAY), ("to-read", FRIDAY), ("reading", FRIDAY)):
        readings.mark_status(copy, status, day)
    assert dates(copy) == [(MONDAY, MONDAY), (FRIDAY, None)]


def test_who_marks_a_book_as_read_that_was_not_being_read_says_nothing_about_when(copy):
    readings.mark_status(copy, Status.READ, MONDAY)
    assert dates(copy) == []


def test_a_status_tapped_by_mistake_leaves_no_trace(copy):
    readings.mark_status(copy, Status.READING, MONDAY)
    readings.mark_status(copy, Status.TO_READ, MONDAY)
    assert dates(copy) == []
    readings.mark_status(copy, Status.READING, MONDAY)
    readings.mark_status(copy, Status.READ, FRIDAY)
    readings.mark_status(copy, Status.READING, FRIDAY)
    assert dates(copy) == [(MONDAY, None)]


def test_a_reading_that_began_earlier_is_not_forgotten_with_the_status(copy):
    readings.mark_status(copy, Status.READING, MONDAY)
    readings.mark_status(copy, Status.DID_NOT_FINISH, FRIDAY)
    readings.mark_status(copy, Status.TO_READ, FRIDAY)
    assert dates(copy) == [(MONDAY, None)]


def test_the_status_on_the_page_begins_a_reading_and_shows_it(copy, owner_client):
    data = {"status": "reading", "initial-status": "to-read"}
    answer = owner_client.post(copy.get_absolute_url(), data, headers={"X-Parts": "open"})
    assert 'id="readings"' in answer.content.decode()
    assert "Since" in answer.content.decode()
    assert copy.readings.count() == 1


def test_dates_are_added_changed_and_taken_out(copy, owner_client):
    add = reverse("reading_add", args=[copy.pk])
    assert (
        owner_client.post(add, {"started": "2026-03-02", "finished": "2026-03-06"}).url == f"{copy.get_absolute_url()}#readings"
    )
    reading = copy.readings.get()
    change = reverse("reading_change", args=[reading.pk])
    owner_client.post(change, {"started": "2026-03-02", "finished": ""})
    assert dates(copy) == [(MONDAY, None)]
    owner_client.post(change, {"delete": ""})
    assert dates(copy) == []


def test_finished_today_is_one_tap_and_two_taps_are_one(copy, owner_client):
    for _ in range(2):
        owner_client.post(reverse("reading_add", args=[copy.pk]), {"today": ""})
    ((started, finished),) = dates(copy)
    assert started is None
    assert finished is not None


@pytest.mark.parametrize(
    ("started", "finished", "sentence"),
    [
        ("2026-03-06", "2026-03-02", "The finish date cannot be before the start date."),
        ("", "", "Enter a start date or a finish date."),
        ("2999-01-01", "", "The date cannot be in the future."),
        ("yesterday", "", "Enter a valid date."),
    ],
)
def test_dates_that_cannot_be_are_explained_and_stay_in_the_form(copy, owner_client, started, finished, sentence):
    page = owner_client.post(reverse("reading_add", args=[copy.pk]), {"started": started, "finished": finished}).content.decode()
    assert sentence in page
    assert f'value="{started}"' in page or not started
    assert dates(copy) == []


def test_wrong_dates_change_nothing(copy, owner_client):
    reading = ReadingFactory(copy=copy, started=MONDAY)
    change = reverse("reading_change", args=[reading.pk])
    page = owner_client.post(change, {"started": "2026-03-02", "finished": "2026-03-01"}, follow=True).content.decode()
    assert "The finish date cannot be before the start date." in page
    assert dates(copy) == [(MONDAY, None)]


def test_a_stranger_finds_no_readings(copy, stranger_client):
    reading = ReadingFactory(copy=copy, started=MONDAY)
    assert stranger_client.post(reverse("reading_add", args=[copy.pk]), {"today": ""}).status_code == 404
    assert stranger_client.post(reverse("reading_change", args=[reading.pk]), {"delete": ""}).status_code == 404
    assert dates(copy) == [(MONDAY, None)]
