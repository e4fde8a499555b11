"""Accounts: signing up, in and out, passwords, addresses, sessions, and the lock against guessing."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.template import loader
from django.test import Client
from django.urls import reverse

LOGIN, SIGNUP, LOGOUT = "/accounts/login/", "/accounts/signup/", "/accounts/logout/"
PASSWORD = "shelf-of-olive"
TOO_MANY = "Too many failed login attempts"


def sign_in(client, login: str, password: str = PASSWORD):
    return client.post(LOGIN, {"login": login, "password": password})


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def link_in(mail) -> str:
    return re.search(r"http://testserver(\S+)", mail.body)[1]


@pytest.fixture
def address(owner):
    return EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=True)


def test_a_new_person_signs_up_and_stands_before_an_empty_shelf(client, db, mailoutbox):
    data = {"email": "nora@example.org", "username": "nora", "password1": "a-long-quiet-river"}
    response = client.post(SIGNUP, data, follow=True)
    assert "Your shelf is waiting" in response.content.decode()
    assert get_user_model().objects.get().email == "nora@example.org"
    assert mailoutbox[0].to == ["nora@example.org"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"password1": "12345678"}, "too common"),
        ({"password1": "short"}, "too short"),
        ({"email": "nora"}, "valid email"),
        ({"username": "olive"}, "already"),
    ],
)
def test_a_sign_up_that_cannot_be_says_why_and_keeps_what_was_typed(client, owner, wrong, sentence):
    data = {"email": "nora@example.org", "username": "nora", "password1": "a-long-quiet-river"} | wrong
    page = client.post(SIGNUP, data).content.decode()
    assert sentence in page
    assert f'value="{data["username"]}"' in page
    assert get_user_model().objects.count() == 1


@pytest.mark.parametrize("login", ["olive", "olive@example.org", "OLIVE@example.org"])
def test_people_sign_in_with_their_name_or_their_address(client, address, login):
    assert sign_in(client, login).url == "/"
    assert signed_in(client)


def test_a_wrong_password_lets_nobody_in(client, owner):
    page = sign_in(client, "olive", "guess").content.decode()
    assert "not correct" in page
    assert not signed_in(client)


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(client, owner, stranger):
    for _ in range(5):
        assert TOO_MANY not in sign_in(client, "olive", "guess").content.decode()
    assert TOO_MANY in sign_in(client, "olive").content.decode()
    assert not signed_in(client)
    assert sign_in(client, "stan", "shelf-of-stan").status_code == 302, "others are not locked out with her"


def test_a_stranger_elsewhere_cannot_lock_the_owner_out(client, owner):
    stranger = Client(REMOTE_ADDR="203.0.113.7")
    for _ in range(30):
        page = sign_in(stranger, "olive", "guess").content.decode()
    assert TOO_MANY in page
    assert sign_in(client, "olive").status_code == 302


def test_the_old_address_is_told_of_a_new_one(owner_client, owner, address, mailoutbox):
    new = EmailAddress.objects.create(user=owner, email="new@example.org", verified=True)
    owner_client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    owner_client.post(reverse("account_email"), {"action_primary": "", "email": new.email})
    owner.refresh_from_db()
    assert owner.email == "new@example.org"
    assert [mail.to for mail in mailoutbox] == [["olive@example.org"]] and "new@example.org" in mailoutbox[0].body


@pytest.mark.parametrize("email", ["olive@example.org", "nobody@example.org"])
def test_a_reset_sends_one_mail_whether_or_not_there_is_an_account(client, address, mailoutbox, email):
    response = client.post(reverse("account_reset_password"), {"email": email})
    assert response.url == reverse("account_reset_password_done") and [mail.to for mail in mailoutbox] == [[email]]


def test_signing_in_leads_to_the_page_that_was_asked_for(client, owner):
    asked = client.get(reverse("shelves"))
    response = client.post(asked.url, {"login": "olive", "password": PASSWORD, "next": "/shelves/"})
    assert response.url == "/shelves/"


def test_nobody_is_signed_out_by_following_a_link(owner_client):
    owner_client.get(LOGOUT)
    assert signed_in(owner_client)
    owner_client.post(LOGOUT)
    assert not signed_in(owner_client)


def test_a_forgotten_password_is_set_anew_through_a_mail(client, address, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": "olive@example.org"})
    form = client.get(link_in(mailoutbox[0]), follow=True)
    new = {"password1": "another-quiet-river", "password2": "another-quiet-river"}
    done = client.post(form.redirect_chain[-1][0], new, follow=True)
    assert "Your password has been changed" in done.content.decode()
    assert sign_in(client, "olive", "another-quiet-river").status_code == 302


def test_a_reset_link_works_once(client, address, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": "olive@example.org"})
    link = link_in(mailoutbox[0])
    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": "another-quiet-river", "password2": "another-quiet-river"})
    assert "This link no longer works" in client.get(link, follow=True).content.decode()


def test_asking_for_a_reset_does_not_tell_who_has_an_account(client, db, mailoutbox):
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"}, follow=True)
    assert "Check your email" in response.content.decode()


def test_a_password_is_changed_by_who_knows_the_old_one(client, owner_client, owner):
    new = {"password1": "another-quiet-river", "password2": "another-quiet-river"}
    owner_client.post(reverse("account_change_password"), {"oldpassword": "guess", **new})
    assert sign_in(client, "olive").status_code == 302
    owner_client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, **new})
    assert sign_in(Client(), "olive", "another-quiet-river").status_code == 302


def test_a_new_address_is_confirmed_through_a_mail(owner, owner_client, mailoutbox):
    asked = owner_client.post(reverse("account_email"), {"email": "new@example.org", "action_add": ""})
    assert asked.url.startswith(reverse("account_reauthenticate")), "an open session alone is not enough"
    owner_client.post(reverse("account_reauthenticate"), {"password": "shelf-of-olive"})
    owner_client.post(reverse("account_email"), {"email": "new@example.org", "action_add": ""})
    link = link_in(mailoutbox[0])
    assert "new@example.org" in owner_client.get(link).content.decode()
    owner_client.post(link)
    assert EmailAddress.objects.get(email="new@example.org").verified


def test_the_list_of_sessions_tells_browsers_apart_and_signs_the_others_out(owner):
    phone = Client(headers={"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1"})
    desk = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"})
    sign_in(phone, "olive")
    sign_in(desk, "olive")
    page = desk.get(reverse("usersessions_list")).content.decode()
    assert "Safari on an iPhone" in page
    assert "Firefox on Linux" in page
    desk.post(reverse("usersessions_list"))
    assert phone.get(reverse("settings")).status_code == 302
    assert desk.get(reverse("settings")).status_code == 200


PUBLIC = ["account_login", "account_signup", "account_reset_password", "account_reset_password_done",
          "account_reset_password_from_key_done", "account_inactive", "account_email_verification_sent"]  # fmt: skip
OWN = ["account_logout", "account_email", "account_change_password", "account_reauthenticate", "usersessions_list"]


@pytest.mark.parametrize("name", PUBLIC)
def test_pages_before_the_door_stand_in_the_products_frame(client, db, name):
    assert 'class="logo"' in client.get(reverse(name)).content.decode()


@pytest.mark.parametrize("name", OWN)
def test_pages_of_the_account_stand_in_the_products_frame(owner_client, name):
    assert 'class="logo"' in owner_client.get(reverse(name), follow=True).content.decode()


def test_what_is_not_there_says_so_in_the_products_frame(client, db):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "There is a gap on this shelf" in response.content.decode()


def test_a_form_from_elsewhere_is_refused_with_a_sentence(owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response = client.post("/shelves/", {"name": "Attic"})
    assert response.status_code == 403
    assert "Please send the form again" in response.content.decode()
    assert owner.shelves.count() == 0


def test_a_page_that_breaks_still_stands_in_the_frame(db):
    """Django renders it without request, person or settings, so it must ask for none of them."""
    page = loader.get_template("500.html").render()
    assert "A page came loose" in page
    assert 'class="logo"' in page


def test_pages_carry_no_inline_script_or_style(owner_client):
    """The policy forbids them, so one that slipped in would silently not work."""
    for url in ("/", "/shelves/", "/settings/", "/books/add/", LOGOUT, reverse("account_email")):
        response = owner_client.get(url)
        page = response.content.decode()
        assert "default-src 'self'" in response["Content-Security-Policy"]
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page), url


def test_sign_ins_are_logged_with_who_and_where_from_and_without_what_was_typed(client, owner, caplog):
    caplog.set_level("INFO", logger="accounts.sign_in")
    for password in ("a wrong guess", PASSWORD):
        sign_in(client, "olive", password)
    client.post(LOGOUT)
    lines = [record.getMessage() for record in caplog.records if record.name == "accounts.sign_in"]
    who = f"user {owner.pk}, from 127.0.0.1"
    assert lines == ["sign-in failed: unknown, from 127.0.0.1", f"signed in: {who}", f"signed out: {who}"]
