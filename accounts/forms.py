"""Forms for API tokens, webhooks and the deletion of an account."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import tokens
from accounts.models import ApiToken, Event, Scope, Webhook
from accounts.outbound import Sender, Unsafe

LIVES = {"30": "30 days", "90": "90 days", "365": "1 year", "": "No expiry"}
MOST_TOKENS = 50
MOST_WEBHOOKS = 20


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100, label="Name", widget=forms.TextInput(attrs={"placeholder": "Scanner in the study"}))
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, label="Permissions", widget=forms.CheckboxSelectMultiple, initial=[Scope.READ]
    )
    days = forms.ChoiceField(choices=list(LIVES.items()), label="Valid for", required=False, initial="365")

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self):
        if self.user.api_tokens.count() >= MOST_TOKENS:
            raise ValidationError(f"You already have {MOST_TOKENS} tokens. Revoke one that you no longer need.")
        return super().clean()

    def save(self) -> tuple[ApiToken, str]:
        days = self.cleaned_data["days"]
        expires = timezone.now() + timedelta(days=int(days)) if days else None
        return tokens.make_api_token(self.user, self.cleaned_data["name"], self.cleaned_data["scopes"], expires)


class WebhookForm(forms.ModelForm):
    url = forms.URLField(
        max_length=500,
        label="Address",
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://example.org/hook"}),
    )
    events = forms.MultipleChoiceField(choices=Event.choices, label="Events", widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Webhook
        fields = ["url", "events"]

    def __init__(self, sender: Sender, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.sender = sender

    def clean_url(self):
        url = self.cleaned_data["url"]
        try:
            self.sender.address_of(url)
        except Unsafe as error:
            raise ValidationError(str(error)) from None
        return url

    def clean(self):
        if self.instance.pk is None and self.instance.user.webhooks.count() >= MOST_WEBHOOKS:
            raise ValidationError(f"You already have {MOST_WEBHOOKS} webhooks. Delete one that you no longer need.")
        return super().clean()


class DeleteAccountForm(forms.Form):
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
