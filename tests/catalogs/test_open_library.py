import json
from pathlib import Path

import httpx
import pytest

from catalogs import CatalogError
from catalogs.open_library import OpenLibrary

SEARCH = json.loads((Path(__file__).parents[1] / "replies/open_library/search.json").read_text())
EDITION = json.loads((Path(__file__).parents[1] / "replies/open_library/edition.json").read_text())
NOTHING = {"numFound": 0, "start": 0, "numFoundExact": True, "docs": []}


def catalog(*replies):
    """Open Library as it gives these replies one after the other, and what it was asked."""
    asked, waiting = [], list(replies)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        reply = waiting.pop(0) if waiting else httpx.Response(404)
        return reply if isinstance(reply, httpx.Response) else httpx.Response(200, json=reply)

    return OpenLibrary(httpx.Client(transport=httpx.MockTransport(answer)), "https://ol.example"), asked


def test_a_work_is_answered_as_the_edition_that_fits_best():
    library, _ = catalog(SEARCH)
    record = library.search("LE GUIN THE LEFT HAND OF DARKNESS")[0]
    assert record.title == "The Left Hand of Darkness"
    assert record.authors == ("Ursula K. Le Guin",)
    assert record.isbn == "9780441478125"
    assert (record.publisher, record.published_date, record.language) == ("Ace", "1987", "en")
    assert record.cover == "https://covers.openlibrary.org/b/id/283860-L.jpg"
    assert record.links == {"openLibrary": "https://openlibrary.org/books/OL7522971M"}
    assert (record.source, record.source_id) == ("open_library", "OL7522971M")


def test_what_the_service_does_not_know_stays_empty():
    library, _ = catalog(SEARCH)
    record = next(r for r in library.search("LE GUIN THE LEFT HAND OF DARKNESS") if r.title == "Left hand")
    assert (record.authors, record.isbn, record.cover, record.language, record.published_date) == ((), "", "", "", "")


def test_a_good_answer_ends_the_questions():
    library, asked = catalog(SEARCH)
    library.search("LE GUIN THE LEFT HAND OF DARKNESS")
    assert len(asked) == 1
    assert asked[0].path == "/search.json"
    assert asked[0].params["q"] == "le guin the left hand of darkness"


def test_misread_words_are_dropped_from_question_to_question():
    library, asked = catalog(NOTHING, NOTHING, SEARCH)
    found = library.search("LE GUIN TFIE LEFT HAND OF DARKNESS ACE")
    assert found[0].title == "The Left Hand of Darkness"
    assert len(asked) == 3
    assert " OR " in asked[-1].params["q"]


def test_never_more_than_three_questions_a_spine():
    library, asked = catalog(*[NOTHING] * 9)
    assert library.search("eins zwei drei vier fuenf sechs sieben acht neun zehn elf zwoelf dreizehn") == []
    assert len(asked) <= 3


def test_an_isbn_is_answered_with_that_isbn():
    library, asked = catalog(SEARCH)
    assert library.by_isbn("9780441478125").isbn == "9780441478125"
    assert asked[0].params["q"] == "isbn:9780441478125"


def test_an_isbn_is_answered_with_what_its_edition_says_of_itself():
    library, asked = catalog(SEARCH, EDITION)
    record = library.by_isbn("9780441478125")
    assert asked[1].path == "/books/OL7522971M.json"
    assert (record.pages, record.binding, record.categories) == (304, "Mass market paperback", ("Science fiction", "Gender"))
    assert (record.series, record.series_number) == ("Hainish cycle", "4")
    assert record.description.startswith("An envoy")
    assert record.authors == ("Ursula K. Le Guin",)


@pytest.mark.parametrize("reply", [httpx.Response(404), httpx.Response(200, text="<html>"), [], {"pages": "x", "series": [None]}])
def test_an_edition_that_says_nothing_of_itself_is_answered_all_the_same(reply):
    library, _ = catalog(SEARCH, reply)
    assert library.by_isbn("9780441478125").title == "The Left Hand of Darkness"


def test_an_unknown_isbn_is_none():
    library, _ = catalog(NOTHING)
    assert library.by_isbn("9780441478125") is None


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [(httpx.Response(403), True), (httpx.Response(200, text="<html>"), False), (httpx.Response(200, json={"x": 1}), False)],
)
def test_other_answers_are_a_catalog_error(reply, permanent):
    library, _ = catalog(reply)
    with pytest.raises(CatalogError) as error:
        library.search("Dune")
    assert error.value.permanent is permanent
    assert str(error.value).startswith("Open Library")
