"""Secret feed addresses, for calendars and readers that cannot sign in. The address holds a nonce and our signature of it: who
reads the database alone cannot make one, and with a new nonce the old addresses lead nowhere."""

from django.core.signing import BadSignature, Signer

from accounts.models import FeedKey, new_nonce

signer = Signer(salt="accounts.feeds", sep="~")


def secret_of(user) -> str:
    """The part of the address that lets its bearer in; "" where there is none."""
    key = FeedKey.objects.filter(user=user).first()
    return signer.sign(key.nonce) if key else ""


def user_of(secret: str):
    try:
        nonce = signer.unsign(secret)
    except BadSignature:
        return None
    key = FeedKey.objects.select_related("user").filter(nonce=nonce, user__is_active=True).first()
    return key and key.user


def renew(user) -> str:
    """New addresses; the old ones lead nowhere from now on."""
    FeedKey.objects.update_or_create(user=user, defaults={"nonce": new_nonce()})
    return secret_of(user)


def revoke(user):
    FeedKey.objects.filter(user=user).delete()
