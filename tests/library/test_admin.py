"""The administration: an overview first, and every model of the library to be looked through."""

import pytest
from django.test import Client
from django.urls import reverse

from library.copies import bulk_changes, loans, owner_edits, readings, tagging
from tests.factories import make_copy, make_scan, make_shelf
from tests.transfer.importing import import_books

MODELS = [
    "library_book", "library_userbook", "library_shelf", "catalogs_catalogrecord", "catalogs_catalogfile", "library_tag",
    "library_loan", "library_reading", "library_factchange", "library_undo", "library_preferences", "transfer_import",
    "transfer_importrow",
]  # fmt: skip


@pytest.fixture
def admin(django_user_model, db):
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("root", "root@example.org", "root-of-all"))
    return client


def test_people_without_the_right_do_not_get_in(owner_client):
    assert owner_client.get(reverse("admin:index")).status_code == 302


def test_the_first_page_counts_people_books_scans_and_failures(admin, owner):
    make_copy(owner)
    for status in ("complete", "complete", "failed"):
        make_scan(owner, status=status)
    page = " ".join(admin.get(reverse("admin:index")).content.decode().split())
    for tile in ("<strong>2</strong>people", "<strong>1</strong>books in libraries", "<strong>1</strong>failed scan",
                 "<strong>3</strong>scans", "complete 2"):  # fmt: skip
        assert tile in page


def test_every_model_can_be_listed_and_searched(admin, owner, subtests):
    copy = make_copy(owner, shelf=make_shelf(owner))
    tagging.set_tags(copy, ["darkness"])
    loans.lend_copy(copy, "Ana")
    readings.finished_today(copy)
    owner_edits.edit_copy(owner, copy.pk, {"publisher": "Ace"})
    import_books(owner)
    bulk_changes.apply_change(owner, owner.books.all(), bulk_changes.Change(favourite=True))
    for model in MODELS:
        with subtests.test(model):
            assert admin.get(reverse(f"admin:{model}_changelist"), {"q": "darkness"}).status_code == 200
            assert admin.get(reverse(f"admin:{model}_changelist")).status_code == 200


def test_removed_copies_can_be_told_from_those_in_a_library(admin, owner):
    make_copy(owner, "Dune")
    url = reverse("admin:library_userbook_changelist")
    assert "Dune" in admin.get(url, {"place": "library"}).content.decode()
    assert "Dune" not in admin.get(url, {"place": "trash"}).content.decode()


def test_the_local_catalogue_is_changed_by_its_loader_alone(admin):
    assert admin.get(reverse("admin:catalogs_catalogrecord_add")).status_code == 403
