"""Strangers, other people and staff at every address of the URLconf: a new page is in here by itself. For the API, see
tests/api/test_permissions.py."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from tests.api.test_permissions import Things
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOT_OURS = ("admin/", "api/", "accounts/", "^api/")  # of Django, with a walk of its own, and of allauth
# The front page says what this is, a cookie keeps the theme, a form describes the search, callers on this machine read figures,
# and some addresses only lead on to others.
FOR_EVERYBODY = {"library", "appearance", "opds_search", "metrics", "favicon.ico", "books/add/scanner/", "books/add/camera/"}
WITHOUT_FILES = {"scan_spine"}  # of a picture that nobody has stored for this cast
# Which of olive's things the keys of a route mean, by the beginning of the route; the longest counts.
KEYS = {
    "books/": {"pk": "book_id", "other": "other_id"},
    "readings/": {"pk": "reading_id"},
    "facts/": {"pk": "change_id"},
    "loans/": {"pk": "loan_id"},
    "tags/": {"pk": "tag_id"},
    "undo/": {"pk": "undo_id"},
    "shelves/": {"pk": "shelf_id"},
    "chat/": {"key": "session_id", "pk": "message_id"},
    "imports/": {"pk": "import_id", "number": "row_number"},
    "scans/": {"job_id": "job_id", "number": "spine_number", "pk": "candidate_id"},
    "settings/tokens/": {"pk": "token_id"},
    "settings/tokens/programs/": {"pk": "program_id"},
    "settings/webhooks/": {"pk": "webhook_id"},
    "settings/webhooks/deliveries/": {"pk": "delivery_id"},
}
PLAIN = {"what": "author", "name": "notes", "form": "atom", "secret": "made-up-secret", "signed": "1:made-up", "answer": "yes"}


def routes_of(resolver, before=""):
    """The name, route and keys of every address below."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes_of(pattern, route)
        elif not route.startswith(NOT_OURS):
            yield pattern.name or route, route, list(pattern.pattern.converters)


ROUTES = list(routes_of(get_resolver()))
ABOUT_SOMETHING = [item for item in ROUTES if {"pk", "key", "job_id"} & set(item[2])]


def address_of(name: str, route: str, keys: list[str], things: Things | None = None) -> str:
    if name == route:  # without a name, and without keys
        return f"/{route}"
    mine = KEYS[max((start for start in KEYS if route.startswith(start)), key=len)] if things else {}
    return reverse(name, kwargs={key: getattr(things, mine[key]) if key in mine else PLAIN.get(key, 1) for key in keys})


@pytest.fixture
def things(owner):
    return Things(owner)


def statuses(client: Client, address: str) -> set[int]:
    return {client.get(address).status_code, client.post(address).status_code}


@pytest.mark.parametrize("item", ROUTES, ids=lambda item: item[0])
def test_a_stranger_is_sent_to_the_sign_in(client, item):
    if item[0] in FOR_EVERYBODY:
        return
    for response in (client.get(address_of(*item)), client.post(address_of(*item))):
        assert response.status_code in (302, 401, 403, 404, 405), response.status_code
        assert response.status_code != 302 or response.url.startswith("/accounts/login/"), response.url


@pytest.mark.parametrize("item", ABOUT_SOMETHING, ids=lambda item: item[0])
def test_what_is_olives_is_404_for_somebody_else_and_there_for_her(item, things, owner_client, stranger_client):
    address = address_of(*item, things)
    assert statuses(stranger_client, address) <= {404, 405}
    assert item[0] in WITHOUT_FILES or statuses(owner_client, address) - {404, 405, 403}, (
        "the control: it is not 404 because of the address"
    )


# ── The administration ──────────────────────────────────────────────────────────────────────────────────────────────
MODELS = list(admin.site._registry)


def admin_addresses(model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    yield from (reverse(f"{name}_changelist"), reverse(f"{name}_add"))
    yield from (reverse(f"{name}_{page}", args=[1]) for page in ("change", "delete", "history"))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_the_administration_is_closed_to_people_and_to_staff_without_permissions(model, client, owner_client):
    staff = Client()
    staff.force_login(UserFactory(username="sam", is_staff=True))
    for address in admin_addresses(model):
        for person in (client, owner_client):
            assert statuses(person, address) == {302}, address
        assert statuses(staff, address) <= {403, 302}, address
        assert staff.get(address).headers.get("Location", reverse("admin:index")) == reverse("admin:index")


def test_the_walk_is_a_long_one():
    assert len(ROUTES) > 100 and len(ABOUT_SOMETHING) > 60 and len(MODELS) > 30
    assert not {name for name, route, keys in ABOUT_SOMETHING if not route.startswith(tuple(KEYS))}, "routes without things"
