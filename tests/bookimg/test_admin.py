"""What staff may do in the administration, with every permission that Django knows, and what only superusers may."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from bookimg.admin import FOR_SUPERUSERS, POWERS
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
USER_FORM = {"date_joined_0": "2026-01-01", "date_joined_1": "10:00:00", "is_active": "on"}


@pytest.fixture
def staff():
    user = UserFactory(username="sam", is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    return user


@pytest.fixture
def staff_client(staff):
    client = Client()
    client.force_login(staff)
    return client


def changed(client, user, **values):
    address = reverse("admin:auth_user_change", args=[user.pk])
    response = client.post(address, USER_FORM | {"username": user.username, "email": user.email} | values)
    user.refresh_from_db()
    return response


def test_staff_help_ordinary_people(staff_client, owner):
    assert changed(staff_client, owner, email="new@example.org").status_code == 302
    assert owner.email == "new@example.org"


@pytest.mark.parametrize("power", ["is_staff", "is_superuser"])
def test_staff_give_nobody_powers(staff_client, staff, owner, power):
    for user in (owner, staff):
        before = getattr(user, power)
        changed(staff_client, user, **{power: "on"}, user_permissions=[Permission.objects.first().pk])
        assert getattr(user, power) == before
    assert not owner.user_permissions.exists()


@pytest.mark.parametrize("page", ["change", "delete", "password"])
def test_staff_do_not_touch_the_accounts_of_other_staff(staff_client, admin_user, page):
    name = "auth_user_password_change" if page == "password" else f"auth_user_{page}"
    values = {"post": "yes", "password1": "a-quiet-river-7", "password2": "a-quiet-river-7", "username": "root"}
    response = staff_client.post(reverse(f"admin:{name}", args=[admin_user.pk]), USER_FORM | values)
    password = admin_user.password
    admin_user.refresh_from_db()
    assert response.status_code == 403 and admin_user.password == password


def test_a_superuser_gives_powers(admin_client, owner):
    assert changed(admin_client, owner, is_staff="on").status_code == 302
    assert owner.is_staff


@pytest.mark.parametrize("model", [*FOR_SUPERUSERS, LogEntry], ids=lambda model: model.__name__)
def test_what_leads_to_other_accounts_is_hidden_from_staff(staff_client, admin_client, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert staff_client.get(reverse(f"{name}_changelist")).status_code == 403
    assert staff_client.post(reverse(f"{name}_add"), {}).status_code == 403
    assert admin_client.get(reverse(f"{name}_changelist")).status_code == 200


def test_whatever_else_is_registered_is_our_own():
    """A new model of another app needs a decision: is it harmless in the hands of staff?"""
    ours = {"catalogs", "library", "scanning", "chat", "transfer"}
    others = {model for model in admin.site._registry if model._meta.app_label not in ours}
    assert {model.__name__ for model in others} == {model.__name__ for model in FOR_SUPERUSERS} | {"User", "LogEntry"}
    assert set(POWERS) <= {name for _, options in admin.site.get_model_admin(_user()).fieldsets for name in options["fields"]}


def _user():
    return next(model for model in admin.site._registry if model.__name__ == "User")


def test_what_is_done_in_the_administration_is_recorded_and_stays(admin_client, owner):
    changed(admin_client, owner, is_staff="on")
    entry = LogEntry.objects.get()
    page = admin_client.get(reverse("admin:admin_logentry_changelist")).content.decode()
    assert "olive" in page and "Staff status" in entry.get_change_message()
    for action in ("change", "delete"):
        assert admin_client.post(reverse(f"admin:admin_logentry_{action}", args=[entry.pk]), {"post": "yes"}).status_code == 403
    assert LogEntry.objects.count() == 1
