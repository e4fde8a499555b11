"""Who can sign up: everybody, people with an invitation, or nobody (the setting SIGN_UP)."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
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
    except signing.BadSignature:
        return False
    request.session[IN_SESSION] = text
    return True


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return settings.SIGN_UP == "open" or (settings.SIGN_UP == "invitation" and _is_invited(request))
