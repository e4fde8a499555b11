"""The API under /api/v1: all of its calls in one place. The docs are at /api/v1/docs, the OpenAPI at /api/v1/openapi.json."""

from django.conf import settings

from accounts.api import calls as accounts
from accounts.api import hooks, keys, throttle
from accounts.api.root import Api
from library.api import books, changing, chatting, covers, entering, finding, lending, looking, many, moving, overview, shelves
from scanning.api import account, candidates, scans

ABOUT = """Everything that a person can do in the browser, for programs.

**Sign in** with `POST /auth/token`, with a personal API token from the settings (`Authorization: Bearer …`), or in the browser.
**Errors** are `{"detail": "a sentence", "code": "slug"}`; what is not yours is 404.
**Lists** take `limit` and `offset` and answer `{"items": […], "count": n}`.
**Rates** are counted for each person; `RateLimit-*` tell what is left, and 429 comes with `Retry-After`.
**Calls that make something** take an `Idempotency-Key`: sent again, they make it once."""

api = Api(
    title="BookImg",
    version="1",
    description=ABOUT,
    urls_namespace="api",
    throttle=[throttle.CALLS],
    openapi_extra={"info": {"license": {"name": "MIT", "identifier": "MIT"}, "x-product-version": settings.VERSION}},
)
api.add_router("", accounts.calls)
api.add_router("", account.calls)
api.add_router("/books", entering.calls)  # before /books/{book_id}
api.add_router("/books", looking.calls)
api.add_router("/books", changing.many_calls)
api.add_router("", many.calls)
api.add_router("/books", books.calls)
api.add_router("/books", changing.calls)
api.add_router("/books", covers.calls)
api.add_router("/shelves", shelves.shelf_calls)
api.add_router("/tags", shelves.tag_calls)
api.add_router("", lending.loan_calls)
api.add_router("", lending.reading_calls)
api.add_router("/uploads", scans.upload_calls)
api.add_router("/scans", scans.calls)
api.add_router("/scans", candidates.calls)
api.add_router("", finding.calls)
api.add_router("", overview.calls)
api.add_router("", moving.calls)
api.add_router("/chat/sessions", chatting.calls)
api.add_router("", keys.token_calls)
api.add_router("/webhooks", hooks.calls)
api.add_router("", keys.feed_calls)
