"""An outside issuer of tokens, such as a Cognito user pool: its signatures are checked against the keys it publishes.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html"""

from functools import lru_cache

import jwt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from accounts import oidc
from accounts.models import OutsideIdentity

# Only kinds with a private key: with HS256 whoever reads the public one could sign.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
LEEWAY = 30  # seconds that clocks may differ


class Issuer:
    def __init__(self, name: str, audience: str, keys: jwt.PyJWKClient):
        self.name, self.audience, self.keys = name, audience, keys

    def claims_of(self, token: str) -> dict | None:
        """What a good token says; None where it is not one of theirs for us."""
        try:
            if jwt.decode(token, options={"verify_signature": False}).get("iss") != self.name:
                return None  # before anybody is asked for keys
            key = self.keys.get_signing_key_from_jwt(token)
            claims = jwt.decode(
                token, key, algorithms=ALGORITHMS, issuer=self.name, leeway=LEEWAY,
                options={"require": ["exp", "sub", "iss"], "verify_aud": False},
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError, TypeError):
            return None
        return claims if self._is_for_us(claims) else None

    def _is_for_us(self, claims: dict) -> bool:
        """Cognito's identity tokens say so in `aud`, its access tokens in `client_id`."""
        if claims.get("token_use", "access") not in ("access", "id"):
            return False
        audiences = claims.get("aud") or claims.get("client_id") or []
        return self.audience in ([audiences] if isinstance(audiences, str) else audiences)


def user_of(token: str):
    """Our user behind a token of the outside issuer, made at the first sight; None where the token is not good."""
    issuer = from_settings()
    claims = issuer.claims_of(token) if issuer else None
    subject = str(claims["sub"]) if claims else ""
    if not subject or len(subject) > 255 or "\x00" in subject:
        return None
    user = known(issuer.name, subject) or _make(issuer.name, subject, claims)
    return user if user.is_active else None


def from_settings() -> Issuer | None:
    return _issuer(settings.JWT_ISSUER, settings.JWT_AUDIENCE, settings.JWT_JWKS_URL) if settings.JWT_ISSUER else None


@lru_cache(maxsize=8)
def _issuer(name: str, audience: str, url: str) -> Issuer:
    # The keys are kept for some minutes; for a key that is not among them they are asked anew, but twice a minute at most.
    return Issuer(name, audience, jwt.PyJWKClient(url, lifespan=600, timeout=5, cooldown_duration=30))


def known(issuer: str, subject: str):
    """By a token before, or by a sign-in at the same issuer (see oidc.py)."""
    found = OutsideIdentity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
    return found.user if found else oidc.known_by_sign_in(issuer, subject)


def _make(issuer: str, subject: str, claims: dict):
    """An account of its own. It is never joined to one that is there by an address: that would hand over somebody's library."""
    try:
        with transaction.atomic():
            user = get_user_model().objects.create_user(_free_name(claims, subject))
            OutsideIdentity.objects.create(user=user, issuer=issuer, subject=subject)
            return user
    except IntegrityError:
        return known(issuer, subject) or _make(issuer, subject, {})  # made at the same moment, or the name was


def _free_name(claims: dict, subject: str) -> str:
    """Their name where it is free here, else what the issuer knows them by."""
    name = str(claims.get("cognito:username") or claims.get("username") or claims.get("preferred_username") or "")
    fits = 0 < len(name) <= 150 and name.isprintable() and "@" not in name
    if fits and not get_user_model().objects.filter(username__iexact=name).exists():
        return name
    return f"outside-{subject}"[:150]
