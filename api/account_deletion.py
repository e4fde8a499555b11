"""Deleting an account with all its data."""

from allauth.core import ratelimit
from django.contrib.auth import logout
from ninja import Status
from pydantic import Field

from accounts import account_deletion
from accounts.forms import DeleteAccountForm
from api.authentication import SIGNED_IN, AuthenticatedRequest
from api.errors import Problem
from api.schemas import In, Text, router
from library.forms.fields import error_sentence

calls = router("Sign-in", auth=SIGNED_IN)


class DeleteAccountIn(In):
    """The owner confirms with their username and password."""

    username: Text = Field(max_length=200, examples=["olive"], description="Your username.")
    password: Text = Field("", max_length=200, description="Your password, if the account has one.")


@calls.post("/me/delete", response={204: None})
def delete_account(request: AuthenticatedRequest, body: DeleteAccountIn):
    """Permanently deletes your account with all books, scans and photos. To keep a copy, call `GET /export.json` first."""
    user = request.user
    if not ratelimit.consume(request, action="login_failed", key=user.get_username()):
        raise Problem(429, "too-many-attempts", "Too many attempts. Try again in a few minutes.", {"Retry-After": "300"})
    form = DeleteAccountForm(user, {"name": body.username, "password": body.password})
    if not form.is_valid():
        raise Problem(403, "not-confirmed", error_sentence(form))
    if request.auth.by == "session":
        logout(request)
    account_deletion.delete_account(user)
    return Status(204, None)
