"""The numbers of a library and their charts."""

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from library.copies import tagging
from library.models import Preferences
from library.statistics import Part, Statistics, bars, columns, parts_by_year, round_up
from tests.factories import make_copy, make_shelf


@pytest.fixture
def library(owner, stranger):
    study = make_shelf(owner, "Top", room="Study")
    first = make_copy(
        owner, "Emma", "Jane Austen", language="en", published_date="1815", pages=400, status="read", rating=9, shelf=study
    )
    make_copy(owner, "Persuasion", "Jane Austen", language="en", published_date="1817-12", pages=250, status="read")
    make_copy(owner, "Faust", "J. W. von Goethe", language="de", published_date="", entry="scan", shelf=study)
    gone = make_copy(owner, "Gone", "Nobody", language="fr", pages=9000, removed=timezone.now())
    tagging.set_tags(gone, ["Classic", "Only of what is gone"])
    first.readings.create(started=date(2024, 1, 1), finished=date(2024, 3, 5))
    first.readings.create(finished=date(2025, 3, 7))
    first.readings.create(started=date(2025, 6, 1))
    tagging.set_tags(first, ["Classic"])
    theirs = make_copy(stranger, "Theirs", "Somebody", language="it", pages=100, status="reading", published_date="1990")
    theirs.readings.create(finished=date(2025, 3, 7))
    tagging.set_tags(theirs, ["Secret"])


def labels_and_counts(parts) -> list[tuple[str, int]]:
    return [(part.label, part.count) for part in parts]


def test_the_numbers_are_right_and_only_the_owners(owner, library):
    numbers = Statistics(owner)
    assert numbers.totals == {"books": 3, "all_pages": 650, "average": 325, "longest": 400}
    assert labels_and_counts(numbers.by_status) == [("To read", 1), ("Read", 2)]
    assert labels_and_counts(numbers.by_language) == [("English", 2), ("German", 1)]
    assert labels_and_counts(numbers.by_entry) == [("Manual entry", 2), ("Shelf photo", 1)]
    assert labels_and_counts(numbers.by_year) == [("1815", 1), ("1816", 0), ("1817", 1)]
    assert labels_and_counts(numbers.by_author) == [("Jane Austen", 2), ("J. W. von Goethe", 1)]
    assert labels_and_counts(numbers.by_shelf) == [("Top", 2), ("No shelf", 1)]
    assert labels_and_counts(numbers.by_tag) == [("Classic", 1)]
    assert [part for part in labels_and_counts(numbers.by_rating) if part[1]] == [("4.5", 1)]
    assert labels_and_counts(numbers.by_pages) == [("1–99", 0), ("100–199", 0), ("200–299", 1), ("300–399", 0), ("400–499", 1)]


def test_a_reading_counts_in_the_month_it_ended(owner, library):
    numbers = Statistics(owner)
    assert labels_and_counts(numbers.read_by_year()) == [("2024", 1), ("2025", 1)]
    assert labels_and_counts(numbers.pages_by_year()) == [("2024", 400), ("2025", 400)]
    months = labels_and_counts(numbers.read_by_month(date(2025, 4, 30)))
    assert months[-2:] == [("March 2025", 1), ("April 2025", 0)]
    assert len(months) == 24 and months[0][0] == "May 2023" and dict(months)["March 2024"] == 1
    assert numbers.read_by_month(date(2030, 1, 1)) == []


def test_many_years_are_told_in_tens(owner):
    parts = labels_and_counts(parts_by_year({1601: 2, 1990: 5, 1999: 1, 2024: 7}))
    assert parts[0] == ("1600s", 2) and parts[-1] == ("2020s", 7) and ("1990s", 6) in parts
    assert labels_and_counts(parts_by_year({800: 1, 2024: 1}))[0] == ("Before 1420", 1)
    assert parts_by_year({}) == []


def test_a_column_is_as_high_as_its_part_of_the_round_number_above():
    chart = columns([Part("1990", 3), Part("1991", 0), Part("1992", 10)])
    assert chart.top == 10
    assert [(mark.y, mark.height) for mark in chart.marks] == [(70, 30), (100, 0), (0, 100)]
    assert columns([]) is None and bars([]) is None
    assert bars([Part("en", 50), Part("de", 25)]).marks[1].width == 50


@pytest.mark.parametrize(("highest", "round_number"), [(0, 1), (1, 1), (3, 5), (10, 10), (11, 20), (49, 50), (501, 1000)])
def test_round_numbers(highest, round_number):
    assert round_up(highest) == round_number


def test_the_page_shows_charts_with_their_tables(owner_client, stranger_client, library):
    page = owner_client.get(reverse("statistics")).content.decode()
    assert page.count("<svg") > 10
    assert "<title>1815: 1</title>" in page
    assert "/?language=de" in page
    assert "Secret" not in page and "Somebody" not in page
    assert "Jane Austen" not in stranger_client.get(reverse("statistics")).content.decode()


def test_an_empty_library_is_shown_how_to_begin(owner_client):
    assert "Photograph a shelf" in owner_client.get(reverse("statistics")).content.decode()


def test_numbers_are_asked_once_each_however_many_books(owner, owner_client, library, django_assert_max_num_queries):
    for number in range(40):
        copy = make_copy(
            owner, f"Book {number}", f"Author {number}", published_date=str(1900 + number), pages=number * 20, language="en"
        )
        copy.readings.create(finished=timezone.localdate())
    owner_client.get("/settings/")
    with django_assert_max_num_queries(15):
        owner_client.get(reverse("statistics"))


def test_many_shelves_are_told_by_room(owner):
    for number in range(14):
        make_copy(
            owner, f"Book {number}", shelf=make_shelf(owner, f"Shelf {number}", room="Study & hall" if number % 2 else "Attic")
        )
    make_copy(owner, "On the floor")
    rooms = {(part.label, part.count, part.query) for part in Statistics(owner).by_shelf}
    assert rooms == {("Study & hall", 7, "room=Study+%26+hall"), ("Attic", 7, "room=Attic"), ("No shelf", 1, "shelf=none")}


def test_no_count_of_a_library_includes_the_wishlist(owner, owner_client):
    shelf = make_shelf(owner, "Top")
    facts = {"language": "en", "published_date": "1815", "pages": 400, "rating": 9, "shelf": shelf}
    facts |= {"series": "Novels", "series_number": "2", "favourite": True}
    tagging.set_tags(make_copy(owner, "Emma", "Jane Austen", **facts), ["Classic"])
    addresses = [f"/api/v1/{name}" for name in ("statistics", "shelves", "tags", "authors", "series")]
    before = [owner_client.get(address).json() for address in addresses]
    shown = counts_on_pages(owner_client)
    tagging.set_tags(make_copy(owner, "Persuasion", "Jane Austen", status="wishlist", **facts), ["Classic"])
    assert before[0].pop("wished") == 0
    after = [owner_client.get(address).json() for address in addresses]
    assert after[0].pop("wished") == 1
    assert after == before
    assert counts_on_pages(owner_client) == shown
    assert "+ 1 wished for" in owner_client.get("/").content.decode()


def counts_on_pages(client) -> list[list[str]]:
    """Every “n books” that a person reads."""
    pages = [client.get(reverse(name)) for name in ("library", "shelves", "tags", "author_list", "series_list", "export")]
    pages += [client.get(reverse("author"), {"name": "Jane Austen"}), client.get(reverse("series"), {"name": "Novels"})]
    words = [" ".join(strip_tags(page.content.decode()).split()) for page in pages]
    return [re.findall(r"\d+ books?", text) for text in words]


def test_an_author_who_is_only_wished_for_has_no_books_yet(owner, owner_client):
    make_copy(owner, "Emma", "Jane Austen", status="wishlist")
    assert owner_client.get("/api/v1/authors").json()["items"] == [{"name": "Jane Austen", "count": 0}]
    assert Statistics(owner).by_author == []


# ── A goal, and a year in review ────────────────────────────────────────────────────────────────────────────────────
def test_a_goal_is_set_shown_and_removed_by_page_and_by_program(owner, library, owner_client, stranger_client):
    this_year = timezone.localdate().year
    make_copy(owner, "Emma again").readings.create(finished=date(this_year, 1, 1))
    goal, call = reverse("set_goal", args=[this_year]), f"/api/v1/statistics/goals/{this_year}"
    page = owner_client.post(goal, {"books": "3"}, follow=True).content.decode()
    assert "of 3 books read, 2 to go" in " ".join(strip_tags(page).split())
    assert owner_client.get(call).json() == {"year": this_year, "read": 1, "goal": 3}
    assert stranger_client.get(call).json() == {"year": this_year, "read": 0, "goal": None}
    assert owner_client.put(call, {"books": 1}, "application/json").json()["goal"] == 1
    assert "you have reached your goal" in owner_client.get(reverse("statistics")).content.decode()
    owner_client.post(goal, {"books": ""})
    assert owner_client.get(call).json()["goal"] is None


@pytest.mark.parametrize("books", ["many", "-1", "99999", "١٢٣٤٥"])
def test_what_is_no_goal_is_refused_in_a_sentence(owner, library, owner_client, books):
    response = owner_client.post(reverse("set_goal", args=[2026]), {"books": books}, follow=True)
    assert "A goal is a number of books" in response.content.decode()


def test_a_year_in_review_shows_what_was_read_in_it(owner, library, owner_client, stranger_client):
    address = reverse("year_review", args=[2024])
    response = owner_client.get(address)
    assert [copy.title for copy in response.context["copies"]] == ["Emma"]
    assert (response.context["pages"], response.context["after"], response.context["before"]) == (400, 2025, None)
    assert stranger_client.get(address).status_code == 404
    assert {owner_client.get(reverse("year_review", args=[year])).status_code for year in (0, 1999, 99999)} == {404}


@pytest.mark.parametrize("kept", ["none", {"then": 3, "2024": "many"}, ["2024"]])
def test_goals_of_an_imported_file_may_be_anything(owner, owner_client, kept):
    Preferences.objects.choose(owner, goals=kept)
    assert owner_client.get("/api/v1/statistics/goals/2024").json()["goal"] is None


def test_a_single_year_is_no_chart():
    assert columns([Part("2026", 3)]) is None
    assert columns([Part("2025", 0), Part("2026", 3)]).top == 5
