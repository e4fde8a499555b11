"""Who leaves is gone: rows, files, sessions; and nobody else is touched."""

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.urls import reverse

from accounts import account_deletion
from accounts.models import ApiToken
from library.copies import tagging
from library.models import Book, FactChange, Loan, Preferences, Reading, Undo, UserBook
from scanning.models import KnownSpine
from tests.factories import (
    ChatFactory,
    ImportFactory,
    LoanFactory,
    ReadingFactory,
    make_copy,
    make_import,
    make_scan,
    make_shelf,
    run_import,
)
from tests.work import queued, work_off
from transfer.models import Import, ImportRow

pytestmark = pytest.mark.slow

RIGHT = {"name": "olive", "password": "shelf-of-olive"}
User = get_user_model()


def furnish(user):
    """Something of everything, and a file in every folder."""
    copy = make_copy(user, "A book that nobody else has", "A private person", shelf=make_shelf(user))
    make_copy(user, "Dune", "Frank Herbert", isbn="9780441013593", source="open_library")
    tagging.set_tags(copy, ["mine"])
    ReadingFactory(copy=copy)
    LoanFactory(copy=copy)
    FactChange.objects.create(copy=copy, fact="title", source="you")
    Preferences.objects.create(user=user)
    Undo.objects.create(user=user, sentence="x")
    ChatFactory(user=user)
    scan = make_scan(user)
    KnownSpine.objects.create(user=user, text="x", record={})
    run_import(ImportFactory(user=user))
    make_import(user, "Title,Author\nMomo,Michael Ende\n")
    for key in (scan.result_key("ocr.json"), scan.thumbnail_key(), scan.spine_key(1), f"covers/own/{user.pk}/{'a' * 32}.webp"):
        default_storage.save(key, ContentFile(b"x"))


def rows_of(user) -> dict[str, int]:
    """Rows of any model that point at this person, straight or by one of theirs."""
    counts = {}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and field.related_model is User:
                counts[model._meta.label] = model.objects.filter(**{field.name: user.pk}).count()
    counts |= {model.__name__: model.objects.count() for model in (Reading, Loan, FactChange, ImportRow)}
    return {label: count for label, count in counts.items() if count}


def files_of(user) -> list[str]:
    return [folder for folder in account_deletion.folders() if default_storage.exists(f"{folder}/{user.pk}")]


@pytest.fixture(autouse=True)
def no_lock_out():
    cache.clear()


def test_everything_is_deleted_and_nothing_of_anybody_else(owner, stranger, owner_client, stranger_client):
    furnish(owner)
    make_copy(stranger, "Dune", "Frank Herbert", isbn="9780441013593")
    theirs = make_scan(stranger)
    assert len(files_of(owner)) == len(account_deletion.folders()) and len(rows_of(owner)) > 10
    ApiToken.objects.create(user=owner)
    page = owner_client.post(reverse("delete_account"), RIGHT)
    assert page.status_code == 200 and "Your account has been deleted" in page.content.decode()
    assert not User.objects.filter(pk=owner.pk).exists()
    assert rows_of(owner) == {} and files_of(owner) == []
    assert list(UserBook.objects.values_list("user__username", flat=True)) == ["stan"]
    assert default_storage.exists(theirs.photo)
    assert stranger_client.get(reverse("library")).status_code == 200


def test_what_was_typed_about_a_book_that_nobody_has_any_more_is_deleted_too(owner, owner_client):
    furnish(owner)
    owner_client.post(reverse("delete_account"), RIGHT)
    assert list(Book.objects.values_list("title", flat=True)) == ["Dune"]  # what a catalogue says stays


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "Olive?", "password": "shelf-of-olive"}, "not your username"),
        ({"name": "olive", "password": "guess"}, "not your password"),
        ({"name": "olive"}, "required"),
    ],
)
def test_without_name_and_password_nothing_happens(owner, owner_client, typed, sentence):
    page = owner_client.post(reverse("delete_account"), typed)
    assert page.status_code == 422 and sentence in page.content.decode()
    assert User.objects.filter(username="olive", is_active=True).exists()


def test_passwords_cannot_be_tried_out_here(owner, owner_client):
    answers = [owner_client.post(reverse("delete_account"), {"name": "olive", "password": "guess"}).status_code for _ in range(7)]
    assert answers[0] == 422 and answers[-1] == 429


def test_the_page_offers_the_exports_first(owner_client):
    page = owner_client.get(reverse("delete_account")).content.decode()
    assert reverse("export_json") + "?photos=1" in page and reverse("export_csv") in page


def test_a_large_library_is_closed_at_once_and_emptied_in_the_background(owner, owner_client, django_capture_on_commit_callbacks):
    furnish(owner)
    with django_capture_on_commit_callbacks(execute=True):
        account_deletion.delete_account(owner, at_once=0)
    closed = User.objects.get(pk=owner.pk)
    assert (closed.is_active, closed.email, closed.has_usable_password()) == (False, "", False)
    assert "olive" not in closed.username and not Session.objects.exists()
    assert queued() == ["accounts.account_deletion.finish_account_deletion"]
    work_off()
    assert not User.objects.filter(pk=owner.pk).exists() and files_of(owner) == []


def test_an_interrupted_deletion_goes_on_and_may_be_done_twice(owner):
    furnish(owner)
    account_deletion.close_account(owner)
    UserBook.objects.filter(user=owner).first().delete()
    assert account_deletion.resume_account_deletions() == 1
    assert account_deletion.resume_account_deletions() == 0
    account_deletion.finish_account_deletion(owner.pk)
    assert rows_of(owner) == {} and files_of(owner) == []


def test_an_account_that_is_not_leaving_is_never_deleted_by_the_task(owner):
    account_deletion.finish_account_deletion(owner.pk)
    assert User.objects.filter(pk=owner.pk).exists()


def test_the_administration_deletes_files_too(owner, stranger, client):
    furnish(owner)
    User.objects.filter(pk=stranger.pk).update(is_staff=True, is_superuser=True)
    client.force_login(User.objects.get(pk=stranger.pk))
    client.post(reverse("admin:auth_user_delete", args=[owner.pk]), {"post": "yes"})
    assert not User.objects.filter(pk=owner.pk).exists() and files_of(owner) == []
    assert not Import.objects.exists()
