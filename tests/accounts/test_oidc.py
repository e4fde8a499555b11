"""Signing in at an outside issuer, which here is a small one of our own, asked over HTTP."""

import json
import threading
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import get_user_model
from django.test import Client

from accounts import account_deletion, issuers
from accounts.models import OutsideIdentity

pytestmark = pytest.mark.slow

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLIENT = "bookimg"


class Issuer:
    """Says who somebody is: `claims`, as they are in the token and at the page about the person."""

    def __init__(self):
        self.claims, self.asked, issuer = {}, [], self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                about = {"/pool/.well-known/openid-configuration": issuer.described, "/pool/userinfo": lambda: issuer.claims}
                self.tell(about[self.path]())

            def do_POST(self):
                sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
                issuer.asked.append(parse_qs(sent))
                self.tell({"access_token": "theirs", "token_type": "Bearer", "id_token": issuer.id_token()})

            def tell(self, said: dict):
                body = json.dumps(said).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.name = f"http://127.0.0.1:{self.server.server_port}/pool"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def described(self) -> dict:
        ways = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        found = {f"{name}_endpoint": f"{self.name}/{path}" for name, path in ways.items()}
        return found | {"issuer": self.name, "jwks_uri": f"{self.name}/keys"}

    def id_token(self) -> str:
        now = int(time())
        return jwt.encode({"iss": self.name, "aud": CLIENT, "iat": now, "exp": now + 600, **self.claims}, KEY, "RS256")


@pytest.fixture
def issuer(settings):
    issuer = Issuer()
    settings.OIDC_ISSUER, settings.OIDC_NAME = issuer.name, "The Reading Room"
    app = {**settings.OIDC_APP, "name": settings.OIDC_NAME, "client_id": CLIENT, "secret": "s3"}
    app["settings"] = {**app["settings"], "server_url": issuer.name}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield issuer
    issuer.server.shutdown()
    issuer.server.server_close()


def sign_in(client, issuer, process="login", **claims):
    """The whole way: our button, the issuer, and back."""
    issuer.claims = {"sub": "7c1f", "preferred_username": "nora", **claims}
    page = client.post("/accounts/oidc/sign-in/", {"process": process})
    address = unescape(page.content.decode().partition("0; url=")[2].partition('"')[0])
    state = parse_qs(urlsplit(address).query)["state"][0]
    return client.get("/accounts/oidc/oidc/login/callback/", {"code": "abc", "state": state}, follow=True)


def user_of(client):
    key = client.session.get("_auth_user_id")
    return key and get_user_model().objects.get(pk=key)


@pytest.fixture
def verified(owner):
    return EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=True)


OLIVES = {"email": "olive@example.org", "email_verified": True}


# ── The way there and back ──────────────────────────────────────────────────────────────────────────────────────────
def test_the_button_is_there_only_where_an_issuer_is_set(client, issuer, settings, db):
    assert "Sign in with The Reading Room" in client.get("/accounts/login/").content.decode()
    settings.OIDC_ISSUER, settings.SOCIALACCOUNT_PROVIDERS = "", {}
    assert "The Reading Room" not in client.get("/accounts/login/").content.decode()
    assert client.post("/accounts/oidc/sign-in/").status_code == 404


def test_the_way_there_is_a_page_of_ours_which_our_policy_lets_through(client, issuer, db):
    page = client.post("/accounts/oidc/sign-in/")
    assert page.status_code == 200 and f"{issuer.name}/authorize?" in page.content.decode()
    assert "code_challenge=" in page.content.decode(), "what comes back can be used by us alone"
    assert "form-action 'self'" in page["Content-Security-Policy"]
    assert client.get("/accounts/oidc/sign-in/").status_code == 405, "nobody is sent there by a link from elsewhere"


def test_somebody_new_gets_a_library_and_finds_it_again(client, issuer, db):
    page = sign_in(client, issuer, email="nora@example.org", email_verified=True)
    assert "Your shelf is waiting" in page.content.decode()
    nora = user_of(client)
    assert (nora.username, nora.email, nora.has_usable_password()) == ("nora", "nora@example.org", False)
    assert issuer.asked[0]["code"] == ["abc"] and "code_verifier" in issuer.asked[0]
    again = Client()
    sign_in(again, issuer, email="nora@example.net", email_verified=True)
    assert user_of(again) == nora, "the number at the issuer counts, not the address"


def test_an_answer_that_nobody_asked_for_signs_nobody_in(client, issuer, db):
    client.get("/accounts/oidc/oidc/login/callback/", {"code": "abc", "state": "made-up"})
    assert user_of(client) is None and not SocialAccount.objects.exists()


def test_an_issuer_that_does_not_answer_is_a_sentence(client, issuer, settings, db):
    issuer.server.shutdown()
    issuer.server.server_close()
    page = client.post("/accounts/oidc/sign-in/", follow=True)
    assert "is not responding" in page.content.decode()


# ── Whose account it is ─────────────────────────────────────────────────────────────────────────────────────────────
def test_an_address_that_both_have_verified_leads_into_its_account(client, issuer, owner, verified):
    sign_in(client, issuer, **OLIVES)
    assert user_of(client) == owner
    assert owner.socialaccount_set.get().uid == "7c1f" and owner.check_password("shelf-of-olive")


@pytest.mark.parametrize("said", [False, "false", None, 0, "no"])
def test_an_address_that_the_issuer_has_not_verified_takes_over_nothing(client, issuer, owner, verified, said):
    sign_in(client, issuer, sub="mallory", email="olive@example.org", email_verified=said)
    assert user_of(client) not in (owner, None), "an account of its own"
    assert user_of(client).email == "" and not owner.socialaccount_set.exists()
    assert EmailAddress.objects.get().user == owner


def test_who_lies_in_wait_with_anothers_address_gets_nobody(client, issuer, owner):
    """Mallory signs up as olive@example.org, unverified, and waits until Olive comes by the issuer."""
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=False)
    page = sign_in(client, issuer, **OLIVES)
    assert user_of(client) is None and not SocialAccount.objects.exists()
    assert "An account with this email address already exists" in page.content.decode()


def test_a_second_factor_is_asked_for_all_the_same(client, issuer, owner, verified):
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": "x"})
    page = sign_in(client, issuer, **OLIVES)
    assert user_of(client) is None
    assert page.redirect_chain[-1][0].startswith("/accounts/2fa/")


def test_an_account_that_is_closed_stays_closed(client, issuer, owner, verified):
    sign_in(client, issuer, **OLIVES)
    owner.is_active = False
    owner.save()
    later = Client()
    sign_in(later, issuer, **OLIVES)
    assert user_of(later) is None


def test_somebody_connects_their_account_and_takes_it_apart_again(owner_client, issuer, owner):
    owner_client.post("/accounts/reauthenticate/", {"password": "shelf-of-olive"})
    sign_in(owner_client, issuer, process="connect", email="other@example.org", email_verified=True)
    account = owner.socialaccount_set.get()
    page = owner_client.get("/accounts/3rdparty/").content.decode()
    assert "The Reading Room" in page and "Disconnect" in page
    owner_client.post("/accounts/3rdparty/", {"account": account.pk})
    assert not owner.socialaccount_set.exists()


def test_what_is_anothers_already_is_not_connected(owner_client, issuer, owner, stranger):
    SocialAccount.objects.create(user=stranger, provider="oidc", uid="7c1f")
    owner_client.post("/accounts/reauthenticate/", {"password": "shelf-of-olive"})
    sign_in(owner_client, issuer, process="connect")
    assert SocialAccount.objects.get().user == stranger


# ── Tokens of the same issuer ───────────────────────────────────────────────────────────────────────────────────────
def test_pages_and_tokens_of_one_issuer_lead_to_one_account(client, issuer, owner, stranger, settings):
    settings.JWT_ISSUER = issuer.name
    OutsideIdentity.objects.create(user=owner, issuer=issuer.name, subject="7c1f")
    sign_in(client, issuer)
    assert user_of(client) == owner
    SocialAccount.objects.create(user=stranger, provider="oidc", uid="8d20")
    assert issuers.known_identity(issuer.name, "8d20") == stranger
    assert issuers.known_identity("https://elsewhere.example.org", "8d20") is None


def test_whoever_leaves_is_not_known_there_any_more(client, issuer, owner, verified):
    sign_in(client, issuer, **OLIVES)
    account_deletion.close_account(owner)
    assert not SocialAccount.objects.exists()
