"""Single sign-on with OpenID Connect, through allauth: which account a person gets.

An email address never gives access to somebody else's account: an existing account is only used if both the issuer and we
have verified its address. An address that the issuer has not verified is ignored and not stored."""

import logging

from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import login
from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from requests import RequestException

from accounts.models import OutsideIdentity

PROVIDER = "oidc"
logger = logging.getLogger("accounts.oidc")
TAKEN = "An account with this email address already exists. Sign in to it as usual, then connect it in Settings."
NO_ANSWER = "The sign-in service is not responding. Try again in a moment, or sign in with your password."


class Adapter(DefaultSocialAccountAdapter):
    def populate_user(self, request, sociallogin, data):
        """Only verified addresses count. Cognito writes `"false"` instead of `false`."""
        for address in sociallogin.email_addresses:
            address.verified = str(address.verified).lower() == "true"
        sociallogin.email_addresses = [address for address in sociallogin.email_addresses if address.verified]
        known = sociallogin.email_addresses[0].email if sociallogin.email_addresses else ""
        return super().populate_user(request, sociallogin, {**data, "email": known})

    def authenticate_by_email(self, sociallogin):
        found = super().authenticate_by_email(sociallogin)
        return found if found and _is_verified_here(*found) else None

    def pre_social_login(self, request, sociallogin):
        if sociallogin.is_existing or sociallogin.state.get("process") == "connect":
            return
        if user := _known_by_token(sociallogin.account.uid):
            sociallogin.connect(request, user)
        elif any(filter_users_by_email(address.email) for address in sociallogin.email_addresses):
            messages.error(request, TAKEN)
            raise ImmediateHttpResponse(redirect("account_login"))


def _is_verified_here(user, email: str) -> bool:
    return EmailAddress.objects.filter(user=user, email__iexact=email, verified=True).exists()


def _known_by_token(subject: str):
    """The user whose tokens from the same issuer the API has already accepted."""
    if settings.OIDC_ISSUER != settings.JWT_ISSUER:
        return None
    found = OutsideIdentity.objects.select_related("user").filter(issuer=settings.OIDC_ISSUER, subject=subject).first()
    return found and found.user


def known_by_sign_in(issuer: str, subject: str):
    """The reverse: the user for tokens of an issuer where somebody has signed in."""
    if issuer != settings.OIDC_ISSUER:
        return None
    found = SocialAccount.objects.select_related("user").filter(provider=PROVIDER, uid=subject).first()
    return found and found.user


@never_cache
@require_POST
def oidc_sign_in(request):
    """Redirects to the issuer through a page of ours: our Content-Security-Policy only allows forms to our own site."""
    if not settings.OIDC_ISSUER:
        raise Http404
    try:
        answer = login(request, provider_id=PROVIDER)
    except (RequestException, OAuth2Error, KeyError, ValueError):
        logger.warning("the issuer is not responding", exc_info=True)
        messages.error(request, NO_ANSWER)
        return redirect("account_login")
    if answer.status_code != 302:
        return answer
    return render(request, "accounts/to_issuer.html", {"address": answer.url, "name": settings.OIDC_NAME})
