"""The library page: what it shows, to whom, and at which cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from library.models import Status
from tests.factories import make_copy, make_shelf

HOME = "/"


def titles(response) -> list[str]:
    return [copy.title for copy in response.context["page"]]


def test_a_visitor_sees_what_bookimg_is(client, db):
    response = client.get(HOME)
    assert response.status_code == 200
    assert reverse("account_signup") in response.content.decode()


def test_an_empty_library_shows_how_to_begin(owner_client):
    assert "Photograph a shelf" in owner_client.get(HOME).content.decode()


def test_the_owner_sees_their_books_and_a_stranger_does_not(owner, owner_client, stranger_client):
    make_copy(owner, "Dune", "Frank Herbert")
    assert "Dune" in owner_client.get(HOME).content.decode()
    assert "Dune" not in stranger_client.get(HOME).content.decode()


def test_a_removed_book_is_not_in_the_library(owner, owner_client):
    make_copy(owner, "Dune", "Frank Herbert", removed=timezone.now())
    assert owner_client.get(HOME).context["total"] == 0


def test_search_finds_every_word_in_any_order_without_accents(owner, owner_client):
    make_copy(owner, "Die Verwandlung", "Franz Kafka")
    make_copy(owner, "Le Père Goriot", "Honoré de Balzac")
    assert titles(owner_client.get(HOME, {"q": "balzac pere"})) == ["Le Père Goriot"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("title", ["Emma", "The Hobbit", "Ulysses"]),
        ("author", ["Emma", "Ulysses", "The Hobbit"]),
        ("year", ["The Hobbit", "Ulysses", "Emma"]),
        ("added", ["The Hobbit", "Ulysses", "Emma"]),
        ("nonsense", ["The Hobbit", "Ulysses", "Emma"]),
    ],
)
def test_books_stand_in_the_order_asked_for(owner, owner_client, sort, expected):
    make_copy(owner, "Emma", "Jane Austen", published_date="1815")
    make_copy(owner, "Ulysses", "James Joyce", published_date="1922")
    make_copy(owner, "The Hobbit", "J. R. R. Tolkien", published_date="1937-09-21")
    assert titles(owner_client.get(HOME, {"sort": sort})) == expected


def test_shelf_and_status_narrow_the_list(owner, owner_client):
    shelf = make_shelf(owner)
    make_copy(owner, "Emma", shelf=shelf, status=Status.READ)
    make_copy(owner, "Persuasion", shelf=shelf)
    make_copy(owner, "Ulysses")
    assert titles(owner_client.get(HOME, {"shelf": shelf.pk, "status": "read"})) == ["Emma"]
    assert titles(owner_client.get(HOME, {"shelf": "none"})) == ["Ulysses"]


def test_a_strangers_shelf_in_the_address_shows_nothing(owner, stranger, owner_client):
    make_copy(stranger, "Secret", shelf=make_shelf(stranger, "Hidden"))
    response = owner_client.get(HOME, {"shelf": stranger.shelves.get().pk})
    assert "Secret" not in response.content.decode()
    assert "Hidden" not in response.content.decode()


@pytest.mark.parametrize("query", ["shelf=9999999999999999999999", "shelf=x", "status=x", "page=x", "view=x", "q=%00"])
def test_nonsense_in_the_address_is_passed_over(owner, owner_client, query):
    make_copy(owner)
    assert owner_client.get(f"{HOME}?{query}").status_code == 200


def test_typing_in_the_search_box_fetches_the_results_alone(owner, owner_client):
    make_copy(owner, "Emma")
    response = owner_client.get(HOME, {"q": "emma", "sort": ""}, headers={"HX-Request": "true", "HX-Target": "results"})
    assert b"<html" not in response.content
    assert b"Emma" in response.content
    assert response["HX-Replace-Url"] == "/?q=emma"
    assert "HX-Target" in response["Vary"]


def test_a_page_holds_48_books_and_links_keep_the_filter(owner, owner_client):
    for number in range(50):
        make_copy(owner, f"Volume {number}", "Anon")
    response = owner_client.get(HOME, {"q": "volume", "sort": "title"})
    assert len(titles(response)) == 48
    assert "?q=volume&amp;sort=title&amp;page=2" in response.content.decode()
    assert titles(owner_client.get(HOME, {"q": "volume", "sort": "title", "page": 2})) == ["Volume 48", "Volume 49"]


@pytest.mark.parametrize("view", ["grid", "list"])
def test_a_large_library_asks_no_more_of_the_database_than_a_small_one(owner, owner_client, view):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            owner_client.get(HOME, {"view": view})
        return len(captured)

    make_copy(owner, shelf=make_shelf(owner))
    owner_client.get(HOME)  # the first visit also enters the session into the list of sessions
    small = queries()
    shelves = [make_shelf(owner, f"Shelf {n}", position=n) for n in range(12)]
    for number in range(200):
        make_copy(owner, f"Volume {number}", "Anon", shelf=shelves[number % 12])
    assert queries() == small
    assert small <= 14
