"""aNobii: the status is a sentence with a date in it, and two generations of files name their columns differently."""

import pytest

from tests.transfer.importing import read, table

OLD = "ISBN,Title,Author,Number of pages,Publication date,Private Note,Comment title,Comment content,Status,Stars,Tags"
NEW = "ISBN,Title,Author,Date of publication,Private notes,Comment Title,Comment Content,Reading status,Vote,Tags"


def test_an_older_file_has_brackets_and_a_note():
    row = {"ISBN": "[9780141439587]", "Title": "Emma", "Author": "Jane Austen, Fiona Stafford", "Publication date": "[2003]"}
    row |= {"Comment title": "Fine", "Comment content": "Slow at first", "Stars": "4", "Tags": "classics / love"}
    kind, (item,) = read(table(OLD, row | {"Private Note": "from Ann", "Status": "Finished on Mar 4, 2012"}))
    assert (kind, item.isbn13, item.facts["authors"]) == ("anobii", "9780141439587", ["Jane Austen", "Fiona Stafford"])
    assert item.own == {"status": "read", "rating": 8, "review": "Fine\n\nSlow at first", "notes": "from Ann"}
    assert (item.readings, item.tags, item.facts["published_date"]) == ([["", "2012-03-04"]], ["classics", "love"], "2003")


def test_a_newer_file_names_its_columns_otherwise():
    row = {"Title": "Emma", "Date of publication": "2003-xx-xx", "Comment Content": "Good", "Vote": "5"}
    kind, (item,) = read(table(NEW, row | {"Private notes": "x", "Reading status": "Being read"}))
    assert (kind, item.facts["published_date"]) == ("anobii", "2003")
    assert item.own == {"status": "reading", "rating": 10, "review": "Good", "notes": "x"}


@pytest.mark.parametrize(
    ("sentence", "status", "readings"),
    [
        ("Not Started", "to-read", []),
        ("Reading since Feb 3, 2013", "reading", [["2013-02-03", ""]]),
        ("Finished in May 2011", "read", []),  # no day is made up
        ("Unfinished", "did-not-finish", []),
        ("Abandoned on May 2, 2011", "did-not-finish", []),
    ],
)
def test_the_status_is_a_sentence(sentence, status, readings):
    _, (item,) = read(table(OLD, {"Title": "Emma", "Status": sentence}))
    assert (item.own["status"], item.readings, item.tags) == (status, readings, [])
    assert bool(item.extra) == (" 2011" in sentence)
