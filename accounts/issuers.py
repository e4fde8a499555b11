"""Tokens from an outside issuer, such as a Cognito user pool, verified with the keys it publishes.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html"""

from functools import lru_cache

import jwt
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from accounts import oidc
from accounts.models import OutsideIdentity

# Only algorithms with a private key: with HS256, anyone who knows the public key could sign.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
LEEWAY = 30  # seconds that clocks may be apart


class _Issuer:
    def __init__(self, name: str, audience: str, keys: jwt.PyJWKClient):
        self.name, self.audience, self.keys = name, audience, keys

    def claims_of(self, token: str) -> dict | None:
        """The claims of a valid token, or None if it is not from this issuer or not for us."""
        try:
            if jwt.decode(token, options={"verify_signature": False}).get("iss") != self.name:
                return None  # before the keys are fetched
            key = self.keys.get_signing_key_from_jwt(token)
            claims = jwt.decode(
                token, key, algorithms=ALGORITHMS, issuer=self.name, leeway=LEEWAY,
                options={"require": ["exp", "sub", "iss"], "verify_aud": False},
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError, TypeError):
            return None
        return claims if self._is_for_us(claims) else None

    def _is_for_us(self, claims: dict) -> bool:
        """Cognito's identity tokens have the audience in `aud`, its access tokens in `client_id`."""
        if claims.get("token_use", "access") not in ("access", "id"):
            return False
        audiences = claims.get("aud") or claims.get("client_id") or []
        return self.audience in ([audiences] if isinstance(audiences, str) else audiences)


def user_of_issuer_token(token: str):
    """Our user for a token of the outside issuer, created when first seen; None if the token is not valid."""
    issuer = issuer_from_settings()
    claims = issuer.claims_of(token) if issuer else None
    if not issuer or not claims:
        return None
    subject = str(claims["sub"])
    if not subject or len(subject) > 255 or "\x00" in subject:
        return None
    user = known_identity(issuer.name, subject) or _make(issuer.name, subject, claims)
    return user if user.is_active else None


def issuer_from_settings() -> _Issuer | None:
    return _issuer(settings.JWT_ISSUER, settings.JWT_AUDIENCE, settings.JWT_JWKS_URL) if settings.JWT_ISSUER else None


@lru_cache(maxsize=8)
def _issuer(name: str, audience: str, url: str) -> _Issuer:
    # The keys are cached for a few minutes. For an unknown key they are fetched again, at most twice a minute.
    return _Issuer(name, audience, jwt.PyJWKClient(url, lifespan=600, timeout=5, cooldown_duration=30))


def known_identity(issuer: str, subject: str):
    """From an earlier token, or a sign-in at the same issuer (see oidc.py)."""
    found = OutsideIdentity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
    return found.user if found else oidc.known_by_sign_in(issuer, subject)


def _make(issuer: str, subject: str, claims: dict):
    """Creates a separate account. It is never joined to an existing one by address: that could hand over somebody's library."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(_free_name(claims, subject))
            OutsideIdentity.objects.create(user=user, issuer=issuer, subject=subject)
            return user
    except IntegrityError:
        return known_identity(issuer, subject) or _make(
            issuer, subject, {}
        )  # the user or the name was created at the same moment


def _free_name(claims: dict, subject: str) -> str:
    """Their name if it is free here, otherwise the issuer's id."""
    name = str(claims.get("cognito:username") or claims.get("username") or claims.get("preferred_username") or "")
    fits = 0 < len(name) <= 150 and name.isprintable() and "@" not in name
    if fits and not User.objects.filter(username__iexact=name).exists():
        return name
    return f"outside-{subject}"[:150]
