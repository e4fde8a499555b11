"""Rate limits for each person. Photos and questions to the chat have lower limits of their own."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from accounts import rates
from api.authentication import AuthenticatedRequest
from api.errors import Problem


class Share(BaseThrottle):
    def __init__(self, kind: str, setting: str):
        self.kind, self.setting = kind, setting

    def allow_request(self, request: HttpRequest) -> bool:
        grant = getattr(request, "auth", None)
        if grant is None:  # a call that needs no sign-in
            return True
        share = rates.take(grant.user, self.kind, *getattr(settings, self.setting))
        shown = getattr(request, "share", None)
        if shown is None or share.left < shown.left:
            cast(AuthenticatedRequest, request).share = share  # for the headers of the answer
        return share.allowed


CALLS = Share("calls", "RATE_LIMIT")
SCANS = Share("scans", "RATE_LIMIT_SCANS")
CHAT = Share("chat", "RATE_LIMIT_CHAT")


def headers(request) -> dict[str, str]:
    share = getattr(request, "share", None)
    if share is None:
        return {}
    return {"RateLimit-Limit": str(share.limit), "RateLimit-Remaining": str(share.left), "RateLimit-Reset": str(share.reset)}


def refusal(request) -> Problem:
    share = request.share
    sentence = f"Too many requests: {share.limit} are allowed. Try again in {share.reset} seconds."
    return Problem(429, "too-many", sentence, {"Retry-After": str(share.reset)})
