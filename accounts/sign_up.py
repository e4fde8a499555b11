"""Who can sign up: everybody, people with an invitation, or nobody (the setting SIGN_UP). What strangers may learn on the way."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core import signing

PURPOSE = "an invitation"
DAYS = 14
IN_SESSION = "invitation"


def make_invitation(name: str) -> str:
    """A value for `/accounts/signup/?invitation=`, valid for 14 days. `name` is only a note; anybody can use the link."""
    return signing.dumps(name, salt=PURPOSE)


def _is_invited(request) -> bool:
    """Keeps the invitation in the session, because the sign-up form does not send it again."""
    text = request.GET.get("invitation") or request.session.get(IN_SESSION, "")
    try:
        signing.loads(text, salt=PURPOSE, max_age=DAYS * 86_400)
    except signing.BadSignature as error:
        request.invitation_expired = isinstance(error, signing.SignatureExpired)  # for the page that says so
        return False
    request.session[IN_SESSION] = text
    return True


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return settings.SIGN_UP == "open" or (settings.SIGN_UP == "invitation" and _is_invited(request))

    def send_account_already_exists_mail(self, email):
        """Takes as long as creating the account would, so that the time does not tell who has one."""
        make_password(email)
        super().send_account_already_exists_mail(email)

    def _get_login_attempts_cache_key(self, request, **credentials):
        """Failed sign-ins count per name and address: nobody can lock the owner of an account out from elsewhere."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{ratelimit.get_ip(request)}"
