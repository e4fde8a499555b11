"""Our own sign-in tokens: an access token for an hour, and a refresh token for one use.

All tokens from one sign-in are a family. A refresh token that is used twice has been copied, so its family ends. A family
also ends when the password changes, and when a second factor is added after the sign-in."""

import hashlib
import secrets
from datetime import timedelta

import jwt
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.utils import timezone

from accounts.models import RefreshToken, TokenFamily, secret_digest

ISSUER = AUDIENCE = "bookimg"
ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=30)


class RefreshError(Exception):
    """Explains why there is no new token."""


def begin_token_family(user, agent: str = "", by_mfa: bool = False) -> dict[str, str]:
    """Issues the first pair of tokens of a new family."""
    family = TokenFamily.objects.create(user=user, agent=agent[:200], by_mfa=by_mfa, stamp=_stamp_of(user))
    return _pair(family)


def refresh(token: str) -> dict[str, str]:
    """Exchanges a refresh token for the next pair."""
    rows = RefreshToken.objects.select_related("family__user")
    found = rows.filter(digest=secret_digest(token)).first()
    if found is None or found.expires <= timezone.now() or not _is_alive(found.family):
        raise RefreshError("This refresh token is no longer valid. Sign in again.")
    # Of two at the same moment, the database lets one through.
    if not RefreshToken.objects.filter(pk=found.pk, used__isnull=True).update(used=timezone.now()):
        found.family.revoke()
        raise RefreshError(
            "This refresh token has already been used, so all tokens from that sign-in have been revoked. Sign in again."
        )
    TokenFamily.objects.filter(pk=found.family_id).update(last_used=timezone.now())
    return _pair(found.family)


def user_of_access_token(token: str):
    """The user and family of an access token, or None if it is not valid."""
    try:
        claims = jwt.decode(
            token, _key(), algorithms=["HS256"], audience=AUDIENCE, issuer=ISSUER, options={"require": ["exp", "sub", "family"]}
        )
    except (jwt.PyJWTError, ValueError):
        return None
    if not isinstance(claims["family"], int):
        return None
    family = TokenFamily.objects.select_related("user").filter(pk=claims["family"]).first()
    return family.user if family and _is_alive(family) else None


def _is_alive(family: TokenFamily) -> bool:
    if family.revoked or not family.user.is_active or family.stamp != _stamp_of(family.user):
        return False
    return family.by_mfa or not is_mfa_enabled(family.user)


def _stamp_of(user) -> str:
    """A fingerprint that changes with the password."""
    return user.get_session_auth_hash()[:64]


def _pair(family: TokenFamily) -> dict[str, str]:
    now = timezone.now()
    refresh_token = secrets.token_urlsafe(48)
    RefreshToken.objects.filter(family=family, expires__lte=now).delete()
    RefreshToken.objects.create(family=family, digest=secret_digest(refresh_token), expires=now + REFRESH_LIFE)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(family.user_id),
        "family": family.pk,
        "iat": now,
        "exp": now + ACCESS_LIFE,
    }
    access = jwt.encode(claims | {"jti": secrets.token_hex(8)}, _key(), algorithm="HS256")
    return {"access": access, "refresh": refresh_token}


def _key() -> str:
    """Derived from SECRET_KEY, for this use only."""
    return hashlib.sha256(f"accounts.jwts:{settings.SECRET_KEY}".encode()).hexdigest()
