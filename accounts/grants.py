"""Who makes a call, and what they may do: the one place that reads tokens."""

from dataclasses import dataclass

from django.contrib.auth.models import User

from accounts import issuers, jwts, tokens
from accounts.models import Scope

ALL = frozenset(Scope.values)


@dataclass(frozen=True)
class Grant:
    user: User
    scopes: frozenset[str] = ALL
    by: str = "session"  # session, sign-in (our JWT), outside (another issuer's) or token (a personal one)

    def allows(self, *needed: str) -> bool:
        """Whether one of the scopes in `needed` is granted. `write` includes reading and scanning."""
        return Scope.WRITE in self.scopes or bool(self.scopes & set(needed))


def grant_of_bearer(secret: str) -> Grant | None:
    """The grant of a bearer token: a personal token, one of our access tokens, or one from the outside issuer."""
    if "\x00" in secret or not secret.isascii():
        return None
    if secret.startswith(tokens.PREFIX):
        found = tokens.find_api_token(secret)
        return Grant(found.user, frozenset(found.scopes), "token") if found else None
    if user := jwts.user_of_access_token(secret):
        return Grant(user, by="sign-in")
    if user := issuers.user_of_issuer_token(secret):
        return Grant(user, by="outside")
    return None
