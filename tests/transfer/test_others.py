"""Lists of ISBNs, the reading log of Open Library, tables of one's own, and what is none of these."""

import httpx
import pytest

from catalogs.open_library import OpenLibrary
from tests.transfer.importing import read
from transfer import id_lookup
from transfer.items import NotReadable


def test_a_text_with_isbns_in_it_is_a_list_of_books():
    text = "For Ana:\n978-0-441-01359-3 and 0141439580;\nnothing here\n9780316332873, 9780316332874\n"
    kind, items = read(text)
    assert kind == "isbn_list"
    assert [item.isbn13 for item in items if item.isbn13] == ["9780441013593", "9780141439587", "9780316332873"]
    (bad,) = (item for item in items if item.problem)
    assert "check digit" in bad.problem and "9780316332874" in bad.problem


@pytest.mark.parametrize(
    ("number", "word"),
    [("9790060115615", "music"), ("9771234567898", "magazine"), ("4006381333931", "not the barcode of a book")],
)
def test_numbers_of_music_magazines_and_pens_say_what_they_are(number, word):
    _, items = read(f"9780441013593\n{number}\n")
    assert word in items[1].problem


def test_a_wrong_isbn_costs_the_number_and_not_the_book():
    _, (item,) = read("Title,Author,ISBN\nDune,Frank Herbert,9780441013594\n")
    assert (item.title, item.isbn13, item.problem) == ("Dune", "", "")
    assert "wrong digit" in item.notes[0] and item.extra["ISBN"] == "9780441013594"


def test_an_issn_is_told_from_an_isbn():
    _, (item,) = read("Title,ISBN\nNature,0028-0836\n")
    assert "ISSN" in item.notes[0] and item.isbn13 == ""


def test_a_table_of_ones_own_is_understood_by_the_names_of_its_columns():
    kind, (item,) = read("Titel;Autor;Verlag;Jahr;Regal;Bewertung\nMomo;Ende, Michael;Thienemann;1973;Flur;5\n")
    assert kind == "table"
    assert item.facts == {"title": "Momo", "authors": ["Michael Ende"], "publisher": "Thienemann", "published_date": "1973"}
    assert (item.shelf, item.own["rating"]) == (["Flur"], 10)


def test_the_log_of_open_library_has_numbers_alone():
    kind, items = read(
        "Work Id,Edition Id,Bookshelf\nOL893415W,OL7440033M,Already Read\nOL27258W,,Want to Read\n,,Want to Read\n"
    )
    assert kind == "open_library"
    assert [item.ids for item in items[:2]] == [{"open_library": "OL7440033M"}, {"open_library": "OL27258W"}]
    assert [item.own["status"] for item in items[:2]] == ["read", "to-read"]
    assert items[2].problem


def test_the_log_of_open_library_of_today_has_titles_and_ratings():
    header = "Work ID,Title,Authors,First Publish Year,Edition ID,Bookshelf,My Ratings,Ratings Average,Subjects\n"
    kind, (item,) = read(header + 'OL1W,Kindred,Octavia E. Butler,1979,OL2M,Already Read,5,4.1,"Slavery, Time travel"\n')
    assert kind == "open_library" and item.facts["categories"] == ["Slavery", "Time travel"]
    assert (item.title, item.facts["authors"], item.facts["first_published"]) == ("Kindred", ["Octavia E. Butler"], 1979)
    assert (item.own, item.ids, item.problem) == ({"status": "read", "rating": 10}, {"open_library": "OL2M"}, "")


def answering(handler):
    client = httpx.Client(transport=httpx.MockTransport(handler))
    return lambda: OpenLibrary(client, "https://openlibrary.example")


def test_open_library_is_asked_once_for_all_its_numbers(settings, db):
    settings.CATALOGS = ["tests.transfer.test_others.knowing", "open_library"]
    asked.clear()
    _, items = read(
        "Work Id,Edition Id,Bookshelf\nOL893415W,OL7440033M,Already Read\nOL27258W,,Want to Read\nOL1W,,Want to Read\n"
    )
    id_lookup.complete_by_number(items)
    assert (items[0].title, items[0].isbn13) == ("Dune", "9780441013593")
    assert (items[1].title, items[1].facts["authors"]) == ("Neuromancer", ["William Gibson"])
    assert "no longer has" in items[2].problem
    assert len(asked) == 2


def test_without_open_library_the_row_says_so_and_can_be_tried_again(settings, db):
    settings.CATALOGS = ["local"]
    _, (item,) = read("Work Id,Edition Id,Bookshelf\nOL893415W,OL7440033M,Already Read\n")
    id_lookup.complete_by_number([item])
    assert "Only Open Library can identify" in item.problem


asked: list[str] = []


def knowing():
    def handler(request):
        asked.append(str(request.url))
        if request.url.path == "/api/books":
            book = {"title": "Dune", "authors": [{"name": "Frank Herbert"}], "identifiers": {"isbn_13": ["9780441013593"]}}
            return httpx.Response(200, json={"OLID:OL7440033M": book})
        found = {"key": "/works/OL27258W", "title": "Neuromancer", "author_name": ["William Gibson"]}
        return httpx.Response(200, json={"docs": [found]})

    return answering(handler)()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 whatever", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"just some words without any number", "cannot be imported"),
        (b"a,b,c\n1,2,3\n", "cannot be imported"),
        (bytes(range(1, 32)) * 50, "not a text file"),
        (b"title," + b"x," * 1_000_000, "longer than any list of columns"),
        (b"title," + b"x," * 10_000 + b"\n", "10,002 columns"),
    ],
)
def test_what_is_no_list_of_books_is_refused_with_a_sentence(content, word):
    with pytest.raises(NotReadable, match=word):
        read(content)
