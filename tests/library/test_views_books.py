"""The library page: what it shows, to whom, and at which cost."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from library.models import Status
from scanning.home_strips import scan_of_day
from tests.factories import make_candidate, make_copies, make_copy, make_scan, make_shelf

HOME = "/"
QUESTIONS = (
    "sort=series",
    "sort=-rating&page=3",
    "tag=funny&tag=sad",
    "author=Anon",
    "series=Saga",
    "lent=on",
    "q=volume",
    "room=Study",
)
PAGES = [(view, query) for view in ("grid", "list") for query in QUESTIONS]


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
    make_copies(owner, [f"Volume {number}" for number in range(50)])
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
    for number in range(12):
        make_copies(
            owner, [f"Volume {number} {n}" for n in range(17)], shelf=make_shelf(owner, f"Shelf {number}", position=number)
        )
    assert queries() == small
    assert small <= 14


def days_ago(days: int):
    return timezone.now() - timedelta(days=days)


def propose(scan, count, band="check", **facts):
    for _ in range(count):
        make_candidate(scan, band=band, **facts)


def strips(client) -> list[str]:
    return [strip.sentence for strip in client.get(HOME).context["strips"]]


def test_a_quiet_line_tells_what_waits_to_be_checked(owner, owner_client, stranger_client):
    scan = make_scan(owner, complete=True, created=days_ago(1))
    propose(scan, 7)
    propose(scan, 2, decision="accepted")
    propose(scan, 5, band="sure")
    assert strips(owner_client) == ["7 books to check from yesterday’s scan"]
    assert scan.get_absolute_url() in owner_client.get(HOME).content.decode()
    assert strips(stranger_client) == []


def test_it_tells_of_sure_books_nobody_has_added_and_of_a_scan_at_work(owner, owner_client):
    propose(make_scan(owner, complete=True, created=days_ago(30)), 1, band="sure")
    make_scan(owner, status="reading")
    sentences = strips(owner_client)
    assert sentences[0] == "Today’s scan is being read"
    assert sentences[1].startswith("1 book ready to add from the scan of ")
    page = " ".join(owner_client.get(HOME).content.decode().split())
    assert '<span class="number">2</span> things need your attention' in page  # in one row, until it is opened


def test_it_is_silent_when_all_is_decided_or_given_up(owner, owner_client):
    propose(make_scan(owner, complete=True), 3, decision="rejected")
    make_scan(owner, status="failed", created=days_ago(2))
    propose(make_scan(owner, complete=True, created=days_ago(3)), 3, band="unread")
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
    assert scan_of_day(day, date(2026, 5, 10)) == words


# ── Chips, columns, the form with all filters ───────────────────────────────────────────────────────────────────────
def chips(response, which: str) -> list[tuple[str, int]]:
    return [(chip.label, chip.count) for chip, _ in response.context[which]]


def test_few_shelves_are_chips_with_their_numbers(owner, owner_client):
    top, low = make_shelf(owner, "Top", position=1), make_shelf(owner, "Low", position=2)
    make_copy(owner, "Emma", shelf=top, status="read")
    make_copy(owner, "Ulysses", shelf=top)
    make_copy(owner, "Dune")
    response = owner_client.get(HOME)
    assert chips(response, "place_chips") == [("Top", 2), ("Low", 0), ("No shelf", 1)]
    assert chips(response, "status_chips") == [("To read", 2), ("Read", 1)]
    assert f"?shelf={low.pk}" in response.content.decode()


def test_shelves_of_one_name_are_told_apart(owner, owner_client):
    shelves = [make_shelf(owner, "Top", room=room, bookcase="Billy", position=n) for n, room in enumerate(("Study", "Hall"))]
    make_copy(owner, shelf=shelves[0])
    assert chips(owner_client.get(HOME), "place_chips") == [("Study · Billy · Top", 1), ("Hall · Billy · Top", 0)]
    chosen = owner_client.get(HOME, {"shelf": shelves[1].pk})
    assert [each.label for each, _ in chosen.context["narrowings"]] == ["Hall · Billy · Top"]


def test_many_shelves_are_chosen_by_room_then_bookcase(owner, owner_client):
    for number in range(16):
        room, bookcase = ("Study", "Hall")[number % 2], ("Left", "Right")[number // 8]
        shelf = make_shelf(owner, f"Shelf {number}", room=room, bookcase=bookcase, position=number)
        make_copy(owner, f"Volume {number}", shelf=shelf)
    make_copy(owner, "Dune")
    assert chips(owner_client.get(HOME), "place_chips") == [("Study", 8), ("Hall", 8), ("No shelf", 1)]
    study = owner_client.get(HOME, {"room": "Study"})
    assert chips(study, "place_chips") == [("Left", 4), ("Right", 4)]
    assert len(titles(study)) == 8
    left = owner_client.get(HOME, {"room": "Study", "bookcase": "Left"})
    assert chips(left, "place_chips") == [(f"Shelf {number}", 1) for number in (0, 2, 4, 6)]


def test_what_is_asked_for_stands_above_the_books_and_can_be_taken_away(owner, owner_client):
    make_copy(owner, "Emma", "Jane Austen", language="en")
    response = owner_client.get(HOME, {"author": "Jane Austen", "language": "en", "sort": "title"})
    assert [(each.label, address) for each, address in response.context["narrowings"]] == [
        ("Author: Jane Austen", "?language=en&sort=title"),
        ("English", "?author=Jane+Austen&sort=title"),
    ]


def test_empty_fields_of_a_form_leave_the_address(owner_client):
    response = owner_client.get(f"{HOME}?status=&tag=&tag=poetry&author=&q=")
    assert response.url == "/?tag=poetry"
    assert owner_client.get(f"{HOME}?q=").url == "/"


def test_the_list_shows_the_columns_that_were_chosen(owner, stranger_client, owner_client):
    copy = make_copy(owner, "Mort", "Terry Pratchett", series="Discworld", series_number="4", pages=272, rating=9)
    copy.tags.create(user=owner, name="Funny")
    usual = owner_client.get(HOME, {"view": "list"})
    assert [column.label for column in usual.context["columns"]] == ["Author", "Year", "Shelf", "Status"]
    chosen = {"columns": ["tags", "series", "pages", "rating", "nonsense"], "next": "/?view=list&sort=title"}
    assert owner_client.post(reverse("library_columns"), chosen).url == "/?view=list&sort=title"
    response = owner_client.get(HOME, {"view": "list"})
    assert [cell for _, cell in response.context["rows"][0][1]] == ["Discworld 4", "4.5", "Funny", 272]
    assert len(stranger_client.get(HOME, {"view": "list"}).context["page"].object_list) == 0
    elsewhere = owner_client.post(reverse("library_columns"), {"columns": ["year"], "next": "https://example.org/"})
    assert elsewhere.url == "/?view=list"


def test_a_heading_sorts_and_then_the_other_way_round(owner, owner_client):
    make_copy(owner)
    shown = owner_client.get(HOME, {"view": "list", "sort": "year"}).context["headings"]
    headings = {column.name: (address, now) for column, address, now in shown}
    assert headings["year"] == ("?view=list&sort=-year", "descending")
    assert headings["author"] == ("?view=list&sort=author", "")
    assert headings["status"] == ("", "")


def test_no_filter_and_no_order_asks_more_of_a_large_library(owner, owner_client, subtests):
    def queries(view, query):
        with CaptureQueriesContext(connection) as captured:
            assert owner_client.get(f"{HOME}?view={view}&{query}").status_code == 200
            return len(captured)

    def add(first, last):
        titles = [f"Volume {number}" for number in range(first, last)]
        make_copies(owner, titles, series="Saga", shelf=shelf, tags=["funny", "sad"], loans=[{"borrower": "Ana"}])

    shelf = make_shelf(owner, room="Study")
    add(0, 2)
    owner_client.post(reverse("library_columns"), {"columns": ["tags", "shelf", "series", "entry"]})
    queries(*PAGES[0])  # shows the message about the columns
    small = {page: queries(*page) for page in PAGES}
    add(2, 120)
    for page in PAGES:
        with subtests.test("&".join(page)):
            more = 1 if "page" in page[1] else 0  # a page that was not there has its rows looked up
            assert queries(*page) <= small[page] + more
            assert small[page] <= 14


def test_the_form_with_all_filters_comes_by_itself_and_as_a_page(owner, stranger, owner_client):
    make_copy(owner, "Emma", language="de", shelf=make_shelf(owner, "Mine"))
    make_copy(stranger, "Secret", language="it", shelf=make_shelf(stranger, "Hidden"))
    page = owner_client.get(reverse("library_filters"), {"tag": "sea", "status": "read", "q": "em"}).content.decode()
    assert "<html" in page and "Mine" in page and "German (1)" in page
    assert "Hidden" not in page and "Italian" not in page
    assert 'name="tag" value="sea" checked' in page and 'name="q" value="em"' in page and 'value="read" selected' in page
    fragment = owner_client.get(reverse("library_filters"), headers={"HX-Request": "true", "HX-Target": "filter-panel"})
    assert b"<html" not in fragment.content and b"<form" in fragment.content


def suggested(client, what: str, typed: str) -> list[str]:
    html = client.get(reverse("library_suggest", args=[what]), {what: typed}).content.decode()
    return [part.partition('"')[0] for part in html.split('value="')[1:]]


def test_names_are_suggested_while_one_types_at_most_twenty(owner, stranger, owner_client):
    for number in range(25):
        make_copy(owner, f"Book {number}", f"Anna Author{number:02}", series=f"Saga {number}")
    twice = make_copy(owner, "Emma", "Anna Austen")
    make_copy(owner, "Persuasion", "Anna Austen")
    twice.tags.create(user=owner, name="Sea side")
    make_copy(stranger, "Secret", "Anna Hidden", series="Saga Hidden").tags.create(user=stranger, name="Sea hidden")
    names = suggested(owner_client, "author", "ANN")
    assert len(names) == 20 and names[0] == "Anna Austen" and "Anna Hidden" not in names
    assert suggested(owner_client, "author", "aust an") == ["Anna Austen"]
    assert suggested(owner_client, "author", "usten") == []
    assert len(suggested(owner_client, "series", "saga")) == 20
    assert suggested(owner_client, "tag", "side") == ["Sea side"]
    assert owner_client.get(reverse("library_suggest", args=["author"]), {"q": "\0"}).status_code == 200
    assert owner_client.get("/books/suggest/password/").status_code == 404


@pytest.mark.parametrize("name", ["library_filters", "author_list", "series_list", "statistics"])
def test_a_visitor_is_asked_to_sign_in(client, db, name):
    assert reverse("account_login") in client.get(reverse(name)).url
