"""A new password also revokes tokens: somebody who knew the old password may have created one."""

from allauth.account import forms as allauth_forms
from django import forms
from django.db import transaction

from accounts import feeds


class _WithTokens(forms.Form):
    keep_tokens = forms.BooleanField(label="Keep my API tokens and secret feed addresses", required=False)

    @transaction.atomic
    def save(self):
        super().save()  # pyrefly: ignore[missing-attribute]  # allauth's form comes next
        if not self.cleaned_data["keep_tokens"]:
            user = self.user  # pyrefly: ignore[missing-attribute]
            user.api_tokens.all().delete()
            feeds.revoke_feed_key(user)


class ChangePasswordForm(_WithTokens, allauth_forms.ChangePasswordForm):
    field_order = ["oldpassword", "password1", "password2", "keep_tokens"]


class SetPasswordForm(_WithTokens, allauth_forms.SetPasswordForm):
    field_order = ["password1", "password2", "keep_tokens"]


class ResetPasswordKeyForm(_WithTokens, allauth_forms.ResetPasswordKeyForm):
    field_order = ["password1", "password2", "keep_tokens"]
