"""Rate limits for each person. Photos and questions to the chat have lower limits of their own."""

from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from accounts import rates
from api.errors import Problem


class _Throttle(BaseThrottle):
    """A rate limit from the settings. `kind` counts separately: all calls, photos, or questions to the chat."""

    def __init__(self, kind: str, setting: str):
        self.kind, self.setting = kind, setting

    def allow_request(self, request: HttpRequest) -> bool:
        grant = getattr(request, "auth", None)
        if grant is None:  # a call that needs no sign-in
            return True
        return rates.count_request(request, grant.user, self.kind, self.setting)


CALLS = _Throttle("calls", "RATE_LIMIT")
SCANS = _Throttle("scans", "RATE_LIMIT_SCANS")
CHAT = _Throttle("chat", "RATE_LIMIT_CHAT")


def rate_headers(request) -> dict[str, str]:
    share = getattr(request, "share", None)
    if share is None:
        return {}
    return {"RateLimit-Limit": str(share.limit), "RateLimit-Remaining": str(share.left), "RateLimit-Reset": str(share.reset)}


def refusal(request) -> Problem:
    return Problem(429, "too-many", request.share.refusal, {"Retry-After": str(request.share.reset)})
