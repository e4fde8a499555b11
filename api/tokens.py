"""API tokens, programs that signed in with a password, and secret feed addresses."""

from datetime import datetime, timedelta
from typing import Annotated

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Status
from pydantic import Field

from accounts import feeds, tokens
from accounts.forms import MOST_TOKENS
from accounts.models import ApiToken, Scope, TokenFamily
from api.authentication import SIGNED_IN
from api.errors import Problem, invalid, not_found
from api.schemas import In, Key, OneOf, Out, Page, Slice, Text, router

token_calls = router("Tokens", auth=SIGNED_IN)
feed_calls = router("Feeds", auth=SIGNED_IN)
LONGEST_DAYS = 3650
ScopeName = Annotated[str, OneOf(*Scope.values)]


class TokenIn(In):
    name: Annotated[Text, Field(min_length=1, max_length=100, examples=["Scanner in the study"])]
    scopes: Annotated[list[ScopeName], Field(min_length=1, max_length=3, examples=[["scan"]])]
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] | None = Field(
        365, description="How long it is valid; null: until it is revoked."
    )


class TokenOut(Out):
    id: int
    name: str
    scopes: list[ScopeName]
    hint: str = Field(description="Its last characters.")
    created: datetime
    expires: datetime | None
    last_used: datetime | None


class FreshTokenOut(TokenOut):
    token: str = Field(description="The token itself, shown only once.", examples=["bimg_…"])


class ProgramOut(Out):
    """A sign-in with `POST /auth/token`, and all tokens issued for it."""

    id: int
    agent: str = Field(description="The name the program gives itself.")
    created: datetime
    last_used: datetime


class FeedsOut(Out):
    loans: str = Field(description="A calendar of loans with their due dates; empty if there are no secret addresses.")
    added: str = Field(description="An RSS feed of new books; empty if there are no secret addresses.")
    opds: str = Field(description="The catalogue for reader apps, which need to sign in.")


def _confirmed(request):
    """As on the page, the password must have been entered recently, so that nobody creates tokens in a browser left open."""
    if request.auth.by == "session" and is_reauthentication_required(request, app=""):
        sentence = "Confirm that it is you on the “API tokens” page in Settings, or sign in with `POST /auth/token`."
        raise Problem(403, "confirm-first", sentence)


def _own_token(rows, key: int):
    row = rows.filter(pk=key).first()
    if row is None:
        raise not_found()
    return row


# ── Tokens ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@token_calls.get("/tokens", response=Page[TokenOut])
def list_tokens(request: HttpRequest, paging: Query[Slice]):
    """Lists your personal API tokens, newest first, without the tokens themselves, which are not stored."""
    return paging.of(ApiToken.objects.filter(user=request.user))


# Without an Idempotency-Key, which would store the response, and so the token, for a day.
@token_calls.post("/tokens", response={201: FreshTokenOut})
def add_token(request: HttpRequest, body: TokenIn):
    """Creates a personal token for a program. The token is only shown in this response."""
    _confirmed(request)
    if ApiToken.objects.filter(user=request.user).count() >= MOST_TOKENS:
        raise invalid(f"You already have {MOST_TOKENS} tokens. Revoke one that you no longer need.")
    expires = timezone.now() + timedelta(days=body.days) if body.days else None
    token, key = tokens.make_api_token(request.user, body.name, list(dict.fromkeys(body.scopes)), expires)
    names = ("id", "name", "scopes", "hint", "created", "expires", "last_used")
    return Status(201, {name: getattr(token, name) for name in names} | {"token": key})


@token_calls.delete("/tokens/{token_id}", response={204: None})
def revoke_api_token(request: HttpRequest, token_id: Key):
    """Revokes the token."""
    _own_token(ApiToken.objects.filter(user=request.user), token_id).delete()
    return Status(204, None)


@token_calls.get("/programs", response=Page[ProgramOut])
def list_programs(request: HttpRequest, paging: Query[Slice]):
    """Lists programs that signed in with a username and password and have not been signed out."""
    return paging.of(TokenFamily.objects.filter(user=request.user, revoked__isnull=True))


@token_calls.delete("/programs/{program_id}", response={204: None})
def sign_program_out(request: HttpRequest, program_id: Key):
    """Revokes all tokens of that sign-in."""
    _own_token(TokenFamily.objects.filter(user=request.user, revoked__isnull=True), program_id).revoke()
    return Status(204, None)


# ── Feeds ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _feeds_of(request) -> dict:
    secret, whole = feeds.secret_of(request.user), request.build_absolute_uri
    named = {"loans": "feed_loans", "added": "feed_added"}
    secret_ones = {key: whole(reverse(name, args=[secret])) if secret else "" for key, name in named.items()}
    return secret_ones | {"opds": whole(reverse("opds"))}


@feed_calls.get("/feeds", response=FeedsOut)
def get_feeds(request: HttpRequest):
    """Returns the addresses of your feeds. Anyone who knows a secret address can read that feed."""
    return _feeds_of(request)


@feed_calls.post("/feeds/renew", response=FeedsOut)
def renew_feeds(request: HttpRequest):
    """Creates new secret addresses; the previous ones stop working."""
    feeds.renew_feed_key(request.user)
    return _feeds_of(request)


@feed_calls.delete("/feeds", response={204: None})
def revoke_feed_addresses(request: HttpRequest):
    """Revokes the secret addresses."""
    feeds.revoke_feed_key(request.user)
    return Status(204, None)
