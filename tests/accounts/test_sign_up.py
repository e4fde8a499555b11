"""Sign-up that is closed, or open to those with an invitation."""

import io
import time

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.core import signing
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.sign_up import DAYS, make_invitation

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
    settings.SIGN_UP, settings.PUBLIC_ORIGIN, out = "invitation", "https://books.example.org", io.StringIO()
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


def test_an_expired_invitation_gets_its_own_sentence(client, settings, monkeypatch):
    settings.SIGN_UP = "invitation"
    with monkeypatch.context() as earlier:
        long_ago = time.time() - (DAYS + 1) * 86_400
        earlier.setattr(signing.time, "time", lambda: long_ago)
        invitation = make_invitation("Nora")
    page = client.get(reverse("account_signup"), {"invitation": invitation}).content.decode()
    assert "This invitation has expired" in page and "closed" not in page
    assert not sign_up(client)


@pytest.mark.parametrize("verification", ["optional", "mandatory", "none"])
def test_sign_up_does_not_tell_whose_address_is_known(settings, owner, mailoutbox, verification):
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    responses = []
    for number, email in enumerate(["nora@example.org", owner.email]):
        response = Client().post(reverse("account_signup"), VALUES | {"email": email, "username": f"nora{number}"})
        responses.append((response.status_code, response.headers.get("Location")))
    assert responses[0] == responses[1]
    assert responses[0][0] == 302


def test_the_time_of_a_sign_up_does_not_tell_either(settings, owner, monkeypatch):
    """Both ways hash one password, which is what takes the time."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    hashed = []
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, password, salt: hashed.append(salt) or f"md5${salt}$x")
    for number, email in enumerate(["nora@example.org", owner.email]):
        Client().post(reverse("account_signup"), VALUES | {"email": email, "username": f"nora{number}"})
        assert len(hashed) == number + 1
