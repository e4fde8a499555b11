"""Secret feed addresses for calendars and readers that cannot sign in. An address contains a nonce and our signature of it, so
reading the database is not enough to forge one. A new nonce makes the old addresses invalid."""

from django.core.signing import BadSignature, Signer

from accounts.models import FeedKey, new_nonce

signer = Signer(salt="accounts.feeds", sep="~")


def secret_of(user) -> str:
    """The secret part of the address, or "" if there is none."""
    key = FeedKey.objects.filter(user=user).first()
    return signer.sign(key.nonce) if key else ""


def user_of_feed(secret: str):
    try:
        nonce = signer.unsign(secret)
    except BadSignature:
        return None
    key = FeedKey.objects.select_related("user").filter(nonce=nonce, user__is_active=True).first()
    return key and key.user


def renew_feed_key(user) -> str:
    """Creates new addresses; the old ones stop working."""
    FeedKey.objects.update_or_create(user=user, defaults={"nonce": new_nonce()})
    return secret_of(user)


def revoke_feed_key(user):
    FeedKey.objects.filter(user=user).delete()
