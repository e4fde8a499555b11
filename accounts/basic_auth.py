"""Feed readers sign in with `Authorization: Basic`: the username, and as password a personal API token or, if the account has no
second factor, its password. Bearer tokens and browser sessions work too."""

import base64
import binascii
from functools import wraps

from django.http import HttpResponse

from accounts import grants, rates, tokens
from accounts.models import Scope
from accounts.sign_in import SignInError, sign_in_by_password

CHALLENGE = 'Basic realm="BookImg", charset="UTF-8"'


def for_readers(view):
    """For a page that feed readers fetch: 401 with a Basic challenge, 403 without the scope to read, 429 after too many calls."""

    @wraps(view)
    def call(request, *args, **more):
        grant = _grant_of(request)
        if grant is None:
            sentence = "Sign in with your username and a personal API token."
            return HttpResponse(sentence, status=401, content_type="text/plain", headers={"WWW-Authenticate": CHALLENGE})
        if not grant.allows(Scope.READ):
            return HttpResponse("This token cannot read your library.", status=403, content_type="text/plain")
        request.auth, request.user = grant, grant.user
        if not rates.count_request(request, grant.user):
            wait = {"Retry-After": str(request.share.reset)}
            return HttpResponse(request.share.refusal, status=429, content_type="text/plain", headers=wait)
        return view(request, *args, **more)

    return call


def _grant_of(request) -> grants.Grant | None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return grants.grant_of_bearer(given.strip())
    if scheme.lower() == "basic":
        return _by_name(request, given)
    return grants.Grant(request.user) if request.user.is_authenticated else None


def _by_name(request, given: str) -> grants.Grant | None:
    try:
        name, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if not name or "\x00" in name + password:
        return None
    if password.startswith(tokens.PREFIX):
        grant = grants.grant_of_bearer(password)
        return grant if grant and name.casefold() in (grant.user.username.casefold(), grant.user.email.casefold()) else None
    try:
        return grants.Grant(sign_in_by_password(request, name, password)[0], by="basic")
    except SignInError:
        return None
