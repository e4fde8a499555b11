"""How programs sign in: by password and second factor, with tokens that follow each other, by personal tokens, by a session."""

from datetime import timedelta

import jwt
import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.utils import timezone

from accounts import jwts, tokens
from accounts.models import ApiToken, RefreshToken, TokenFamily
from tests.api.conftest import ROOT, Program, token_for

PASSWORD = "shelf-of-olive"


def sign_in(nobody, **more):
    return nobody.post("/auth/token", {"username": "olive", "password": PASSWORD, **more})


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def current_code(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


@pytest.fixture
def secret(owner) -> str:
    """Olive's authenticator app."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(owner, secret)
    return secret


# ── By password ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", [{"username": "olive"}, {"email": "olive@example.org"}, {"username": "olive@example.org"}])
def test_name_or_address_and_password_give_tokens_that_let_in(nobody, owner, name):
    owner.emailaddress_set.create(email=owner.email, verified=True, primary=True)
    answer = nobody.post("/auth/token", {**name, "password": PASSWORD})
    assert answer.status_code == 200, answer.content
    me = Program(answer.json()["access"]).get("/me").json()
    assert (me["username"], me["signedInBy"]) == ("olive", "sign-in")


def test_a_wrong_password_and_a_name_that_nobody_has_sound_the_same(nobody, owner):
    wrong, unknown = (nobody.post("/auth/token", {"username": name, "password": "guess"}) for name in ("olive", "nobody"))
    assert code_of(wrong) == code_of(unknown) == (401, "sign-in-failed")
    assert wrong.json() == unknown.json()


def test_guessing_is_stopped_after_five_tries_and_shared_with_the_page(nobody, owner):
    for _ in range(5):
        sign_in(nobody, password="guess")
    assert code_of(sign_in(nobody)) == (429, "too-many-attempts")
    page = Client().post("/accounts/login/", {"login": "olive", "password": PASSWORD})
    assert "Too many" in page.content.decode()


def test_an_account_that_was_closed_gets_no_token(nobody, owner):
    owner.is_active = False
    owner.save()
    assert code_of(sign_in(nobody)) == (401, "sign-in-failed")


# ── The second factor ───────────────────────────────────────────────────────────────────────────────────────────────
def test_without_the_second_factor_there_is_no_token(nobody, secret):
    assert code_of(sign_in(nobody)) == (401, "mfa-required")
    assert code_of(sign_in(nobody, code="000000")) == (401, "mfa-failed")
    assert not TokenFamily.objects.exists()


def test_with_the_code_of_the_app_there_is_one(nobody, secret):
    answer = sign_in(nobody, code=current_code(secret))
    assert Program(answer.json()["access"]).get("/me").status_code == 200


def test_a_recovery_code_lets_in_once(nobody, owner, secret):
    code = RecoveryCodes.activate(owner).get_unused_codes()[0]
    assert sign_in(nobody, code=code).status_code == 200
    assert code_of(sign_in(nobody, code=code)) == (401, "mfa-failed")


def test_codes_are_not_to_be_guessed_either(nobody, secret):
    answers = [code_of(sign_in(nobody, code=f"{n:06}")) for n in range(7)]
    assert (429, "too-many-attempts") in answers
    assert code_of(sign_in(nobody, code=current_code(secret)))[0] == 429


def test_tokens_from_before_the_second_factor_end_with_it(nobody, owner):
    pair = sign_in(nobody).json()
    totp.TOTP.activate(owner, totp.generate_totp_secret())
    assert code_of(Program(pair["access"]).get("/me")) == (401, "bad-token")
    assert code_of(nobody.post("/auth/refresh", {"refresh": pair["refresh"]})) == (401, "refresh-ended")


# ── Tokens that follow each other ───────────────────────────────────────────────────────────────────────────────────
def test_an_access_token_is_good_for_an_hour(nobody, owner):
    claims = jwt.decode(sign_in(nobody).json()["access"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 3600


def test_a_refresh_token_gives_the_next_pair(nobody, owner):
    first = sign_in(nobody).json()
    second = nobody.post("/auth/refresh", {"refresh": first["refresh"]}).json()
    assert second["refresh"] != first["refresh"]
    assert Program(second["access"]).get("/me").status_code == 200
    assert nobody.post("/auth/refresh", {"refresh": second["refresh"]}).status_code == 200


def test_a_refresh_token_that_is_used_twice_ends_its_whole_family(nobody, owner):
    first, other = sign_in(nobody).json(), sign_in(nobody).json()
    second = nobody.post("/auth/refresh", {"refresh": first["refresh"]}).json()
    assert code_of(nobody.post("/auth/refresh", {"refresh": first["refresh"]})) == (401, "refresh-ended")
    assert code_of(nobody.post("/auth/refresh", {"refresh": second["refresh"]})) == (401, "refresh-ended")
    assert code_of(Program(second["access"]).get("/me")) == (401, "bad-token")
    assert Program(other["access"]).get("/me").status_code == 200, "another sign-in is not touched"


def test_a_refresh_token_runs_out(nobody, owner):
    pair = sign_in(nobody).json()
    RefreshToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert code_of(nobody.post("/auth/refresh", {"refresh": pair["refresh"]})) == (401, "refresh-ended")


def test_a_new_password_ends_the_tokens_of_the_old_one(nobody, owner):
    pair = sign_in(nobody).json()
    owner.set_password("another-quiet-river")
    owner.save()
    assert code_of(Program(pair["access"]).get("/me")) == (401, "bad-token")
    assert nobody.post("/auth/refresh", {"refresh": pair["refresh"]}).status_code == 401


def test_of_our_own_tokens_only_what_we_signed_is_good(nobody, owner, settings):
    good = sign_in(nobody).json()["access"]
    claims = jwt.decode(good, options={"verify_signature": False})
    past = {**claims, "exp": claims["iat"] - 1}
    forged = [
        good[:-6] + "AAAAAA",
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode(claims, "a guess that is long enough for sha256", algorithm="HS256"),
        jwt.encode(claims, settings.SECRET_KEY, algorithm="HS256"),  # the key is one made from it
        jwt.encode(past, jwts._key(), algorithm="HS256"),
        jwt.encode({**claims, "aud": "others"}, jwts._key(), algorithm="HS256"),
        jwt.encode({**claims, "family": 999_999}, jwts._key(), algorithm="HS256"),
        jwt.encode({**claims, "family": "1 OR 1=1"}, jwts._key(), algorithm="HS256"),
    ]
    assert Program(jwt.encode(claims, jwts._key(), algorithm="HS256")).get("/me").status_code == 200, "the control"
    for token in forged:
        assert code_of(Program(token).get("/me")) == (401, "bad-token"), token


# ── Personal tokens ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_of_a_personal_token_only_the_hash_is_kept(owner):
    token, key = tokens.make_api_token(owner, "scanner", ["read"])
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert key not in str(row) and row["hint"] == key[-4:]


def test_a_personal_token_says_when_it_was_used_and_what_it_may(owner):
    program = Program(token_for(owner, "read"))
    me = program.get("/me").json()
    assert (me["signedInBy"], me["scopes"]) == ("token", ["read"])
    assert ApiToken.objects.get().last_used


def test_a_personal_token_runs_out_and_can_be_ended(owner):
    program = Program(token_for(owner))
    assert program.get("/me").status_code == 200
    ApiToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert code_of(program.get("/me")) == (401, "bad-token")
    ApiToken.objects.all().delete()
    assert code_of(program.get("/me")) == (401, "bad-token")


def test_a_token_for_scans_sends_photos_and_does_not_see_the_books(owner):
    scanner = Program(token_for(owner, "scan"))
    assert scanner.get("/scans").status_code == 200
    assert code_of(scanner.post("/scans", {"jobId": "job-1"})) == (409, "not-uploaded")
    assert code_of(scanner.get("/books")) == (403, "scope")
    assert code_of(scanner.post("/books", {"title": "Emma"})) == (403, "scope")


# ── The session of a browser ────────────────────────────────────────────────────────────────────────────────────────
def test_a_browser_reads_with_its_session_and_changes_with_the_csrf_token(owner):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    assert browser.get(f"{ROOT}/me").json()["signedInBy"] == "session"
    shelf = {"data": {"name": "Attic"}, "content_type": "application/json"}
    assert code_of(browser.post(f"{ROOT}/shelves", **shelf)) == (403, "csrf")
    browser.get("/settings/")  # a page with forms sets the cookie
    token = browser.cookies["csrftoken"].value
    assert browser.post(f"{ROOT}/shelves", **shelf, headers={"X-CSRFToken": token}).status_code == 201


def test_what_is_not_a_token_is_401(nobody):
    for value in ("", "x", "a.b.c", "bimg_", "bimg_wrong", "é" * 5, "." * 5000):
        assert Program().get("/me", Authorization=f"Bearer {value}".encode().decode("latin-1")).status_code == 401, value
