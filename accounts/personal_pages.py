"""Keeps personal pages out of the caches of browsers and proxies."""

PICTURES = "image/"


class PersonalPagesMiddleware:
    """Forbids storing responses for signed-in people, except pictures and those whose view sets `Cache-Control` itself."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        user = getattr(request, "_cached_user", None)  # set if anything has read `request.user`
        if user and user.is_authenticated and not response.get("Content-Type", "").startswith(PICTURES):
            response.setdefault("Cache-Control", "private, no-store")
        return response
