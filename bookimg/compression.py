"""Compresses pages and static files."""

from django.middleware.gzip import GZipMiddleware

COMPRESSED_TYPES = ("text/html", "text/css", "text/javascript", "image/svg+xml", "application/wasm")


class CompressionMiddleware(GZipMiddleware):
    """Leaves alone what is small already (pictures), partial, streamed (answers) or compared by its ETag (the API).

    Against BREACH, Django adds up to a hundred random bytes and masks the CSRF token anew in every response."""

    def process_response(self, request, response):
        kind = response.get("Content-Type", "").partition(";")[0]
        if response.status_code != 200 or kind not in COMPRESSED_TYPES:
            return response
        return super().process_response(request, response)
