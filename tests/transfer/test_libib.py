"""Libib: all media in one file."""

from tests.transfer.importing import read, table

HEADER = (
    "item_type,title,creators,first_name,last_name,collection,ean_isbn13,upc_isbn10,description,publisher,publish_date,group,tags,"
    "notes,price,length,number_of_discs,number_of_players,age_group,ensemble,aspect_ratio,esrb,rating,review,review_date,status,"
    "began,completed,added,copies"
)
EMMA = {
    "item_type": "book",
    "title": "Emma",
    "creators": "Jane Austen",
    "collection": "Living room",
    "ean_isbn13": "9780141439587",
    "upc_isbn10": "0141439580",
    "publisher": "Penguin",
    "publish_date": "2003-05-06",
    "tags": "classics,england",
    "notes": "A present",
    "price": "$9.99",
    "length": "512",
    "rating": "4.5",
    "status": "Completed",
    "began": "2019-01-01",
    "completed": "2019-02-01",
    "added": "2018-12-24",
    "copies": "2",
}


def test_a_row_becomes_a_book():
    kind, (item,) = read(table(HEADER, EMMA))
    assert kind == "libib"
    assert item.facts["isbn13"] == "9780141439587" and item.facts["pages"] == 512
    assert (item.own["price"], item.own["currency"], item.own["rating"]) == ("9.99", "USD", 9)
    assert item.readings == [["2019-01-01", "2019-02-01"]]
    assert (item.shelf, item.copies, item.own["status"]) == (["Living room"], 2, "read")


def test_what_is_no_book_is_left_out():
    rows = [EMMA | {"item_type": kind, "ean_isbn13": "", "upc_isbn10": ""} for kind in ("movie", "music", "game")]
    _, items = read(table(HEADER, *rows))
    assert [item.left_out for item in items] == [f"This is not a book but a {kind}." for kind in ("movie", "music", "game")]


def test_an_abandoned_book_is_not_finished():
    _, (item,) = read(table(HEADER, EMMA | {"status": "Abandoned", "completed": ""}))
    assert item.own["status"] == "did-not-finish"


def test_the_name_of_one_person_may_stand_in_two_columns():
    _, (item,) = read(table(HEADER, EMMA | {"creators": "", "first_name": "Jane", "last_name": "Austen"}))
    assert item.facts["authors"] == ["Jane Austen"]


def test_the_template_for_adding_many_books_has_names_of_its_own():
    header = "creators,began_date,completed_date,copies,upc_isbn10,ean_isbn13,length_of,status,title\n"
    _, (item,) = read(header + "Ann Leckie,2026-01-10,2026-02-06,1,031624662X,9780316246620,432,Completed,Ancillary Justice\n")
    assert (item.facts["pages"], item.readings) == (432, [["2026-01-10", "2026-02-06"]])
