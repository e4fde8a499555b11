"""The API under /api/v1 with all its calls. The docs are at /api/v1/docs, the OpenAPI at /api/v1/openapi.json."""

from django.conf import settings

from api import (
    account_deletion,
    books,
    bulk,
    candidates,
    catalog_search,
    chat,
    covers,
    editions,
    imports,
    isbn_entry,
    loans,
    overview,
    scans,
    search,
    shelves,
    throttling,
    tokens,
    webhooks,
)
from api import sign_in as accounts
from api.reference import ReferencePage
from api.root import Api

ABOUT = """Programs can do everything here that people can do in the browser.

**Sign in** with `POST /auth/token`, with a personal API token from the settings (`Authorization: Bearer …`), or in the browser.
**Errors** are `{"detail": "a sentence", "code": "slug"}`. Anything that is not yours is 404.
**Lists** accept `limit` and `offset` and return `{"items": […], "count": n}`.
**Rate limits** apply per person. The `RateLimit-*` headers show what is left; 429 comes with `Retry-After`.
**Calls that create something** accept an `Idempotency-Key`: if you repeat a call, it creates nothing twice."""

api = Api(
    title="BookImg",
    version="1",
    description=ABOUT,
    urls_namespace="api",
    docs=ReferencePage(),
    throttle=[throttling.CALLS],
    openapi_extra={"info": {"license": {"name": "MIT", "identifier": "MIT"}, "x-product-version": settings.VERSION}},
)
api.add_router("", accounts.calls)
api.add_router("", account_deletion.calls)
api.add_router("/books", isbn_entry.calls)  # before /books/{book_id}
api.add_router("/books", catalog_search.calls)
api.add_router("/books", editions.many_calls)
api.add_router("", bulk.calls)
api.add_router("/books", books.calls)
api.add_router("/books", editions.calls)
api.add_router("/books", covers.calls)
api.add_router("/shelves", shelves.shelf_calls)
api.add_router("/tags", shelves.tag_calls)
api.add_router("", loans.loan_calls)
api.add_router("", loans.reading_calls)
api.add_router("/uploads", scans.upload_calls)
api.add_router("/scans", scans.calls)
api.add_router("/scans", candidates.calls)
api.add_router("", search.calls)
api.add_router("", overview.calls)
api.add_router("", imports.calls)
api.add_router("/chat/sessions", chat.calls)
api.add_router("", tokens.token_calls)
api.add_router("/webhooks", webhooks.calls)
api.add_router("", tokens.feed_calls)
