"""Goodreads, in both of its layouts, with the traps of real exports."""

import pytest

from tests.transfer.importing import read, table

OLDER = (
    "Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating,Average Rating,Publisher,Binding,Number of Pages,"
    "Year Published,Original Publication Year,Date Read,Date Added,Bookshelves,Bookshelves with positions,Exclusive Shelf,"
    "My Review,Spoiler,Private Notes,Read Count,Recommended For,Recommended By,Owned Copies,Original Purchase Date,"
    "Original Purchase Location,Condition,Condition Description,BCID"
)
CURRENT = OLDER.split(",Recommended For")[0] + ",Owned Copies"
TIAMAT = {
    "Book Id": "39077187",
    "Title": "Tiamat's Wrath (The Expanse, #8)",
    "Author": "James S.A. Corey",
    "Author l-f": "Corey, James S.A.",
    "Additional Authors": "Daniel Abraham, Ty Franck",
    "ISBN": '="0316332879"',
    "ISBN13": '="9780316332873"',
    "My Rating": "5",
    "Average Rating": "4.54",
    "Publisher": "Orbit",
    "Binding": "Hardcover",
    "Number of Pages": "537",
    "Year Published": "2019",
    "Original Publication Year": "2019",
    "Date Read": "2020/10/25",
    "Date Added": "2020/03/01",
    "Bookshelves": "sci-fi, space",
    "Exclusive Shelf": "read",
    "My Review": "Good.<br/><br/><i>Very</i> good &amp; long.",
    "Private Notes": "Lent twice",
    "Read Count": "2",
    "Owned Copies": "1",
}


@pytest.mark.parametrize("header", [OLDER, CURRENT])
def test_both_layouts_say_the_same(header):
    kind, (item,) = read(table(header, TIAMAT))
    assert kind == "goodreads"
    assert item.facts == {
        "title": "Tiamat's Wrath",
        "series": "The Expanse",
        "series_number": "8",
        "authors": ["James S.A. Corey", "Daniel Abraham", "Ty Franck"],
        "isbn13": "9780316332873",
        "publisher": "Orbit",
        "binding": "Hardcover",
        "pages": 537,
        "published_date": "2019",
        "first_published": 2019,
    }
    assert item.own == {
        "status": "read",
        "rating": 10,
        "added": "2020-03-01",
        "review": "Good.\n\nVery good & long.",
        "notes": "Lent twice",
    }
    assert item.readings == [["", ""], ["", "2020-10-25"]]  # read twice, one date
    assert (item.tags, item.ids) == (["sci-fi", "space"], {"goodreads": "39077187"})
    assert item.extra == {"Average Rating": "4.54"}
    assert item.notes == []


def test_an_empty_isbn_in_its_form_for_spreadsheets_is_none():
    _, (item,) = read(table(CURRENT, TIAMAT | {"ISBN": '=""', "ISBN13": '=""'}))
    assert item.isbn13 == "" and item.notes == [] and item.problem == ""


def test_no_rating_is_none_rather_than_zero():
    _, (item,) = read(table(CURRENT, TIAMAT | {"My Rating": "0"}))
    assert "rating" not in item.own


def test_a_shelf_of_ones_own_becomes_a_tag_and_is_told():
    _, (item,) = read(table(CURRENT, TIAMAT | {"Exclusive Shelf": "someday", "Bookshelves": "someday, sci-fi", "Date Read": ""}))
    assert item.tags == ["sci-fi", "someday"] or item.tags == ["someday", "sci-fi"]
    assert "status" not in item.own and "someday" in item.notes[0]


def test_the_exclusive_shelf_is_no_tag():
    _, (item,) = read(table(CURRENT, TIAMAT | {"Exclusive Shelf": "to-read", "Bookshelves": "to-read", "Date Read": ""}))
    assert (item.own["status"], item.tags) == ("to-read", [])


@pytest.mark.parametrize(
    ("title", "series", "number", "left"),
    [
        ("Mort (Discworld, #4; Death, #1)", "Discworld", "4", "Mort"),
        ("Foundation (Foundation #1)", "Foundation", "1", "Foundation"),
        ("Collected (Omnibus, #1-3)", "Omnibus", "1-3", "Collected"),
        ("Emma (Penguin Classics)", None, None, "Emma (Penguin Classics)"),
        ("A (b) c (The (Old) Ones, #2.5)", "The (Old) Ones", "2.5", "A (b) c"),
    ],
)
def test_series_are_found_in_the_title(title, series, number, left):
    _, (item,) = read(table(CURRENT, TIAMAT | {"Title": title}))
    assert (item.facts.get("series"), item.facts.get("series_number"), item.title) == (series, number, left)


def test_columns_may_stand_in_any_order_and_some_may_be_missing():
    header = "Additional Authors,Exclusive Shelf,Author,Title,My Rating"
    kind, (item,) = read(table(header, {name: TIAMAT[name] for name in header.split(",")}))
    assert kind == "goodreads" and item.facts["authors"][0] == "James S.A. Corey"


def test_a_row_without_anything_in_it_says_so():
    _, (item,) = read(table(CURRENT, {"Book Id": "1", "My Rating": "3"}))
    assert item.problem == "This row has neither a title nor an ISBN."
