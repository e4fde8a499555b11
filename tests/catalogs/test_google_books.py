import json
from pathlib import Path

import httpx
import pytest

from catalogs import CatalogError
from catalogs.google_books import GoogleBooks

VOLUMES = json.loads((Path(__file__).parents[1] / "replies/google_books/volumes.json").read_text())
NOTHING = {"kind": "books#volumes", "totalItems": 0}


def catalog(*replies, key=""):
    asked, waiting = [], list(replies)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        reply = waiting.pop(0)
        return reply if isinstance(reply, httpx.Response) else httpx.Response(200, json=reply)

    return GoogleBooks(httpx.Client(transport=httpx.MockTransport(answer)), "https://gb.example", key), asked


def test_a_volume_becomes_a_record():
    books, _ = catalog(VOLUMES)
    record = books.search("STEINBECK EAST OF EDEN")[0]
    assert (record.title, record.subtitle, record.authors) == ("East of Eden", "A Novel", ("John Steinbeck",))
    assert record.isbn == "9781440631320"
    assert (record.publisher, record.published_date, record.language) == ("Penguin", "2002-02-05", "en")
    assert (record.source, record.source_id) == ("google_books", "OPy6E5ZhXs0C")


def test_covers_and_links_are_https_and_uncurled():
    books, _ = catalog(VOLUMES)
    record = books.search("STEINBECK EAST OF EDEN")[0]
    assert record.cover.startswith("https://books.google.com/books/content?id=OPy6E5ZhXs0C")
    assert "edge=curl" not in record.cover
    assert record.links["googleBooks"].startswith("https://")


def test_a_number_that_is_no_isbn_is_not_taken_for_one():
    books, _ = catalog(VOLUMES)
    other = books.search("STEINBECK EAST OF EDEN")[1]
    assert (other.isbn, other.language, other.authors) == ("", "pt", ())


def test_a_key_is_sent_where_there_is_one():
    books, asked = catalog(VOLUMES, key="sesame")
    books.search("STEINBECK EAST OF EDEN")
    assert asked[0].path == "/books/v1/volumes"
    assert asked[0].params["key"] == "sesame"
    without, asked = catalog(VOLUMES)
    without.search("STEINBECK EAST OF EDEN")
    assert "key" not in asked[0].params


def test_an_isbn_that_only_looks_alike_is_not_accepted():
    books, _ = catalog(VOLUMES, VOLUMES)
    assert books.by_isbn("9781440631320").title == "East of Eden"
    assert books.by_isbn("9780441478125") is None


def test_at_most_three_questions_a_spine():
    books, asked = catalog(*[NOTHING] * 9)
    assert books.search("one two three four five six seven eight nine ten eleven twelve thirteen") == []
    assert len(asked) <= 3


def test_a_refusal_is_a_catalog_error():
    books, _ = catalog(httpx.Response(400, json={"error": {"code": 400}}))
    with pytest.raises(CatalogError, match="Google Books") as error:
        books.search("Dune")
    assert error.value.permanent


def test_pages_categories_and_description_come_with_it():
    item = {**VOLUMES["items"][0]}
    said = {"pageCount": 608, "categories": ["Fiction"], "description": "<p>A <b>family</b> &amp; a valley.<br>Two brothers.</p>"}
    item["volumeInfo"] = {**item["volumeInfo"], **said}
    books, asked = catalog({"items": [item]})
    record = books.by_isbn("9781440631320")
    assert (record.pages, record.categories) == (608, ("Fiction",))
    assert record.description == "A family & a valley.\nTwo brothers."
    assert "pageCount" in asked[0].params["fields"]


def test_no_pages_are_not_zero_pages():
    item = {**VOLUMES["items"][0]}
    item["volumeInfo"] = {**item["volumeInfo"], "pageCount": 0}
    assert catalog({"items": [item]})[0].by_isbn("9781440631320").pages is None
