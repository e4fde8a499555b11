"""The operator's numbers of the last day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookimg.operations import operator_numbers
from scanning.models import Purchase, Scan
from tests.factories import make_copies, make_scan

pytestmark = pytest.mark.django_db


def numbers() -> dict:
    return {number.label: number for number in operator_numbers()}


def finish(user, status: str, hours_ago: float, seconds: int):
    scan = make_scan(user, status=status)
    end = timezone.now() - timedelta(hours=hours_ago)
    Scan.objects.filter(pk=scan.pk).update(created=end - timedelta(seconds=seconds), finished=end)


def test_there_are_fifteen_also_in_an_empty_installation(db):
    assert len(numbers()) == 15
    assert {number.value for number in numbers().values()} >= {"0", "–", "0 s", "0.00 USD"}


def test_scans_are_counted_in_their_hour_and_timed(owner):
    for hours_ago, seconds in ((0, 10), (2, 20), (2, 90), (30, 4000)):
        finish(owner, Scan.Status.COMPLETE, hours_ago, seconds)
    finish(owner, Scan.Status.FAILED, 1, 5)
    found = numbers()
    complete = found["scans complete"]
    assert (complete.value, complete.by_hour[-1], complete.by_hour[-3]) == ("3", 1, 2), "none of the day before"
    assert sum(complete.by_hour) == 3 and len(complete.by_hour) == 24
    assert complete.bars[-3] == (21, 0, 24) and complete.bars[-1] == (23, 12, 12)
    assert found["for a scan, median"].value == "20 s"
    assert found["scans failed"].bad and not complete.bad


def test_people_books_and_costs(owner, stranger):
    make_copies(owner, ["Dune", "Emma"])
    make_scan(owner)
    Purchase.objects.create(user=owner, service="textract", usd=0.25)
    found = numbers()
    assert found["people with new photos or books"].value == "1"
    assert (found["books added"].value, found["spent this month"].value) == ("2", "0.25 USD")


def test_the_page_is_for_staff_and_its_queries_do_not_grow(admin_client, client, owner, django_assert_max_num_queries):
    for hour in range(5):
        finish(owner, Scan.Status.COMPLETE, hour, 3)
    with django_assert_max_num_queries(26):
        page = admin_client.get("/admin/operations/").content.decode()
    assert page.count('<div class="overview-tile') == 15 and page.count("<rect") == 24 * page.count("<svg class") > 0
    assert client.get("/admin/operations/").status_code == 302
