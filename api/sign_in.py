"""Sign-in for programs, and information about the signed-in user."""

from datetime import datetime

from django.http import HttpRequest
from pydantic import Field, model_validator

from accounts import jwts
from accounts.sign_in import SignInError, sign_in_by_password
from api.authentication import EVERYBODY, AuthenticatedRequest
from api.errors import Problem
from api.schemas import In, Out, Text, router

calls = router("Sign-in")


class SignIn(In):
    username: Text = Field("", max_length=254, examples=["olive"])
    email: Text = Field("", max_length=254, examples=["olive@example.org"])
    password: Text = Field(max_length=4096, examples=["shelf-of-olive"])
    code: Text = Field("", max_length=20, description="The current two-factor code, or a recovery code.", examples=["123456"])

    @model_validator(mode="after")
    def named(self):
        if not (self.username or self.email):
            raise ValueError("Send `username` or `email`")
        return self


class TokensOut(Out):
    access: str = Field(description="A JWT, valid for an hour.")
    refresh: str = Field(description="Valid for one `POST /auth/refresh`, within 30 days.")


class Refresh(In):
    refresh: Text = Field(max_length=200, examples=["uN4c…"])


class MeOut(Out):
    id: int
    username: str = Field(examples=["olive"])
    email: str = Field(examples=["olive@example.org"])
    date_joined: datetime
    scopes: list[str] = Field(description="What this sign-in can do.", examples=[["read", "scan", "write"]])
    signed_in_by: str = Field(description="session, sign-in, outside or token", examples=["token"])


@calls.post("/auth/token", response={200: TokensOut, 401: None, 429: None}, auth=None)
def sign_in_for_tokens(request: HttpRequest, body: SignIn):
    """Exchanges a username and password for tokens. Accounts with a second factor also need a `code` (`mfa-required`)."""
    try:
        user, by_mfa = sign_in_by_password(request, body.email or body.username, body.password, body.code)
    except SignInError as error:
        status = 429 if error.code == "too-many-attempts" else 401
        raise Problem(status, error.code, str(error), {"Retry-After": "300"} if status == 429 else {}) from None
    return jwts.begin_token_family(user, request.headers.get("User-Agent", ""), by_mfa)


@calls.post("/auth/refresh", response={200: TokensOut, 401: None}, auth=None)
def refresh_tokens(request: HttpRequest, body: Refresh):
    """Returns the next pair of tokens. A refresh token is valid once; using it twice revokes all tokens of that sign-in."""
    try:
        return jwts.refresh(body.refresh)
    except jwts.RefreshError as error:
        raise Problem(401, "refresh-ended", str(error)) from None


@calls.get("/me", response=MeOut, auth=EVERYBODY)
def who_am_i(request: AuthenticatedRequest):
    """Returns the signed-in user and their permissions."""
    user, grant = request.auth.user, request.auth
    own = {name: getattr(user, name) for name in ("id", "username", "email", "date_joined")}
    return own | {"scopes": sorted(grant.scopes), "signed_in_by": grant.by}
