"""Sign-up that is closed, or open to those with an invitation."""

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.sign_up import make_invitation

VALUES = {"username": "nora", "email": "nora@example.org", "password1": "a-shelf-of-nora-7"}
pytestmark = pytest.mark.django_db


def sign_up(client) -> bool:
    client.post(reverse("account_signup"), VALUES)
    return User.objects.filter(username="nora").exists()


def test_anybody_may_sign_up_as_long_as_nothing_is_set(client):
    assert sign_up(client)


def test_nobody_may_where_it_is_closed(client, settings):
    settings.SIGN_UP = "closed"
    assert "Sign-up is closed" in client.get(reverse("account_signup"), {"invitation": make_invitation("Nora")}).content.decode()
    assert not sign_up(client)


def test_an_invitation_lets_its_bearer_in(client, settings):
    settings.SIGN_UP, settings.PUBLIC_URL, out = "invitation", "https://books.example.org", io.StringIO()
    call_command("invite", "Nora", stdout=out)
    link = out.getvalue().splitlines()[0]
    assert link.startswith("https://books.example.org/accounts/signup/?invitation=")
    client.get(link.removeprefix("https://books.example.org"))
    assert sign_up(client)


@pytest.mark.parametrize("invitation", ["", "made-up", "eyJhIjoxfQ:1:2"])
def test_no_or_a_forged_invitation_lets_nobody_in(client, settings, invitation):
    settings.SIGN_UP = "invitation"
    client.get(reverse("account_signup"), {"invitation": invitation})
    assert not sign_up(client)


def test_invitations_are_only_made_where_they_are_needed(settings):
    with pytest.raises(CommandError, match="SIGN_UP is open"):
        call_command("invite", "Nora")
