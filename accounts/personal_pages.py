"""What belongs to a person stays out of the caches of browsers and proxies."""

PICTURES = "image/"


class PersonalPagesMiddleware:
    """Pages, data and exports of somebody who is signed in are not stored. Views that know better say so themselves."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        user = getattr(request, "_cached_user", None)  # set if anything asked who this is
        if user and user.is_authenticated and not response.get("Content-Type", "").startswith(PICTURES):
            response.setdefault("Cache-Control", "private, no-store")
        return response
