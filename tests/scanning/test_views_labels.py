"""The label on a shelf's board, on the page of its scan."""

import pytest
from django.urls import reverse

from library.models import Shelf, UserBook
from scanning import review
from tests.factories import make_candidate, make_scan, make_shelf
from tests.scanning.photos import DUNE, EMMA

pytestmark = pytest.mark.django_db


@pytest.fixture
def scan(owner):
    return make_scan(owner, shelf_labels=["Fiction A–C"], complete=True)


def text(response) -> str:
    return " ".join(response.content.decode().split())


def name_it(client, scan, label="Fiction A–C", **more):
    return client.post(reverse("scan_name_shelf", args=[scan.job_id]), {"label": label}, **more)


def test_the_label_is_offered_as_the_name_of_a_shelf_that_has_none(owner_client, scan):
    make_candidate(scan)
    page = text(owner_client.get(scan.get_absolute_url()))
    assert "This shelf is labelled “Fiction A–C”." in page


def test_one_tap_names_the_shelf_for_what_was_added_and_what_will_be(owner, owner_client, scan):
    review.accept_candidate(make_candidate(scan).pk, owner)
    later = make_candidate(scan, EMMA)
    answer = name_it(owner_client, scan)
    assert answer.url == f"{scan.get_absolute_url()}#review"
    review.accept_candidate(later.pk, owner)
    assert {copy.shelf.name for copy in UserBook.objects.all()} == {"Fiction A–C"}
    assert "Use as the shelf’s name" not in text(owner_client.get(scan.get_absolute_url()))


def test_the_open_page_gets_its_new_title(owner_client, scan):
    make_candidate(scan)
    answer = text(name_it(owner_client, scan, headers={"x-parts": "1"}))
    assert '<h1 id="scan-title" data-part>Fiction A–C</h1>' in answer and "<html" not in answer


def test_a_shelf_of_that_name_is_used_again_and_books_elsewhere_stay_there(owner, owner_client, scan):
    shelf, attic = make_shelf(owner, "fiction a–c"), make_shelf(owner, "Attic")
    copy = review.accept_candidate(make_candidate(scan, DUNE).pk, owner).copy
    UserBook.objects.filter(pk=copy.pk).update(shelf=attic)
    name_it(owner_client, scan)
    scan.refresh_from_db()
    copy.refresh_from_db()
    assert (scan.shelf, copy.shelf, Shelf.objects.count()) == (shelf, attic, 2)


def test_only_what_was_read_there_can_be_chosen(owner_client, scan):
    name_it(owner_client, scan, "Something else")
    assert not Shelf.objects.exists()


def test_a_stranger_finds_no_such_scan(stranger_client, scan):
    assert name_it(stranger_client, scan).status_code == 404
