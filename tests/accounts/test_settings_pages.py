"""The pages for programs: tokens, webhooks, feeds, and the second factor."""

import re

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse

from accounts import feeds, tokens
from accounts.models import ApiToken, Delivery, TokenFamily, Webhook
from tests.api.conftest import Program
from tests.factories import DeliveryFactory, WebhookFactory

PASSWORD = "shelf-of-olive"


@pytest.fixture
def signed_in(owner):
    """With the password shown a moment ago, as delicate pages ask for."""
    client = Client()
    client.force_login(owner)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture
def hook(owner):
    return WebhookFactory(user=owner)


# ── Tokens ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_token_is_shown_once_and_works(signed_in, owner):
    page = signed_in.post(reverse("api_tokens"), {"name": "Scanner", "scopes": ["read"], "days": "30"}).content.decode()
    key = re.search(rf"<code>({tokens.PREFIX}\S+)</code>", page)[1]
    assert Program(key).get("/me").json()["username"] == "olive"
    again = signed_in.get(reverse("api_tokens")).content.decode()
    assert "Scanner" in again and key not in again
    assert 29 <= (ApiToken.objects.get().expires - ApiToken.objects.get().created).days <= 30


def test_a_token_without_a_name_or_with_no_leave_is_not_made(signed_in):
    page = signed_in.post(reverse("api_tokens"), {"name": "", "days": "30"})
    assert page.status_code == 422 and "This field is required" in page.content.decode()
    assert not ApiToken.objects.exists()


def test_before_a_token_is_made_the_password_is_asked_for_and_nothing_typed_is_lost(owner_client):
    asked = owner_client.post(reverse("api_tokens"), {"name": "Scanner", "scopes": ["read"], "days": "30"})
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert not ApiToken.objects.exists()
    made = owner_client.post(asked.url, {"password": PASSWORD})
    assert ApiToken.objects.get().name == "Scanner"
    assert tokens.PREFIX in made.content.decode()


def test_a_token_and_a_program_are_ended_by_their_owner_alone(owner, owner_client, stranger_client):
    token, _ = tokens.make_api_token(owner, "scanner", ["read"])
    family = TokenFamily.objects.create(user=owner, stamp="x")
    for client, status in ((stranger_client, 404), (owner_client, 302)):
        assert client.post(reverse("api_token_end", args=[token.pk])).status_code == status
        assert client.post(reverse("family_end", args=[family.pk])).status_code == status
    assert not ApiToken.objects.exists()
    assert TokenFamily.objects.get().revoked


# ── Webhooks ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_webhook_into_the_own_network_is_refused_with_a_sentence(signed_in):
    page = signed_in.post(reverse("webhooks"), {"url": "http://127.0.0.1/hook", "events": ["book.added"]})
    assert page.status_code == 422 and "private network" in page.content.decode()
    assert not Webhook.objects.exists()


def test_a_webhook_is_set_up_switched_off_and_deleted(signed_in, settings):
    settings.WEBHOOKS_PRIVATE = True
    made = signed_in.post(reverse("webhooks"), {"url": "http://127.0.0.1:9/hook", "events": ["book.added"]})
    hook = Webhook.objects.get()
    assert made.url == reverse("webhook", args=[hook.pk])
    assert hook.secret in signed_in.get(made.url).content.decode()
    signed_in.post(reverse("webhook_switch", args=[hook.pk]))
    assert not Webhook.objects.get().active
    signed_in.post(reverse("webhook_delete", args=[hook.pk]))
    assert not Webhook.objects.exists()


def test_the_log_shows_what_was_sent_and_sends_it_again(hook, owner_client):
    sent = DeliveryFactory(webhook=hook, payload={"title": "Emma"}, state="failed", attempts=8, answer="500")
    page = owner_client.get(reverse("webhook", args=[hook.pk])).content.decode()
    assert "Failed" in page and "Emma" in page and "500" in page
    owner_client.post(reverse("redeliver", args=[sent.pk]))
    assert (Delivery.objects.get().state, Delivery.objects.get().attempts) == ("waiting", 0)


def test_a_stranger_sees_no_webhook(hook, stranger_client):
    sent = DeliveryFactory(webhook=hook)
    for name, pk in (("webhook", hook.pk), ("webhook_switch", hook.pk), ("webhook_delete", hook.pk), ("redeliver", sent.pk)):
        assert stranger_client.post(reverse(name, args=[pk])).status_code == 404


# ── Feeds ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_secret_addresses_are_made_renewed_and_ended(owner, signed_in):
    assert "feeds/" not in re.findall(r"<code>(.*?)</code>", signed_in.get(reverse("feeds")).content.decode())[0]
    signed_in.post(reverse("feeds_renew"))
    first = feeds.secret_of(owner)
    assert first in signed_in.get(reverse("feeds")).content.decode()
    signed_in.post(reverse("feeds_renew"))
    assert feeds.user_of_feed(first) is None and feeds.user_of_feed(feeds.secret_of(owner)) == owner
    signed_in.post(reverse("feeds_revoke"))
    assert feeds.secret_of(owner) == ""


@pytest.mark.parametrize(
    "page, values", [("webhooks", {"url": "https://example.org/", "events": ["book.added"]}), ("feeds_renew", {})]
)
def test_an_open_session_alone_lets_no_program_in(owner, owner_client, page, values):
    assert owner_client.post(reverse(page), values).url.startswith(reverse("account_reauthenticate"))
    assert not Webhook.objects.exists() and feeds.secret_of(owner) == ""


# ── A new password ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("kept", [False, True])
def test_programs_are_locked_out_with_a_new_password_unless_they_are_kept(owner, signed_in, mailoutbox, kept):
    _, key = tokens.make_api_token(owner, "scanner", ["read"])
    feeds.renew_feed_key(owner)
    secret = feeds.secret_of(owner)
    values = {"oldpassword": PASSWORD, "password1": "another-shelf-9", "password2": "another-shelf-9"}
    signed_in.post(reverse("account_change_password"), values | ({"keep_tokens": "on"} if kept else {}))
    assert Program(key).get("/me").status_code == (200 if kept else 401)
    assert feeds.user_of_feed(secret) == (owner if kept else None)
    assert owner.email in mailoutbox[-1].to, "the owner is told"


# ── The second factor ───────────────────────────────────────────────────────────────────────────────────────────────
def test_with_a_code_from_an_app_signing_in_takes_one_more_step(signed_in, owner):
    page = signed_in.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)[1]
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    done = signed_in.post(reverse("mfa_activate_totp"), {"code": code}, follow=True).content.decode()
    assert len(re.findall(r"<li>\d{8}</li>", done)) == 10, "the recovery codes are shown at once"
    client = Client()
    step = client.post(reverse("account_login"), {"login": "olive", "password": PASSWORD})
    assert step.url == reverse("mfa_authenticate")
    assert client.get("/settings/").status_code == 302, "the password alone lets nobody in"
    page = client.get(step.url).content.decode()
    assert "One more step" in page
    recovery = re.search(r"<li>(\d{8})</li>", done)[1]
    client.post(step.url, {"code": recovery})
    assert client.get("/settings/").status_code == 200


def test_the_administration_asks_for_it_too(client, owner):
    owner.is_staff = True
    owner.save()
    totp.TOTP.activate(owner, totp.generate_totp_secret())
    client.post("/admin/login/", {"username": "olive", "password": PASSWORD})
    assert client.get("/admin/").status_code == 302


PAGES = ["api_tokens", "webhooks", "feeds", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn"]


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_stand_in_the_frame_and_carry_no_inline_script_or_style(signed_in, name):
    page = signed_in.get(reverse(name), follow=True).content.decode()
    assert 'class="logo"' in page
    inline = re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*(?:\ssrc=|type=\"application/json\"))", page)
    assert not inline, name
