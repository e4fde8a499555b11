"""Personal API tokens: created and shown once, then looked up by their hash."""

import secrets
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.full_disk import saved_if_possible
from accounts.models import ApiToken, secret_digest

PREFIX = "bimg_"
NOTED_EVERY = timedelta(minutes=1)  # one write for each call would be too many


def make_api_token(user, name: str, scopes: list[str], expires: datetime | None = None) -> tuple[ApiToken, str]:
    """Creates a token. Returns the row and the key itself, which is not stored."""
    key = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, name=name, scopes=scopes, digest=secret_digest(key), hint=key[-4:], expires=expires
    )
    return token, key


def find_api_token(key: str) -> ApiToken | None:
    """The token for `key`, if it is still valid and its owner may sign in."""
    good = Q(expires__isnull=True) | Q(expires__gt=timezone.now())
    found = ApiToken.objects.filter(good, digest=secret_digest(key), user__is_active=True).select_related("user").first()
    if found:
        _note_use(found)
    return found


def _note_use(token: ApiToken):
    now = timezone.now()
    if token.last_used is None or now - token.last_used > NOTED_EVERY:
        with saved_if_possible():
            ApiToken.objects.filter(pk=token.pk).update(last_used=now)
