"""Authentication by `Authorization: Bearer`, or by a browser session with its CSRF token. Reading needs the scope `read`,
everything else `write`; for calls about scans, `scan` is enough."""

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from accounts import grants, rates
from accounts.models import Scope
from api.errors import Problem

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="BookImg"'}
SAFE = ("GET", "HEAD", "OPTIONS")


class AuthenticatedRequest(HttpRequest):
    """A request that one of the classes below has authenticated."""

    user: User  # pyrefly: ignore[bad-override-mutable-attribute]  # nobody is anonymous there
    auth: grants.Grant
    share: rates.Share


class Bearer(HttpBearer):
    """An access token from `POST /auth/token`, a token from the configured outside issuer, or a personal API token."""

    def __init__(self, *also: str, signed_in: bool = False):
        super().__init__()
        self.also, self.signed_in = also, signed_in

    def authenticate(self, request, token: str) -> grants.Grant:
        grant = grants.grant_of_bearer(token)
        if grant is None:
            raise Problem(401, "bad-token", "This token is not valid or has expired. Sign in again.", CHALLENGE)
        request.user = request._cached_user = grant.user
        if self.signed_in and grant.by == "token":
            raise Problem(403, "sign-in-first", "A personal API token cannot do this. Sign in with your password.")
        needed = Scope.READ if request.method in SAFE else Scope.WRITE
        if not grant.allows(needed, *self.also):
            raise Problem(403, "scope", f"This token cannot do that: it needs the scope “{needed}”.")
        return grant


class SessionCookie(APIKeyCookie):
    """The session of a signed-in browser. Calls that change something must send the CSRF token in `X-CSRFToken`."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self):
        super().__init__(csrf=False)  # checked below, and only if somebody is signed in

    def authenticate(self, request, key) -> grants.Grant | None:
        if not request.user.is_authenticated:
            return None
        if request.method not in SAFE and check_csrf(request) is not None:
            raise Problem(403, "csrf", "This request has no valid CSRF token. Reload the page.")
        return grants.Grant(request.user)


EVERYBODY = [Bearer(), SessionCookie()]
SCANNERS = [Bearer(Scope.SCAN), SessionCookie()]
SIGNED_IN = [Bearer(signed_in=True), SessionCookie()]  # no personal tokens: one must not create a stronger one
