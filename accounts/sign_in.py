"""Sign-in with username and password without a browser, and with the second factor if the account has one."""

from collections.abc import Callable
from typing import cast

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.mfa.base.forms import BaseAuthenticateForm
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

# For pages that give programs access: a session is enough for viewing them, but changes need the password again.
with_fresh_sign_in = cast(Callable[[Callable], Callable], reauthentication_required(allow_get=True))


class SignInError(Exception):
    """Explains why a sign-in failed. `code` is its slug: sign-in-failed, mfa-required, too-many-attempts."""

    def __init__(self, sentence: str, code: str = "sign-in-failed"):
        super().__init__(sentence)
        self.code = code


def sign_in_by_password(request, login: str, password: str, code: str = ""):
    """The user, and whether a second factor was used. Failed attempts count together with those on the sign-in page."""
    user = _by_password(request, login, password)
    if not user or not user.is_active:
        raise SignInError("The username or password is wrong.")
    if not is_mfa_enabled(user):
        return user, False
    if not code:
        raise SignInError(
            "This account uses two-factor authentication: send its current code as `code`, or use a personal API token.",
            "mfa-required",
        )
    _check_code(user, code)
    return user, True


def _by_password(request, login: str, password: str) -> User | None:
    name = "email" if "@" in login else "username"
    try:
        return cast(User | None, get_adapter().authenticate(request, **{name: login, "password": password}))
    except ValidationError as error:
        raise SignInError(" ".join(map(str, error.messages)), "too-many-attempts") from None


def _check_code(user, code: str):
    form = BaseAuthenticateForm({"code": code}, user=user)
    if form.is_valid():
        form.authenticator.record_usage()
        return
    errors = form.errors.as_data().get("code", [])
    limited = any(error.code == "too_many_login_attempts" for error in errors)
    raise SignInError(" ".join(map(str, form.errors["code"])), "too-many-attempts" if limited else "mfa-failed")
