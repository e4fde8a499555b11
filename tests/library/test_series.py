"""Series: volumes in their order, what is missing among them, and the pages of series and authors."""

import pytest
from django.urls import reverse
from django.utils import timezone

from chat.tools import Tools
from library import series
from library.models import Status
from library.views import overview
from tests.factories import make_copies, make_copy


@pytest.mark.parametrize(
    ("number", "volumes"),
    [
        ("4", {4}), ("Book 2", {2}), ("#7", {7}), ("1-3", {1, 2, 3}), ("5 – 6", {5, 6}), ("2.5", set()),
        ("1,5", set()), ("", set()),
                ("II", set()), ("2 of 9", {2}), ("1-9999", set(range(1, 202))),
    ],
)  # fmt: skip
def test_a_number_stands_for_volumes(number, volumes):
    assert series.volume_numbers(number) == volumes


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        (["1", "2", "3"], ""),
        (["1", "2", "4"], "3 is missing"),
        (["1", "2", "4", "6"], "3 and 5 are missing"),
        (["5"], "1 to 4 are missing"),
        (["1-3", "5", "9"], "4 and 6 to 8 are missing"),
        (["2.5", "1", "10", "2"], "3 to 9 are missing"),
        (["1", "1", "2"], ""),
        ([""], ""),
        ([], ""),
        (["2017", "2018"], ""),  # a magazine by its years
        (["0", "1"], ""),
    ],
)
def test_gaps_are_told_in_words(numbers, words):
    assert series.gaps_in_words(series.missing_volumes(numbers)) == words


@pytest.fixture
def discworld(owner, stranger):
    for number in ("10", "1", "2", "4"):
        make_copy(owner, f"Volume {number}", "Terry Pratchett", series="Discworld", series_number=number)
    make_copy(owner, "Gone", "Terry Pratchett", series="Discworld", series_number="3", removed=timezone.now())
    make_copy(owner, "Nation", "Terry Pratchett", published_date="2008")
    make_copy(stranger, "Theirs", "Terry Pratchett", series="Discworld", series_number="5")
    make_copy(stranger, "Hidden", "Somebody Else", series="Secret", series_number="1")


@pytest.mark.parametrize(
    ("numbers", "have", "gaps"),
    [(["1", "Book 2", "3"], [1, 2, 3], []), (["#1", "#2", "4"], [1, 2, 4], [3]), (["1-2", "nr. 4"], [1, 2, 4], [3])],
)
def test_the_page_the_api_and_the_chat_see_the_same_gaps(owner, owner_client, numbers, have, gaps):
    for number in numbers:
        make_copy(owner, f"Volume {number}", "Terry Pratchett", series="Discworld", series_number=number)
    response = owner_client.get(reverse("series"), {"name": "Discworld"})
    assert [gap for copy, gap in response.context["places"] if gap] == gaps
    assert [one["missing"] for one in owner_client.get("/api/v1/series").json()["items"]] == [gaps]
    (found,) = Tools(owner).series("discworld")
    assert (found.volumes, found.missing) == (have, gaps)


def test_a_volume_of_the_wishlist_is_missing_but_stands_in_its_place(owner, owner_client):
    for number, status in (("1", Status.READ), ("2", Status.WISHLIST), ("4", Status.TO_READ)):
        make_copy(owner, f"Volume {number}", "Terry Pratchett", series="Discworld", series_number=number, status=status)
    response = owner_client.get(reverse("series"), {"name": "Discworld"})
    assert "2 and 3 are missing" in response.content.decode()
    order = [copy.title if copy else gap for copy, gap in response.context["places"]]
    assert order == ["Volume 1", "Volume 2", 3, "Volume 4"]
    (found,) = Tools(owner).series("Discworld")
    assert (found.volumes, found.missing) == ([1, 4], [2, 3])


def test_a_series_is_one_however_its_name_is_written(owner):
    for number, name in enumerate(("The Discworld", "DISCWORLD", "Discwörld"), 1):
        make_copy(owner, f"Volume {number}", "Terry Pratchett", series=name, series_number=str(number))
    for name in ("", "discworld"):
        (found,) = Tools(owner).series(name)
        assert (found.volumes, found.missing) == ([1, 2, 3], [])


def test_volumes_stand_in_their_order_with_places_for_the_missing_ones(owner_client, discworld):
    response = owner_client.get(reverse("series"), {"name": "the discworld"})
    order = [copy.title if copy else gap for copy, gap in response.context["places"]]
    assert order == ["Volume 1", "Volume 2", 3, "Volume 4", 5, 6, 7, 8, 9, "Volume 10"]
    assert "3 and 5 to 9 are missing" in response.content.decode()


def test_the_series_of_a_library_are_listed_with_their_gaps(owner, owner_client, discworld):
    make_copy(owner, "Dune", "Frank Herbert", series="Dune", series_number="1")
    response = owner_client.get(reverse("series_list"))
    assert [(one.name, one.count) for one in response.context["page"]] == [("Discworld", 4), ("Dune", 1)]
    assert "3 and 5 to 9 are missing" in response.content.decode()
    assert [one.name for one in owner_client.get(reverse("series_list"), {"gaps": "on"}).context["page"]] == ["Discworld"]
    assert [one.name for one in owner_client.get(reverse("series_list"), {"q": "DÚN"}).context["page"]] == ["Dune"]


def test_the_authors_of_a_library_are_listed_by_surname(owner, owner_client, discworld):
    make_copy(owner, "Good Omens", "Neil Gaiman")
    response = owner_client.get(reverse("author_list"))
    assert [(row["name"], row["count"]) for row in response.context["page"]] == [("Neil Gaiman", 1), ("Terry Pratchett", 5)]
    assert response.context["letters"] == ["g", "p"]
    for query in ({"q": "prat"}, {"q": "terry"}, {"letter": "P"}):
        page = owner_client.get(reverse("author_list"), query).context["page"]
        assert [row["name"] for row in page] == ["Terry Pratchett"]
    assert not owner_client.get(reverse("author_list"), {"q": "somebody"}).context["page"].object_list


def test_an_author_has_their_series_and_their_other_books(owner_client, discworld):
    response = owner_client.get(reverse("author"), {"name": "PRATCHETT, Terry"})
    ((_, books),) = response.context["series"]
    assert response.context["name"] == "Terry Pratchett"
    assert [copy.title for copy in books] == ["Volume 1", "Volume 2", "Volume 4", "Volume 10"]
    assert [copy.title for copy in response.context["single"]] == ["Nation"]


@pytest.mark.parametrize("page", ["author", "series"])
def test_what_only_a_stranger_has_is_not_there(owner_client, discworld, page):
    name = {"author": "Somebody Else", "series": "Secret"}[page]
    assert owner_client.get(reverse(page), {"name": name}).status_code == 404
    assert owner_client.get(reverse(page)).status_code == 404
    assert owner_client.get(reverse(page), {"name": "\0"}).status_code == 404


@pytest.mark.parametrize(
    ("page", "name"), [("author_list", ""), ("author", "Terry Pratchett"), ("series_list", ""), ("series", "Discworld")]
)
def test_more_books_ask_no_more_of_the_database(owner, owner_client, discworld, django_assert_max_num_queries, page, name):
    make_copies(owner, [f"More {number}" for number in range(60)], "Terry Pratchett", series="Discworld")
    for number in range(20):
        make_copy(owner, f"Else {number}", f"Author {number}", series=f"Set {number}", series_number="2")
    owner_client.get("/settings/")
    with django_assert_max_num_queries(6):
        assert owner_client.get(reverse(page), {"name": name}).status_code == 200


def test_a_page_of_series_loads_the_volumes_of_that_page_alone(owner, owner_client, stranger):
    for number in range(overview.ON_A_PAGE + 2):
        make_copy(owner, f"Volume {number}", series=f"Set {number:03}", series_number="2")
    make_copy(stranger, "Theirs", series="Set 999")
    last = owner_client.get(reverse("series_list"), {"page": 2, "q": "set"}).context["page"]
    assert [(one.name, one.count, one.gaps) for one in last] == [
        ("Set 100", 1, "1 is missing"), ("Set 101", 1, "1 is missing"),
    ]  # fmt: skip
    assert last.paginator.count == overview.ON_A_PAGE + 2
    assert not owner_client.get(reverse("series_list"), {"q": "nothing"}).context["page"].object_list
