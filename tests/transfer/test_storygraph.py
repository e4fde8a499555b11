"""The StoryGraph: quarter stars, ranges of dates, numbers that are no ISBNs."""

from tests.transfer.importing import read, table

HEADER = (
    "Title,Authors,Contributors,ISBN/UID,Format,Read Status,Date Added,Last Date Read,Dates Read,Read Count,Moods,Pace,"
    "Character- or Plot-Driven?,Strong Character Development?,Loveable Characters?,Diverse Characters?,Flawed Characters?,"
    "Star Rating,Review,Content Warnings,Content Warning Description,Tags,Owned?"
)
CIRCE = {
    "Title": "Circe",
    "Authors": "Madeline Miller",
    "ISBN/UID": "9781408890042",
    "Format": "paperback",
    "Read Status": "read",
    "Date Added": "2021/01/02",
    "Last Date Read": "2022/08/01",
    "Dates Read": "2021/01/20-2021/02/09, 2022/08/01",
    "Moods": "emotional, mysterious",
    "Pace": "slow",
    "Star Rating": "4.25",
    "Review": "<div>So good</div>",
    "Tags": "myths, greece",
    "Owned?": "Yes",
}


def test_a_row_becomes_a_book():
    kind, (item,) = read(table(HEADER, CIRCE))
    assert kind == "storygraph"
    facts = {"title": "Circe", "authors": ["Madeline Miller"], "isbn13": "9781408890042", "binding": "paperback"}
    assert item.facts == facts
    assert item.own == {"status": "read", "added": "2021-01-02", "rating": 9, "review": "So good"}
    assert item.readings == [["2021-01-20", "2021-02-09"], ["", "2022-08-01"]]
    assert item.tags == ["myths", "greece"]
    assert item.extra == {"Moods": "emotional, mysterious", "Pace": "slow", "Owned?": "Yes"}
    assert item.notes == ["4.25 became 4.5 stars, because only half stars can be stored."]


def test_did_not_finish_is_kept_and_paused_is_still_reading():
    rows = [CIRCE | {"Read Status": status, "Dates Read": "", "Last Date Read": ""} for status in ("did-not-finish", "paused")]
    _, items = read(table(HEADER, *rows))
    assert [item.own["status"] for item in items] == ["did-not-finish", "reading"]


def test_amazons_number_is_no_isbn_and_no_reason_to_refuse_the_book():
    _, (item,) = read(table(HEADER, CIRCE | {"ISBN/UID": "B07BB5LGZK"}))
    assert (item.isbn13, item.extra["UID"], item.ids) == ("", "B07BB5LGZK", {})


def test_their_own_number_tells_the_row_again():
    _, (item,) = read(table(HEADER, CIRCE | {"ISBN/UID": "5f1c9a2e-33b4-4c4b-8a0e-000000000000"}))
    assert item.ids == {"storygraph": "5f1c9a2e-33b4-4c4b-8a0e-000000000000"}


def test_an_older_file_says_author_and_isbn():
    header = "Title,Author,ISBN,Read Status,Last Date Read,Moods,Pace,Star Rating"
    row = {
        "Title": "Circe",
        "Author": "Madeline Miller",
        "ISBN": "1408890046",
        "Read Status": "read",
        "Last Date Read": "2021/02/09",
    }
    kind, (item,) = read(table(header, row))
    assert (kind, item.isbn13, item.facts["authors"]) == ("storygraph", "9781408890042", ["Madeline Miller"])
    assert item.readings == [["", "2021-02-09"]]


def test_a_month_without_a_day_makes_up_no_day():
    _, (item,) = read(table(HEADER, CIRCE | {"Dates Read": "2021/05", "Last Date Read": ""}))
    assert item.readings == [] and item.own["status"] == "read"
    assert item.extra["Date read"] == "2021/05" and "2021-05 has no day" in " ".join(item.notes)
