"""Calibre's catalogue: identifiers, several authors, dates that mean that there is none."""

from tests.transfer.importing import read, table

HEADER = (
    "authors,author_sort,rating,library_name,timestamp,formats,size,isbn,identifiers,comments,tags,series,series_index,languages,"
    "title,cover,title_sort,publisher,pubdate,id,uuid"
)
OMENS = {
    "authors": "Terry Pratchett & Neil Gaiman",
    "author_sort": "Pratchett, Terry & Gaiman, Neil",
    "rating": "5",
    "library_name": "Books",
    "timestamp": "2020-01-02T10:20:30+00:00",
    "formats": "epub",
    "identifiers": "goodreads:12067,isbn:9780552171892",
    "comments": "<p>The world will end</p>",
    "tags": "Fantasy, Humour",
    "series_index": "1.0",
    "languages": "eng",
    "title": "Good Omens",
    "publisher": "Corgi",
    "pubdate": "2014-08-28T00:00:00+00:00",
    "id": "7",
    "uuid": "b1e8f6a0-0000-4000-8000-000000000001",
}


def test_a_row_becomes_a_book():
    kind, (item,) = read(table(HEADER, OMENS))
    assert kind == "calibre"
    assert item.facts == {
        "title": "Good Omens",
        "authors": ["Terry Pratchett", "Neil Gaiman"],
        "isbn13": "9780552171892",
        "publisher": "Corgi",
        "published_date": "2014-08-28",
        "language": "en",
        "description": "The world will end",
    }
    assert item.own == {"rating": 10, "added": "2020-01-02T10:20:30+00:00"}
    assert item.tags == ["Fantasy", "Humour"]
    assert item.ids == {"calibre": OMENS["uuid"], "goodreads": "12067"}


def test_a_series_has_its_number():
    _, (item,) = read(table(HEADER, OMENS | {"series": "Discworld", "series_index": "5.0"}))
    assert (item.facts["series"], item.facts["series_number"]) == ("Discworld", "5")


def test_a_date_of_the_year_101_is_none():
    _, (item,) = read(table(HEADER, OMENS | {"pubdate": "0101-01-01T00:00:00+00:00"}))
    assert "published_date" not in item.facts


def test_a_rating_above_five_shows_that_the_file_rates_out_of_ten():
    _, items = read(table(HEADER, OMENS | {"rating": "4"}, OMENS | {"rating": "10"}))
    assert [item.own["rating"] for item in items] == [4, 10]


def test_a_book_of_nobody_has_no_author():
    _, (item,) = read("authors,author_sort,title,uuid,library_name\nUnknown,Unknown,Household Notes,x,Home\n")
    assert (item.title, item.facts.get("authors", [])) == ("Household Notes", [])
