"""The demo: offered once, to an installation without users, and finished without any network."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.urls import reverse
from PIL import Image

from catalogs import loading
from library.models import UserBook
from scanning import demo, tasks
from scanning.models import Candidate, Decision, Scan
from scanning.ocr import Line
from tests.fakes import box
from tests.work import queued, work_off

pytestmark = pytest.mark.slow  # each draws a shelf, and reads it


class Reader:
    """Reads what was drawn, as long as it is the demo's shelf."""

    name = "fake"

    def read(self, image, *callbacks):
        return [Line(f"{title} {author}".strip(), 0.9, box(number)) for number, (title, author) in enumerate(demo.BOOKS)]


@pytest.fixture
def offered(db, django_capture_on_commit_callbacks, settings):
    """The demo of an installation that cannot reach the catalogues of its settings; the password."""
    settings.OCR, settings.PROPOSER = "tests.scanning.test_demo.Reader", "tests.fakes.Proposer"
    settings.CATALOGS = ["a.catalogue.that.is.not.There"]
    with django_capture_on_commit_callbacks(execute=True):
        return demo.offer()


@pytest.fixture
def finished(offered, django_capture_on_commit_callbacks):
    loading.ensure_builtin()
    with django_capture_on_commit_callbacks(execute=True):
        work_off()
    return Scan.objects.get()


def the_user():
    return get_user_model().objects.get()


def test_the_first_start_makes_an_account_that_can_sign_in(offered, client):
    answer = client.post(reverse("account_login"), {"login": demo.NAME, "password": offered})
    assert answer.url == reverse("library")


def test_its_address_asks_for_no_mail(offered):
    assert EmailAddress.objects.get(user=the_user()).verified


def test_each_offer_has_a_password_of_its_own(offered):
    the_user().delete()
    assert demo.offer() not in ("", offered)


def test_a_second_start_makes_nothing(offered):
    assert demo.offer() == ""
    assert (get_user_model().objects.count(), Scan.objects.count()) == (1, 1)


def test_where_somebody_has_an_account_there_is_no_demo(owner):
    assert demo.offer() == ""
    assert the_user() == owner


def test_it_can_be_switched_off(db, settings):
    settings.DEMO = False
    assert demo.offer() == ""
    assert not get_user_model().objects.exists()


def test_its_shelf_is_a_photo_like_any_other(offered):
    scan = Scan.objects.get()
    assert (scan.width, scan.height) == Image.open(demo.demo_photo()).size
    assert scan.shelf.name == demo.SHELF
    assert queued() == ["scan read", "scanning.tasks.show"]


def test_nobody_outside_is_asked(finished):
    assert finished.status == Scan.Status.COMPLETE, finished.error
    assert finished.engine["catalogs"] == ["local"]
    assert finished.notes == []


def test_a_few_books_are_in_the_library_and_the_rest_waits(finished):
    copies = UserBook.objects.of(finished.user)
    assert sorted(copy.status for copy in copies) == sorted(demo.ADDED_AS)
    assert {copy.shelf for copy in copies} == {finished.shelf}
    assert finished.candidates.sure().pending().count() >= 3
    assert finished.candidates.exclude(decision=Decision.ACCEPTED).exclude(band="sure").exists()


def test_every_book_of_the_shelf_but_one_is_in_the_built_in_list(finished):
    found = {row.record["title"] for row in finished.candidates.filter(validated=True)}
    assert len(found & {title for title, _ in demo.BOOKS}) >= len(demo.BOOKS) - 2  # one is a family's own, one bears no author


def test_what_somebody_has_decided_meanwhile_stays(finished):
    UserBook.objects.all().delete()
    Candidate.objects.update(decision=Decision.REJECTED)
    tasks.show(finished.pk)
    assert not UserBook.objects.exists()


def test_a_scan_that_was_deleted_meanwhile_is_no_trouble(finished):
    pk = finished.pk
    finished.delete()
    tasks.show(pk)
    assert not Scan.objects.exists()
