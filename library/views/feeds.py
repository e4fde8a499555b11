"""Feeds: the OPDS catalogue for reader apps, and the calendar and RSS feed at secret addresses."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import feeds
from accounts.basic_auth import for_readers
from accounts.sign_in import with_fresh_sign_in
from library import feeds as documents
from library import listing, serializers
from library.copies import loans
from library.forms import LibraryFilter
from library.models import UserBook

BOOKS_A_PAGE = 50
NEWEST = 50
FORMS = {"v2": (documents.opds_json, documents.JSON), "v1.2": (documents.as_atom, None)}


# ── OPDS ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_safe
@for_readers
def opds_root(request, form="v2"):
    """The start page: all books, recent ones, some statuses, and the shelves."""
    doors = [
        documents.OpdsLink("All books", _opds_address(request, "opds_books", form, sort="title"), "By title"),
        documents.OpdsLink(
            "Recently added", _opds_address(request, "opds_books", form, sort="added"), rel="http://opds-spec.org/sort/new"
        ),
        documents.OpdsLink("Reading", _opds_address(request, "opds_books", form, status="reading")),
        documents.OpdsLink("To read", _opds_address(request, "opds_books", form, status="to-read")),
        documents.OpdsLink("Shelves", _opds_address(request, "opds_shelves", form), leads_to_books=False),
    ]
    return _opds_response(request, form, title="BookImg", doors=doors)


@require_safe
@for_readers
def opds_shelves(request, form):
    rows = request.user.shelves.all()
    doors = [documents.OpdsLink(str(shelf), _opds_address(request, "opds_books", form, shelf=shelf.pk)) for shelf in rows]
    return _opds_response(request, form, title="Shelves", doors=doors)


@require_safe
@for_readers
def opds_books(request, form):
    """Books, with the same filters in the query string as the library page."""
    requested = LibraryFilter(request.GET, request.user)
    found = requested.select(UserBook.objects.of(request.user)).defer(*listing.FOR_THE_SEARCH, "notes")
    page = Paginator(found, BOOKS_A_PAGE).get_page(request.GET.get("page"))
    links = {}
    if page.has_next():
        links["next"] = _turned(request, page.next_page_number())
    if page.has_previous():
        links["previous"] = _turned(request, page.previous_page_number())
    return _opds_response(
        request,
        form,
        title="Books",
        books=list(page),
        total=page.paginator.count,
        page=page.number,
        size=BOOKS_A_PAGE,
        more=links,
    )


@require_safe
def opds_search(request):
    """The OpenSearch description for OPDS 1.2. Public, because it contains nothing about anybody's books."""
    template = f"{_opds_address(request, 'opds_books', 'v1.2')}?q={{searchTerms}}"
    return HttpResponse(documents.search_description("BookImg", template), content_type="application/opensearchdescription+xml")


def _opds_response(request, form: str, more: dict | None = None, **facts) -> HttpResponse:
    if form not in FORMS:
        raise Http404
    write, content_type = FORMS[form]
    links = {"start": _opds_address(request, "opds_form", form), "search": _search_address(request, form), **(more or {})}
    latest = UserBook.objects.of(request.user).order_by("-changed").values_list("changed", flat=True).first()
    here = request.build_absolute_uri()
    catalog = documents.OpdsPage(href=here, updated=latest or timezone.now(), links=links, **facts)
    content_type = content_type or (documents.NAVIGATION if catalog.books is None else documents.ACQUISITION)
    response = HttpResponse(write(catalog, lambda copy: _page_of(request, copy)), content_type=content_type)
    response["Cache-Control"] = "private, no-cache"
    return response


def _opds_address(request, name: str, form: str, **query) -> str:
    path = reverse(name, args=[form])
    return request.build_absolute_uri(f"{path}?{urlencode(query)}" if query else path)


def _search_address(request, form: str) -> str:
    if form == "v1.2":
        return request.build_absolute_uri(reverse("opds_search"))
    return f"{_opds_address(request, 'opds_books', form)}{{?q}}"


def _turned(request, number: int) -> str:
    query = request.GET.copy()
    query["page"] = number
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _page_of(request, copy: UserBook) -> str:
    return request.build_absolute_uri(copy.get_absolute_url())


# ── Settings page ───────────────────────────────────────────────────────────────────────────────────────────────────
@login_required
@never_cache
def feeds_page(request):
    secret = feeds.secret_of(request.user)
    names = {"loans": "feed_loans", "added": "feed_added"}
    addresses = {key: request.build_absolute_uri(reverse(name, args=[secret])) for key, name in names.items()} if secret else {}
    opds = request.build_absolute_uri(reverse("opds"))
    return render(request, "library/feeds.html", {"addresses": addresses, "opds": opds})


@login_required
@require_POST
@with_fresh_sign_in
def feeds_renew(request):
    feeds.renew_feed_key(request.user)
    messages.success(request, "New addresses created. Any old ones no longer work.")
    return redirect("feeds")


@login_required
@require_POST
def feeds_revoke(request):
    feeds.revoke_feed_key(request.user)
    messages.success(request, "The secret addresses have been revoked.")
    return redirect("feeds")


# ── At secret addresses ─────────────────────────────────────────────────────────────────────────────────────────────
def _feed_owner(secret: str):
    user = feeds.user_of_feed(secret)
    if user is None:
        raise Http404
    return user


@require_safe
def loans_due(request, secret):
    """A calendar of the days when loans are due."""
    user = _feed_owner(secret)
    made = documents.calendar(list(loans.current_loans(user)), "Books due back")
    response = HttpResponse(made, content_type="text/calendar; charset=utf-8")
    return _quietly(response)


@require_safe
def recently_added(request, secret):
    user = _feed_owner(secret)
    copies = list(serializers.with_related(UserBook.objects.of(user)).order_by("-added", "-pk")[:NEWEST])
    home = request.build_absolute_uri("/")
    made = documents.rss(copies, f"Recently added by {user.username}", home, lambda copy: _page_of(request, copy))
    return _quietly(HttpResponse(made, content_type="application/rss+xml; charset=utf-8"))


def _quietly(response: HttpResponse) -> HttpResponse:
    """The address is secret, so keep it from search engines, other sites and shared caches."""
    response["Cache-Control"] = "private, max-age=300"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
