"""What the address of the library page can ask for."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from library.copies import tagging
from library.forms import LibraryFilter
from library.forms.filters import query_without
from library.models import UserBook
from tests.factories import make_copy, make_shelf


@pytest.fixture
def books(owner, stranger):
    """Two books that differ in everything, and a stranger's that has all that is asked for."""
    study = make_shelf(owner, "Top", room="Study", bookcase="Left")
    mort = make_copy(
        owner, "Mort", "Terry Pratchett", series="Discworld", series_number="4", language="en", published_date="1987-11",
        isbn="9780552131063", cover="https://example.org/mort.jpg", shelf=study, status="read", rating=9,
        entry="scan", favourite=True,
    )  # fmt: skip
    tagging.set_tags(mort, ["Funny", "death"])
    mort.loans.create(borrower="Ana")
    emma = make_copy(owner, "Emma", "Jane Austen", language="de", published_date="1815", entry="hand", sync_status="failed")
    tagging.set_tags(emma, ["funny"])
    emma.loans.create(borrower="Ben", returned=timezone.localdate())
    theirs = make_copy(
        stranger, "Mort", "Terry Pratchett", series="Discworld", rating=9, favourite=True, shelf=make_shelf(stranger)
    )
    tagging.set_tags(theirs, ["Funny"])
    return mort, emma


def found(owner, query: str) -> list[str]:
    return [copy.title for copy in LibraryFilter(QueryDict(query)).select(UserBook.objects.of(owner))]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("room=Study", ["Mort"]),
        ("room=Study&bookcase=Left", ["Mort"]),
        ("room=Study&bookcase=Right", []),
        ("shelf=none", ["Emma"]),
        ("status=read", ["Mort"]),
        ("tag=FUNNY&sort=title", ["Emma", "Mort"]),
        ("tag=funny&tag=death", ["Mort"]),
        ("tag=nobody+has+it", []),
        ("author=PRATCHETT,+Terry", ["Mort"]),
        ("author=Somebody", []),
        ("series=the+discworld", ["Mort"]),
        ("language=de", ["Emma"]),
        ("language=none", []),
        ("year_from=1900", ["Mort"]),
        ("year_to=1900", ["Emma"]),
        ("year_from=1987&year_to=1987", ["Mort"]),
        ("year_to=1986&year_from=1816", []),
        ("rating=9", ["Mort"]),
        ("rating=10", []),
        ("entry=scan", ["Mort"]),
        ("missing=cover", ["Emma"]),
        ("missing=isbn&missing=cover", ["Emma"]),
        ("favourite=on", ["Mort"]),
        ("lent=on", ["Mort"]),
        ("lookup=on", ["Emma"]),
        ("q=discworld", ["Mort"]),
        ("entry=x&rating=x&year_from=x&missing=x&shelf=x&tag=%00&author=%00&sort=title", ["Emma", "Mort"]),
        ("year_from=99999999999999999999&rating=0&sort=-title", ["Mort", "Emma"]),
    ],
)
def test_books_are_narrowed_by(owner, books, query, titles):
    assert found(owner, query) == titles


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        ("added", ["Third", "Second", "First"]),
        ("-added", ["First", "Second", "Third"]),
        ("title", ["First", "Second", "Third"]),
        ("-title", ["Third", "Second", "First"]),
        ("author", ["Second", "First", "Third"]),
        ("-author", ["First", "Second", "Third"]),
        ("series", ["First", "Second", "Third"]),
        ("-series", ["Second", "First", "Third"]),
        ("year", ["Second", "First", "Third"]),
        ("-year", ["First", "Second", "Third"]),
        ("rating", ["Second", "First", "Third"]),
        ("-rating", ["First", "Second", "Third"]),
        ("changed", ["Third", "Second", "First"]),
        ("-changed", ["First", "Second", "Third"]),
    ],
)
def test_what_is_not_known_stands_at_the_end_in_either_direction(owner, sort, titles):
    now = timezone.now()
    first = {"series": "Saga", "series_number": "2", "published_date": "1950", "rating": 4}
    second = {"series": "Saga", "series_number": "10", "published_date": "1960", "rating": 8}
    for days, (title, author, facts) in enumerate([("First", "B. Bee", first), ("Second", "A. Ay", second), ("Third", "", {})]):
        copy = make_copy(owner, title, author, **facts)
        UserBook.objects.filter(pk=copy.pk).update(added=now + timedelta(days=days), changed=now + timedelta(days=days))
    assert found(owner, f"sort={sort}") == titles


def test_each_thing_asked_for_is_a_chip_that_takes_it_back(owner, books):
    query = QueryDict(
        "q=mort&room=Study&shelf=none&status=read&tag=Funny&tag=death&author=Terry+Pratchett&language=de&year_from=1980"
        "&rating=9&entry=scan&missing=cover&missing=isbn&favourite=on&lent=on&lookup=on&sort=title&page=3"
    )
    asked = LibraryFilter(query)
    chips = asked.narrowings(owner.shelves.all())
    assert [chip.label for chip in chips] == [
        "Study", "No shelf", "Read", "Tag: Funny", "Tag: death", "Author: Terry Pratchett", "German", "From 1980",
        "4.5 stars or more", "Added by: Shelf photo", "No cover", "No ISBN", "Favourites", "On loan", "Not found yet",
    ]  # fmt: skip
    for chip in chips:
        rest = LibraryFilter(QueryDict(query_without(query, chip)[1:]))
        assert [other.label for other in rest.narrowings(owner.shelves.all())] == [o.label for o in chips if o != chip]
        assert rest.value("q") == "mort" and rest.order == "title" and "page" not in query_without(query, chip)


def test_one_year_is_one_chip(owner):
    query = QueryDict("year_from=1987&year_to=1987")
    (chip,) = LibraryFilter(query).narrowings([])
    assert chip.label == "1987"
    assert query_without(query, chip) == "?"


def filtered_by(owner, q: str, **more) -> tuple[list[str], LibraryFilter]:
    query = QueryDict(mutable=True)
    query.update({"q": q, "sort": "title", **more})
    asked = LibraryFilter(query, owner)
    return [copy.title for copy in asked.select(UserBook.objects.of(owner))], asked


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("disc", ["Mort"]),
        ("pratchet mort", ["Mort"]),
        ("prachett", ["Mort"]),
        ("jane austin", ["Emma"]),
        ("mórt", ["Mort"]),
        ("author:austen", ["Emma"]),
        ("-funny", []),
        ("!?", ["Emma", "Mort"]),
        ("zzzzqqq", []),
    ],
)
def test_typing_in_the_list_is_as_tolerant_as_the_search(owner, books, typed, titles):
    assert filtered_by(owner, typed)[0] == titles


def test_the_list_says_what_it_looked_for_instead(owner, books):
    assert filtered_by(owner, "prachett")[1].meant == ["pratchett"]
    found, asked = filtered_by(owner, "mort zzzzqqq emma")
    assert found == ["Emma", "Mort"] and asked.some_words


def test_filters_narrow_what_is_typed(owner, books):
    assert filtered_by(owner, "funny")[0] == ["Emma", "Mort"]
    assert filtered_by(owner, "funny", language="de")[0] == ["Emma"]


def test_many_tags_cost_no_more_joins_than_two(owner):
    """A database plans joins by trying their orders: a join a tag would keep it busy for seconds."""
    books = UserBook.objects.of(owner)
    two, twelve = ("&".join(f"tag={n}" for n in range(count)) for count in (2, 12))
    joins = [str(LibraryFilter(QueryDict(query), owner).select(books).query).count("JOIN") for query in (two, twelve)]
    assert joins[0] == joins[1]


def test_while_one_searches_the_best_match_stands_first_unless_another_order_is_chosen(owner):
    titles = ["The Garden", "What We Saw on a Long Walk Through a Garden in Wales"]
    for title in titles:
        make_copy(owner, title, "Ann Green")
    make_copy(owner, "Soil", "Cy Grey")
    mine = UserBook.objects.of(owner)
    assert [copy.title for copy in LibraryFilter(QueryDict("q=garden"), owner).select(mine)] == titles
    assert [copy.title for copy in LibraryFilter(QueryDict("q=garden&sort=added"), owner).select(mine)] == titles[::-1]
