"""Conditions on books mean the same on the library page, in the search box, in the API and in the chat."""

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.utils import timezone

from chat.book_query import BookQuery
from library.copies import tagging
from library.forms import LibraryFilter
from library.models import Loan, Status, UserBook
from library.search.hybrid import find_books
from tests.factories import make_copy, make_shelf

TODAY = timezone.localdate()


@pytest.fixture
def books(owner, stranger) -> dict[str, UserBook]:
    def copy(title, author, tags=(), **facts):
        made = make_copy(owner, title, author, **facts)
        tagging.set_tags(made, tags)
        return made

    attic = make_shelf(owner, "Łazienka", room="Attic")
    made = {
        "Lem": copy(
            "Solaris", "Stanisław Lem", ["Sci-Fi", "Łódź"], published_date="1961-02", language="pl", isbn="9780156027601",
            series="Dzieła Zebrane", series_number="1", status=Status.READ, rating=9, pages=204, shelf=attic,
        ),
        "Lem again": copy(
            "Eden", "LEM, STANISŁAW", ["Sci"], published_date="1959", language="pl", series="dziela zebrane", series_number="2",
        ),
        "Dune": copy(
            "Dune", "Frank Herbert", ["sci fi", "desert"], published_date="1965", language="en", series="Dune",
            series_number="1", status=Status.READING, rating=10, pages=412,
        ),
        "Heretics": copy("Heretics of Dune", "Frank Herbert Jr.", [], series="Dune Chronicles", published_date="1984"),
        "Bare": copy("A Notebook", ""),
    }  # fmt: skip
    UserBook.objects.filter(pk=made["Heretics"].pk).update(cover="https://x.example/a.jpg", favourite=True)
    Loan.objects.create(copy=made["Dune"], borrower="Ana María", since=date(2024, 1, 1), due=TODAY - timedelta(days=1))
    Loan.objects.create(copy=made["Lem"], borrower="Ben", since=date(2024, 1, 1), returned=date(2024, 2, 2))
    theirs = make_copy(stranger, "Theirs", "Frank Herbert", series="Dune", language="pl")
    tagging.set_tags(theirs, ["sci-fi", "desert"])
    make_copy(owner, "Thrown away", "Frank Herbert", series="Dune", removed=timezone.now())
    return made


# What is asked for: in the address of the page (and of the API), in the search box, in the chat; and which books that is.
SAME = {
    "a tag": ({"tag": "sci fi"}, "tag:SCI-FI", BookQuery(tags=("Sci-fi",)), {"Lem", "Dune"}),
    "a tag that begins others": ({"tag": "Sci"}, "tag:sci", BookQuery(tags=("sci",)), {"Lem again"}),
    "a tag with letters of its own": ({"tag": "lodz"}, "tag:ŁÓDŹ", BookQuery(tags=("łódź",)), {"Lem"}),
    "two tags": (
        {"tag": ["sci-fi", "DESERT"]}, "tag:sci-fi tag:desert", BookQuery(tags=("sci-fi", "Désert")), {"Dune"},
    ),
    "a series": (
        {"series": "DZIELA zebrane"}, 'series:"dzieła zebrane"', BookQuery(series="Dzieła Zebrane"), {"Lem", "Lem again"},
    ),
    "a series that begins others": ({"series": "The Dune"}, "series:dune", BookQuery(series="dune"), {"Dune"}),
    "an author": (
        {"author": "stanislaw lem"}, 'author:"Lem Stanislaw"', BookQuery(author="Stanislaw LEM"), {"Lem", "Lem again"},
    ),
    "a language": ({"language": "pl"}, "language:polish", BookQuery(language="pl"), {"Lem", "Lem again"}),
    "years": (
        {"year_from": "1961", "year_to": "1965"}, "year:1961..1965", BookQuery(year=(1961, 1965)), {"Lem", "Dune"},
    ),
    "one year": ({"year_from": "1961", "year_to": "1961"}, "year:1961", BookQuery(year=(1961, 1961)), {"Lem"}),
    "until a year": ({"year_to": "1961"}, "year:..1961", BookQuery(year=(None, 1961)), {"Lem", "Lem again"}),
    "a rating": ({"rating": "9"}, "rating:>=4.5", BookQuery(rating=(9, None)), {"Lem", "Dune"}),
    "a status": ({"status": "read"}, "is:read", BookQuery(status=("read",)), {"Lem"}),
    "what is lent": ({"lent": "on"}, "is:lent", BookQuery(lent=True), {"Dune"}),
    "a favourite": ({"favourite": "on"}, "is:favourite", BookQuery(favourite=True), {"Heretics"}),
    "no shelf": (
        {"shelf": "none"}, "shelf:none", BookQuery(lacks=("shelf",)), {"Lem again", "Dune", "Heretics", "Bare"},
    ),
    "a room": ({"room": "Attic"}, "shelf:attic", BookQuery(shelf="Attic"), {"Lem"}),
    "no cover": (
        {"missing": "cover"}, "-has:cover", BookQuery(lacks=("cover",)), {"Lem", "Lem again", "Dune", "Bare"},
    ),
    "no ISBN": (
        {"missing": "isbn"}, "isbn:none", BookQuery(lacks=("isbn",)), {"Lem again", "Dune", "Heretics", "Bare"},
    ),
}  # fmt: skip


def names_of(books, found) -> set[str]:
    return {next((name for name, copy in books.items() if copy.pk == pk), f"not theirs: {pk}") for pk in found}


@pytest.mark.slow
@pytest.mark.parametrize("case", SAME)
def test_page_search_api_and_chat_mean_the_same(owner, owner_client, books, case):
    address, typed, chat, expected = SAME[case]
    query = urlencode(address, doseq=True)
    on_the_page = LibraryFilter(QueryDict(query), owner).narrow(UserBook.objects.of(owner))
    assert names_of(books, on_the_page.values_list("pk", flat=True)) == expected
    in_the_api = owner_client.get(f"/api/v1/books?{query}").json()["items"]
    assert names_of(books, [book["id"] for book in in_the_api]) == expected
    assert names_of(books, [pk for pk, _ in find_books(owner, typed, "text").ranked]) == expected
    in_the_chat = chat.narrow(UserBook.objects.of(owner))
    assert names_of(books, in_the_chat.values_list("pk", flat=True)) == expected
    opposite = typed.removeprefix("-") if typed.startswith("-") else f"-{typed}"
    if " tag:" not in typed:
        assert names_of(books, [pk for pk, _ in find_books(owner, opposite, "text").ranked]) == books.keys() - expected


# In the search box a name may be a part of one: where nothing has that very name.
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("tag:des", {"Dune"}), ("series:zebr", {"Lem", "Lem again"}), ("series:chronicles", {"Heretics"}),
        ("author:herbert", {"Dune", "Heretics"}), ("tag:nothing", set()), ("series:nothing", set()), ("lent:maria", {"Dune"}),
        ("lent:ben", set()), ("is:overdue", {"Dune"}), ("-is:overdue -has:series", {"Bare"}), ("-has:tags", {"Heretics", "Bare"}),
        ("has:author", {"Lem", "Lem again", "Dune", "Heretics"}), ("is:unrated -language:pl", {"Heretics", "Bare"}),
    ],
)  # fmt: skip
def test_the_search_box_takes_parts_of_names(owner, books, typed, expected):
    assert names_of(books, [pk for pk, _ in find_books(owner, typed, "text").ranked]) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (BookQuery(lent=False), {"Lem", "Lem again", "Heretics", "Bare"}),
        (BookQuery(lent_to="Ana María"), {"Dune"}),
        (BookQuery(lent_to="ana maria"), {"Dune"}),
        (BookQuery(overdue=True), {"Dune"}),
        (BookQuery(but_not=(("author", "Stanisław Lem"),)), {"Dune", "Heretics", "Bare"}),
        (BookQuery(but_not=(("tags", "sci-fi"),)), {"Lem again", "Heretics", "Bare"}),
        (BookQuery(but_not=(("language", "pl"),)), {"Dune"}),
        (BookQuery(series="Dzieła Zebrane", number="2"), {"Lem again"}),
        (BookQuery(genres=("science fiction",)), {"Lem", "Dune"}),
        (BookQuery(pages=(300, None)), {"Dune"}),
        (BookQuery(has=("tags", "rating"), lacks=("notes",)), {"Lem", "Dune"}),
        (BookQuery(status=("read", "reading"), not_status=("reading",)), {"Lem"}),
    ],
)
def test_the_chat_has_more_conditions(owner, books, asked, expected):
    assert names_of(books, asked.narrow(UserBook.objects.of(owner)).values_list("pk", flat=True)) == expected


def test_a_day_ends_at_midnight_here(owner, settings):
    late = datetime.combine(date(2024, 3, 1), datetime.max.time(), timezone.get_current_timezone())
    copy = make_copy(owner, "Emma", "Jane Austen", added=late)
    mine = UserBook.objects.of(owner)
    assert list(mine.added_between(date(2024, 3, 1), date(2024, 3, 1))) == [copy]
    assert not mine.added_between(date(2024, 3, 2), None) and not mine.added_between(None, date(2024, 2, 29))
    assert list(mine.added_between(None, None)) == [copy]


def test_the_trash_is_a_place_of_its_own(owner, books):
    assert [copy.title for copy in UserBook.objects.in_trash(owner)] == ["Thrown away"]


def test_years_are_those_of_the_work_where_they_are_known(owner):
    old = make_copy(owner, "Iliad", "Homer", published_date="1998", first_published=-762)
    novel = make_copy(owner, "Emma", "Jane Austen", published_date="2003", first_published=1815)
    edition = make_copy(owner, "Ubik", "Philip K. Dick", published_date="1969-05")
    make_copy(owner, "Nameless", "Nobody")
    mine = UserBook.objects.of(owner)
    assert set(mine.published(None, 1899)) == {old, novel}
    assert set(mine.published(1960, 1969)) == {edition} and set(mine.published(1815, 2003)) == {novel, edition}
    assert set(mine.published()) == {old, novel, edition} and mine.missing("year").count() == 1
    assert set(mine.published(-800, -700)) == {old} and not mine.published(1998, 1998)
