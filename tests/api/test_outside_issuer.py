"""Tokens of an outside issuer: its keys come from a real address, its claims are those of Cognito."""

import gzip
import json
import threading
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import time

import boto3
import jwt
import moto.cognitoidp
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import get_user_model
from moto import mock_aws

from accounts import issuers
from tests.api.conftest import Program

pytestmark = pytest.mark.slow

AUDIENCE = "client-of-bookimg"
THEIR_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ANOTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def published(key, name: str) -> dict:
    return json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) | {"kid": name, "use": "sig", "alg": "RS256"}


class Issuer:
    """Publishes its keys on this machine and counts how often it is asked."""

    def __init__(self):
        self.keys, self.asked = [published(THEIR_KEY, "first")], 0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked += 1
                body = json.dumps({"keys": issuer.keys}).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.name = f"http://127.0.0.1:{self.server.server_port}/pool"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def claims(self, **changed) -> dict:
        """As Cognito writes them into an access token."""
        now = int(time())
        claims = {
            "sub": "7c1f2a90-aaaa", "iss": self.name, "client_id": AUDIENCE, "token_use": "access", "username": "nora",
            "iat": now, "exp": now + 3600,
        }  # fmt: skip
        return {name: value for name, value in {**claims, **changed}.items() if value is not None}

    def token(self, key=THEIR_KEY, name="first", algorithm="RS256", **changed) -> str:
        return jwt.encode(self.claims(**changed), key, algorithm=algorithm, headers={"kid": name})


@pytest.fixture
def issuer(settings, db):
    issuer = Issuer()
    settings.JWT_ISSUER, settings.JWT_AUDIENCE = issuer.name, AUDIENCE
    settings.JWT_JWKS_URL = f"{issuer.name}/.well-known/jwks.json"
    issuers._issuer.cache_clear()
    yield issuer
    issuer.server.shutdown()
    issuer.server.server_close()


def me(token: str):
    return Program(token).get("/me")


def test_an_access_token_makes_an_account_at_its_first_call(issuer):
    first, second = me(issuer.token()), me(issuer.token())
    assert first.status_code == 200, first.content
    assert (first.json()["username"], first.json()["signedInBy"]) == ("nora", "outside")
    assert first.json()["id"] == second.json()["id"]
    assert not get_user_model().objects.get().has_usable_password()


def test_an_identity_token_says_its_audience_in_aud(issuer):
    assert me(issuer.token(token_use="id", client_id=None, aud=AUDIENCE)).status_code == 200
    assert me(issuer.token(token_use="id", client_id=None, aud=[AUDIENCE, "others"])).status_code == 200


def test_it_is_never_joined_to_an_account_that_is_there(issuer, owner):
    answer = me(issuer.token(username="olive", email="olive@example.org", email_verified=True)).json()
    assert answer["id"] != owner.pk and answer["username"] != "olive"


def hmac_with_public_key(issuer) -> str:
    """The classic: the public key, which everybody can read, taken for a shared secret."""
    pem = THEIR_KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    key = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    head, body = (urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (
        {"alg": "HS256", "typ": "JWT", "kid": "first"}, issuer.claims()))  # fmt: skip
    return b".".join([head, body, urlsafe_b64encode(key.sign(head + b"." + body, pem)).rstrip(b"=")]).decode()


def tampered(issuer) -> str:
    head, _, signature = issuer.token().split(".")
    body = urlsafe_b64encode(json.dumps(issuer.claims(sub="somebody-else")).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


REFUSED = {
    "tampered": tampered,
    "expired": lambda issuer: issuer.token(exp=int(time()) - 60),
    "without an end": lambda issuer: issuer.token(exp=None),
    "for another client": lambda issuer: issuer.token(client_id="another-client"),
    "for another audience": lambda issuer: issuer.token(client_id=None, aud="another-client", token_use="id"),
    "for nobody": lambda issuer: issuer.token(client_id=None),
    "of another issuer": lambda issuer: issuer.token(iss="https://elsewhere.example.org/pool"),
    "of no issuer": lambda issuer: issuer.token(iss=None),
    "of nobody": lambda issuer: issuer.token(sub=None),
    "with an empty subject": lambda issuer: issuer.token(sub=""),
    "a refresh token": lambda issuer: issuer.token(token_use="refresh"),
    "not signed": lambda issuer: jwt.encode(issuer.claims(), None, algorithm="none", headers={"kid": "first"}),
    "signed with the public key as a secret": hmac_with_public_key,
    "signed by somebody else": lambda issuer: issuer.token(key=ANOTHER_KEY),
    "of a key that is not published": lambda issuer: issuer.token(key=ANOTHER_KEY, name="second"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_is_refused(issuer, why):
    assert me(issuer.token()).status_code == 200, "the control"
    answer = me(REFUSED[why](issuer))
    assert (answer.status_code, answer.json()["code"]) == (401, "bad-token")
    assert get_user_model().objects.count() == 1


def test_a_key_that_is_published_later_is_asked_for_but_not_again_and_again(issuer):
    me(issuer.token())
    issuer.keys.append(published(ANOTHER_KEY, "second"))
    asked = issuer.asked
    for _ in range(5):
        me(issuer.token(key=ANOTHER_KEY, name="second"))
    assert issuer.asked == asked, "within half a minute of the last look, made-up keys cost the issuer nothing"
    issuers.issuer_from_settings().keys.cooldown_duration = 0  # half a minute later
    assert me(issuer.token(key=ANOTHER_KEY, name="second")).status_code == 200


def test_an_issuer_that_does_not_answer_lets_nobody_in(issuer, settings):
    settings.JWT_JWKS_URL = "http://127.0.0.1:9/jwks.json"
    assert me(issuer.token()).status_code == 401


def test_without_an_issuer_in_the_settings_its_tokens_are_nothing(issuer, settings):
    settings.JWT_ISSUER = ""
    assert me(issuer.token()).status_code == 401


# ── A pool of Cognito, as moto plays it ─────────────────────────────────────────────────────────────────────────────
def test_tokens_that_a_pool_of_cognito_gives_are_taken(issuer, settings):
    with mock_aws():
        cognito = boto3.client("cognito-idp", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
        pool = cognito.create_user_pool(PoolName="readers")["UserPool"]["Id"]
        app = cognito.create_user_pool_client(UserPoolId=pool, ClientName="bookimg", ExplicitAuthFlows=["ADMIN_NO_SRP_AUTH"])
        client_id = app["UserPoolClient"]["ClientId"]
        cognito.admin_create_user(UserPoolId=pool, Username="nora", TemporaryPassword="Quiet-River-1")
        cognito.admin_set_user_password(UserPoolId=pool, Username="nora", Password="Quiet-River-1", Permanent=True)
        answer = cognito.admin_initiate_auth(
            UserPoolId=pool, ClientId=client_id, AuthFlow="ADMIN_NO_SRP_AUTH",
            AuthParameters={"USERNAME": "nora", "PASSWORD": "Quiet-River-1"},
        )["AuthenticationResult"]  # fmt: skip
    keys = Path(moto.cognitoidp.__file__).parent / "resources/jwks-public.json.gz"
    issuer.keys = json.loads(gzip.decompress(keys.read_bytes()))["keys"]
    settings.JWT_ISSUER, settings.JWT_AUDIENCE = f"https://cognito-idp.eu-west-1.amazonaws.com/{pool}", client_id
    access, identity = me(answer["AccessToken"]), me(answer["IdToken"])
    assert access.status_code == identity.status_code == 200, access.content + identity.content
    assert access.json()["id"] == identity.json()["id"]
    settings.JWT_AUDIENCE = "another-client"
    assert me(answer["AccessToken"]).status_code == 401
