"""A book's page shows the book on the photo of its shelf."""

import pytest
from django.urls import reverse

from scanning.models import Scan
from tests.factories import CandidateFactory, make_copy, make_scan, make_shelf


@pytest.fixture
def seen(owner):
    copy = make_copy(owner, "Dune", "Frank Herbert")
    scan = make_scan(owner, complete=True, shelf=make_shelf(owner, "Top"), width=4000, height=3000)
    region = [[100.4, 50], [160, 52], [158, 900], [98, 898.6]]
    return CandidateFactory(scan=scan, copy=copy, number=7, region=region, shelf_row=2, position=4)


def test_the_spine_is_marked_on_the_photo_and_shown_by_itself(owner_client, seen):
    page = owner_client.get(seen.copy.get_absolute_url()).content.decode()
    assert 'points="100,50 160,52 158,900 98,899 "' in page
    assert 'viewBox="0 0 4000 3000"' in page
    assert reverse("scan_thumbnail", args=[seen.scan.job_id]) in page
    assert reverse("scan_spine", args=[seen.scan.job_id, 7]) in page
    assert "Top · row 2, number 4 from the left" in page


def test_a_book_that_was_added_by_hand_has_a_photo_without_a_mark(owner_client, seen):
    seen.region = []
    seen.save()
    page = owner_client.get(seen.copy.get_absolute_url()).content.decode()
    assert "On the shelf" in page and "<polygon" not in page


def test_a_book_that_was_never_photographed_says_nothing(owner, owner_client):
    assert "On the shelf" not in owner_client.get(make_copy(owner).get_absolute_url()).content.decode()


def test_more_photos_ask_no_more_of_the_database(owner, owner_client, seen, django_assert_max_num_queries):
    for number in range(2, 8):
        scan = Scan.objects.get(pk=seen.scan.pk)
        scan.pk, scan.job_id = None, f"job-{number}-abcdefghi"
        scan.save(force_insert=True)
        seen.pk, seen.scan = None, scan
        seen.save(force_insert=True)
    with django_assert_max_num_queries(24):
        assert owner_client.get(seen.copy.get_absolute_url()).content.decode().count("<polygon") == 7
