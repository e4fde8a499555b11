"""The page for deleting an account: what will be deleted, the exports, then the username and password."""

from allauth.core import ratelimit
from django import forms
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import render

from accounts import account_deletion


class LeaveForm(forms.Form):
    """The owner confirms by typing. Accounts that sign in elsewhere have no password."""

    name = forms.CharField(
        label="Type your username", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    password = forms.CharField(
        label="Your password", max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        if not user.has_usable_password():
            del self.fields["password"]

    def clean_name(self):
        if self.cleaned_data["name"].strip() != self.user.get_username():
            raise ValidationError(f"That is not your username. It is {self.user.get_username()}.")
        return self.cleaned_data["name"]

    def clean_password(self):
        if not self.user.check_password(self.cleaned_data["password"]):
            raise ValidationError("That is not your password.")
        return self.cleaned_data["password"]


@login_required
def leave(request):
    user = request.user
    form = LeaveForm(user, request.POST or None)
    if request.method == "POST":
        # Limited, so that nobody can guess passwords in a browser left open.
        if refused := ratelimit.consume_or_429(request, action="login_failed", key=user.get_username()):
            return refused
        if form.is_valid():
            logout(request)
            account_deletion.leave(user)
            return render(request, "accounts/account_deleted.html")
    counts = {"books": user.books.count(), "scans": user.scans.count(), "shelves": user.shelves.count()}
    return render(request, "accounts/delete_account.html", {"form": form, "counts": counts}, status=422 if form.errors else 200)
