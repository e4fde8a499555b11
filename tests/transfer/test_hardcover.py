"""Hardcover: people with their parts, lists with places."""

import pytest

from tests.transfer.importing import read, table

HEADER = (
    "Title,Author,Series,Status,Privacy,Hardcover Book ID,Hardcover Edition ID,ISBN 10,ISBN 13,ASIN,Media,Country Code,"
    "Language Code,Binding,Pages,Duration in Seconds,Publish Date,Publisher,Genres,Moods,Tags,Content Warnings,Lists,"
    "Date Added,Date Started,Date Finished,Rating,Review,Review Contains Spoilers,Sponsored Review,Review Date,Review URL,"
    "Review Media URL,Private Notes,Owned,Compilation,Review Slate"
)
PIRANESI = {
    "Title": "Piranesi",
    "Author": "Susanna Clarke, Chiwetel Ejiofor (Narrator)",
    "Series": "The House #1",
    "Status": "Read",
    "Hardcover Book ID": "428031",
    "ISBN 13": "9781526622426",
    "Language Code": "en",
    "Pages": "272",
    "Publish Date": "2020-09-15",
    "Publisher": "Bloomsbury",
    "Genres": "Fantasy, Fiction",
    "Lists": "Favourites (#3), Houses",
    "Date Added": "2021-01-01",
    "Date Started": "2021-01-02",
    "Date Finished": "2021-01-05",
    "Rating": "4.5",
    "Owned": "true",
}


def test_a_row_becomes_a_book():
    kind, (item,) = read(table(HEADER, PIRANESI))
    assert kind == "hardcover"
    assert (item.facts["authors"], item.extra["Narrator"]) == (["Susanna Clarke"], "Chiwetel Ejiofor")
    assert (item.facts["series"], item.facts["series_number"]) == ("The House", "1")
    assert item.facts["categories"] == ["Fantasy", "Fiction"]
    assert item.tags == ["Favourites", "Houses"]
    assert (item.readings, item.own["rating"]) == ([["2021-01-02", "2021-01-05"]], 9)
    assert item.ids == {"hardcover": "428031"}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Want to Read", "to-read"),
        ("Currently Reading", "reading"),
        ("Paused", "reading"),
        ("Did Not Finish", "did-not-finish"),
        ("Stopped", "did-not-finish"),
    ],
)
def test_every_status_has_its_own(theirs, ours):
    _, (item,) = read(table(HEADER, PIRANESI | {"Status": theirs, "Date Finished": ""}))
    assert item.own["status"] == ours
