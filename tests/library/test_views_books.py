"""The library page: what it shows, to whom, and at which cost."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from library.models import Status
from library.views.books import of_day
from scanning.models import Scan
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


def make_scan(user, days_ago=0, **facts):
    facts = {"status": "complete", "filename": "shelf.jpg", "photo": "x", "sha256": "0", **facts}
    scan = Scan.objects.create(user=user, job_id=f"job-{days_ago}-abcdefghi", **facts)
    Scan.objects.filter(pk=scan.pk).update(created=timezone.now() - timedelta(days=days_ago))
    return scan


def propose(scan, count, band="check", decision="pending"):
    for number in range(scan.candidates.count() + 1, scan.candidates.count() + 1 + count):
        scan.candidates.create(number=number, band=band, decision=decision, confidence=0.5, validated=True, record={"title": "?"})


def strips(client) -> list[str]:
    return [strip.sentence for strip in client.get(HOME).context["strips"]]


def test_a_quiet_line_tells_what_waits_to_be_checked(owner, owner_client, stranger_client):
    scan = make_scan(owner, days_ago=1)
    propose(scan, 7)
    propose(scan, 2, decision="accepted")
    propose(scan, 5, band="sure")
    assert strips(owner_client) == ["7 books to check from yesterday’s scan"]
    assert scan.get_absolute_url() in owner_client.get(HOME).content.decode()
    assert strips(stranger_client) == []


def test_it_tells_of_sure_books_nobody_has_added_and_of_a_scan_at_work(owner, owner_client):
    propose(make_scan(owner, days_ago=30), 1, band="sure")
    make_scan(owner, status="reading")
    sentences = strips(owner_client)
    assert sentences[0] == "Today’s scan is being read"
    assert sentences[1].startswith("1 book ready to add from the scan of ")


def test_it_is_silent_when_all_is_decided_or_given_up(owner, owner_client):
    propose(make_scan(owner), 3, decision="rejected")
    make_scan(owner, days_ago=2, status="failed")
    propose(make_scan(owner, days_ago=3), 3, band="unread")
    assert strips(owner_client) == []


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 5, 10), "today’s scan"),
        (date(2026, 5, 9), "yesterday’s scan"),
        (date(2026, 5, 5), "Tuesday’s scan"),
        (date(2026, 5, 3), "the scan of 3 May"),
        (date(2025, 12, 31), "the scan of 31 December 2025"),
    ],
)
def test_days_are_named_as_people_name_them(day, words):
    assert of_day(day, date(2026, 5, 10)) == words
