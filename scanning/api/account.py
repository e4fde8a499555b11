"""Leaving: the account and everything of its owner's is deleted."""

from allauth.core import ratelimit
from django.contrib.auth import logout
from django.http import HttpRequest
from ninja import Status
from pydantic import Field

from accounts.api.auth import SIGNED_IN
from accounts.api.errors import Problem
from accounts.api.schema import In, Text, router
from scanning import leaving
from scanning.views.leaving import LeaveForm

calls = router("Sign-in", auth=SIGNED_IN)


class LeaveIn(In):
    """Typed by somebody who means it."""

    username: Text = Field(max_length=200, examples=["olive"], description="Your user name.")
    password: Text = Field("", max_length=200, description="Your password, where the account has one.")


@calls.post("/me/delete", response={204: None})
def delete_account(request: HttpRequest, body: LeaveIn):
    """Deletes your account with all books, scans and photos, for good. `GET /export.json` before, if you want to keep them."""
    user = request.user
    if not ratelimit.consume(request, action="login_failed", key=user.get_username()):
        raise Problem(429, "too-many-attempts", "Too many attempts. Try again in some minutes.", {"Retry-After": "300"})
    form = LeaveForm(user, {"name": body.username, "password": body.password})
    if not form.is_valid():
        sentence = " ".join(error for errors in form.errors.values() for error in errors)
        raise Problem(403, "not-confirmed", sentence)
    if request.auth.by == "session":
        logout(request)
    leaving.leave(user)
    return Status(204, None)
