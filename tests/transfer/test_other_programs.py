"""Exports of the smaller programs, each in its layout, and what people do to files before they send them."""

import csv
import io
import json
import zipfile

import pytest

from library.models import UserBook
from tests.factories import run_import
from tests.transfer.importing import import_books, preview, read, table
from transfer import source_files
from transfer.items import NotReadable

BOOKWYRM = (
    "title,author_text,remote_id,openlibrary_key,isbn_10,isbn_13,start_date,finish_date,stopped_date,rating,review_name,"
    "review_content,shelf,shelf_date"
)
OPENREADS = (
    "title,author,status,favourite,deleted,rating,pages,publication_year,isbn,olid,tags,my_review,book_format,readings,"
    "date_added,date_modified"
)


def test_bookwyrm_says_when_a_book_was_stopped():
    row = {"title": "Middlemarch", "author_text": "George Eliot, Rosemary Ashton", "isbn_13": "9780141439549", "rating": "4.5"}
    row |= {
        "start_date": "2021-03-01",
        "stopped_date": "2021-03-09",
        "review_name": "Long",
        "review_content": "Too long",
        "shelf": "stopped-reading",
    }
    kind, (item,) = read(table(BOOKWYRM, row))
    assert (kind, item.facts["authors"], item.isbn13) == ("bookwyrm", ["George Eliot", "Rosemary Ashton"], "9780141439549")
    assert item.own == {"rating": 9, "review": "Long\n\nToo long", "status": "did-not-finish"}
    assert item.readings == [["2021-03-01", "2021-03-09"]] and item.notes == []


def test_a_shelf_of_ones_own_in_bookwyrm_is_a_tag_by_its_name():
    row = {"title": "Emma", "author_text": "Jane Austen", "shelf": "for-the-train", "shelf_name": "For the train"}
    _, (item,) = read(table(BOOKWYRM + ",shelf_name", row))
    assert item.tags == ["For the train"] and "status" not in item.own


def test_openreads_leaves_out_what_was_deleted_and_reads_its_readings():
    read_twice = {
        "title": "Mort",
        "status": "finished",
        "readings": "2020-01-02T00:00:00.000|2020-01-05T00:00:00.000|;2022-02-03T00:00:00.000||",
    }
    gone = {"title": "Gone", "status": "finished", "deleted": "true"}
    planned = {"title": "Later", "status": "planned", "favourite": "true", "tags": "fun|||||sf"}
    kind, (mort, left, later) = read(table(OPENREADS, read_twice, gone, planned))
    assert kind == "openreads" and mort.readings == [["2020-01-02", "2020-01-05"], ["2022-02-03", ""]]
    assert (mort.own["status"], later.own["status"], later.own["favourite"], later.tags) == (
        "read",
        "to-read",
        True,
        ["fun", "sf"],
    )
    assert "deleted" in left.left_out


def test_openreads_may_have_a_surname_first_where_it_took_a_book_from_a_catalogue():
    head = "title,author,status,deleted,rating,readings,date_modified\n"
    _, (item, other) = read(head + 'Winter,"Marsden, John",planned,false,,,\nRelic,"Douglas Preston, Lincoln Child",,false,,,\n')
    assert item.facts["authors"] == ["John Marsden"] and other.facts["authors"] == ["Douglas Preston", "Lincoln Child"]


def test_inventaire_names_a_title_by_its_edition_or_its_work():
    header = "Item URL,Edition URL,ISBN-13,Title,Works labels,Works URLs,Authors labels,Item transaction,Item created,Shelves"
    rows = [
        {
            "Item URL": "https://i.example/1",
            "ISBN-13": "978-0-14-143954-9",
            "Title": "Middlemarch",
            "Authors labels": "George Eliot",
        },
        {"Item URL": "https://i.example/2", "Works labels": "Emma", "Authors labels": "Jane Austen", "Shelves": "attic,loans"},
    ]
    kind, (first, second) = read(table(header, *rows))
    assert (kind, first.title, first.isbn13) == ("inventaire", "Middlemarch", "9780141439549")
    assert (second.title, second.tags) == ("Emma", ["attic", "loans"])


def test_bookbuddy_has_wishes_and_loans():
    header = 'Title,Author,"Author (Last, First)",Rating,Physical Location,Wish List,Loaned To,Date Loaned,Status,Favorites'
    rows = 'Emma,Jane Austen,"Austen, Jane",0.000000,,1,,,Unread,0\n'
    rows += 'Dune,"Frank Herbert, Brian Herbert","Herbert",4.500000,Hall,0,Sam,2022/03/04,Read,1\n'
    kind, (wish, lent) = read(f"{header}\n{rows}")
    assert (kind, wish.own) == ("bookbuddy", {"status": "wishlist"})
    assert (lent.facts["authors"], lent.own["rating"], lent.shelf) == (["Frank Herbert", "Brian Herbert"], 9, ["Hall"])
    assert lent.loans == [{"borrower": "Sam", "since": "2022-03-04"}] and lent.own["favourite"] is True


def test_book_catalogue_writes_the_surname_first_and_zeros_for_nothing():
    header = "_id,author_details,title,isbn,rating,bookshelf_id,bookshelf,read,series_details,read_end,book_uuid"
    row = {
        "author_details": "Vargas Llosa, Mario|Grossman, Edith",
        "title": "The Feast",
        "rating": "4.5",
        "read": "1",
        "read_end": "0000-00-00",
    }
    kind, (item,) = read(table(header, row | {"series_details": "Big Books (3)|Others (1)"}))
    assert (kind, item.facts["authors"]) == ("book_catalogue", ["Mario Vargas Llosa", "Edith Grossman"])
    assert (item.own, item.facts["series"], item.facts["series_number"]) == ({"status": "read", "rating": 9}, "Big Books", "3")
    _, (item,) = read(table(header + ",list_price", row | {"series_details": "Big Books (3)|", "list_price": "4.99"}))
    assert (item.facts["series_number"], item.notes, item.extra["list_price"]) == ("3", [], "4.99") and "price" not in item.own


def test_my_library_is_known_in_french():
    kind, (item,) = read(
        "Titre,Auteurs,Editeur,Date de publication,Pages,ISBN,Lu,Résumé\nNadja,André Breton,Gallimard,17/04/1964,190,,Oui,Court\n"
    )
    assert (kind, item.facts["published_date"], item.own["status"]) == ("my_library", "1964-04-17", "read")


def test_librarything_has_a_json_of_its_own():
    book = {
        "books_id": "7", "title": "The Feast of the Goat", "primaryauthor": "Vargas Llosa, Mario",
        "rating": 4.5, "tags": ["peru"],
        "authors": [{"lf": "Vargas Llosa, Mario", "fl": "Mario Vargas Llosa"}, {"lf": "Grossman, Edith", "role": "Translator"}],
        "publication": "Farrar, Straus and Giroux (2001), 404 pages", "isbn": {"0": "0374154767"},
        "format": [{"code": "1.1", "text": "Hardcover"}],
        "collections": ["Your library"], "language": ["English"], "pages": "404 ",
    }  # fmt: skip
    kind, (item,) = read(json.dumps({"7": book}))
    assert kind == "librarything_json" and item.facts["authors"] == ["Mario Vargas Llosa"]
    assert (item.facts["publisher"], item.isbn13, item.facts["language"]) == ("Farrar, Straus and Giroux", "9780374154769", "en")
    assert (item.own["rating"], item.extra["Translator"]) == (9, "Grossman, Edith")


def test_calibre_says_with_its_sorted_names_where_a_name_ends():
    header = "authors,author_sort,title,title_sort,isbn,identifiers,series_index,uuid"
    rows = [
        {"authors": "Sammy Davis, Jr., Jane Boyar", "author_sort": "Davis, Sammy, Jr. & Boyar, Jane", "title": "Yes I Can"},
        {"authors": "Virgil, Robert Fitzgerald", "author_sort": "Virgil & Fitzgerald, Robert", "title": "The Aeneid"},
        {"authors": "Chatto, Windus and Sons", "author_sort": "Chatto, Windus and Sons", "title": "Catalogue"},
        {"authors": "J. D.", "author_sort": "D., J.", "title": "X", "isbn": "080442957", "identifiers": "isbn:080442957X"},
    ]
    _, items = read(table(header, *rows))
    people = [["Sammy Davis Jr.", "Jane Boyar"], ["Virgil", "Robert Fitzgerald"], ["Chatto, Windus and Sons"], ["J. D."]]
    assert [item.facts["authors"] for item in items] == people
    assert items[3].isbn13 == "9780804429573" and items[3].notes == []


def test_goodreads_is_always_out_of_five():
    rows = "".join(f"{n},Book {n},Writer,,,{7 if n == 3 else 4},,,read,\n" for n in range(12))
    _, items = read(
        "Book Id,Title,Author,Author l-f,ISBN13,My Rating,Date Read,Bookshelves,Exclusive Shelf,Private Notes\n" + rows
    )
    assert [item.own.get("rating") for item in items] == [None if n == 3 else 8 for n in range(12)]


@pytest.mark.parametrize(
    ("header", "value", "half_stars"),
    [
        ("Rating", "3/10", 3),
        ("Rating", "4.5/5", 9),
        ("Rating (out of 10)", "7", 7),
        ("Rating", "★★★½", 7),
        ("Rating", "4 of 5", 8),
        ("rating/10", "9", 9),
        ("Note (sur 20)", "17", 9),
        ("Minha avaliação", "4.5", 9),
        ("Bewertung (1-6)", "3", 5),
    ],
)
def test_a_rating_may_say_its_own_scale(header, value, half_stars):
    _, (item,) = read(f"Title,Author,{header}\nEmma,Jane Austen,{value}\n")
    assert item.own["rating"] == half_stars


@pytest.mark.parametrize("value", ["nan", "inf", "-2", "6/5", "good", "4/0", "1e9"])
def test_an_odd_rating_costs_itself_and_is_told(value):
    _, (before, item, after) = read(f"Title,Rating\nA,5\nB,{value}\nC,4\n")
    assert "rating" not in item.own and len(item.notes) == 1 and item.extra["Rating"] == value
    assert (before.own["rating"], after.own["rating"]) == (10, 8)


def test_headers_may_be_spelt_in_any_way():
    kind, (item,) = read(
        "book_title,author_last_name,AuthorFirstName,ISBN-13,pageCount,date_read,Read Status\n"
        "Emma,Austen,Jane,9780141439587,512,2020-01-02,read\n"
    )
    assert kind == "table" and item.facts["authors"] == ["Jane Austen"]
    assert (item.isbn13, item.facts["pages"], item.readings) == ("9780141439587", 512, [["", "2020-01-02"]])


def test_two_columns_of_one_name_are_both_kept():
    _, (item, alone) = read(
        "Title,Author,Author,Notes,Publisher,Publisher\n"
        "Good Omens,Terry Pratchett,Neil Gaiman,x,Corgi,Ace\nEmma,Jane Austen,,,,Dent\n"
    )
    assert item.facts["authors"] == ["Terry Pratchett", "Neil Gaiman"]
    assert (item.facts["publisher"], item.extra) == ("Corgi", {"Publisher (2)": "Ace"})
    assert (alone.facts["authors"], alone.facts["publisher"]) == (["Jane Austen"], "Dent")


def test_the_line_of_a_spreadsheet_before_the_header_is_no_header():
    _, items = read('"sep=;"\r\nTitle;Author\r\nEmma;Jane Austen\r\n')
    assert [(item.title, item.facts["authors"]) for item in items] == [("Emma", ["Jane Austen"])]


def test_rows_that_are_quoted_as_a_whole_are_opened():
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow(['Emma,"Austen, Jane",9780141439587'])
    _, (item,) = read("Title,Author,ISBN\n" + out.getvalue())
    assert (item.title, item.facts["authors"], item.isbn13) == ("Emma", ["Jane Austen"], "9780141439587")


def test_an_unclear_author_stays_and_is_told():
    _, (item,) = read('Title,Author\nThe Aeneid,"Virgil, Robert Fitzgerald"\n')
    assert item.facts["authors"] == ["Virgil, Robert Fitzgerald"] and "semicolons" in item.notes[0]


@pytest.mark.parametrize(
    ("title", "series"),
    [
        ("Learning C#", ""),
        ("Java (and C#)", ""),
        ("Lists (The #1 Hit)", ""),
        ("Mort (Discworld #4)", "Discworld"),
        ("X (#3)", ""),
        ("X (1)", ""),
    ],
)
def test_a_sign_without_a_number_is_no_series(title, series):
    _, (item,) = read(f"title,author_text,remote_id,bnf_id\n{title},Ann Author,,\n", "bookwyrm")
    assert item.facts.get("series", "") == series and (series or item.title == title)


def test_days_of_two_digits_follow_the_order_that_the_column_shows():
    _, items = read("Title,Date Read,Date Added\nA,3/4/21,12/31/20\nB,1/2/19,1/13/19\n")
    assert [item.readings for item in items] == [[["", "2021-03-04"]], [["", "2019-01-02"]]]


def test_a_day_that_may_be_two_days_is_left_out_and_told():
    _, (item,) = read("Title,Date Read\nA,03/04/2021\n")
    assert (
        item.readings == []
        and item.own["status"] == "read"
        and item.extra["Date read"] == "03/04/2021"
        and "could mean two dates" in item.notes[0]
    )


@pytest.mark.parametrize(
    "content",
    [
        '{"books": [{"isbn": "9780141439587"}]}',
        '[["9780141439587"]]',
        "<html><p>9780141439587",
        "Buch|Nummer|Ort\nEmma|x|Flur\nDune|9780441013593|Bad\n",
    ],
)
def test_nothing_structured_becomes_a_list_of_isbns(content):
    with pytest.raises(NotReadable, match=r"cannot be imported|does not know this format"):
        read(content)


def test_a_diary_is_read_for_its_isbns_alone():
    kind, items = read("2015-01-01 06:15 began Emma\n2015-01-02 07:20 Dune (9780441013593), 12.50 EUR\ncall 030-640-6152\n")
    assert (kind, [item.isbn13 or item.problem for item in items]) == ("isbn_list", ["9780441013593"])


def test_an_archive_of_a_mac_holds_one_table():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("list/books.csv", "Title,Author\nEmma,Jane Austen\n")
        archive.writestr("__MACOSX/list/._books.csv", b"\0\1")
        archive.writestr("list/.DS_Store", b"\0")
    packed.seek(0)
    with source_files.unpacked(packed) as stream:
        assert stream.read().startswith(b"Title")


def test_one_book_of_two_programs_is_one_book(owner):
    import_books(owner, 'Title,Author\nCamp Concentration,Thomas M. Disch Jr.\nThe Feast,"Vargas Llosa, Mario A."\n')
    import_books(owner, 'Title,Author\nCamp Concentration,"Disch, Thomas M., Jr."\nThe Feast,Mario Vargas Llosa\n')
    assert UserBook.objects.of(owner).count() == 2


def test_signs_keep_titles_apart(owner):
    import_books(
        owner, "Title,Author\nC Primer,Ann Author\nC++ Primer,Ann Author\nC# Primer,Ann Author\n?,Ann Author\n!!!,Ann Author\n"
    )
    assert UserBook.objects.of(owner).count() == 5


def test_what_is_owned_is_filled_in_unless_somebody_says_otherwise(owner):
    import_books(owner, "Title,Author\nEmma,Jane Austen\n")
    file = import_books(owner, "Title,Author,Rating,Date Read\nEmma,Jane Austen,4,2020-01-02\n")
    copy = UserBook.objects.of(owner).get()
    assert (copy.rating, copy.readings.count(), file.counts["updated"]) == (8, 1, 1)


def test_the_preview_reads_as_the_import_does(owner):
    file = preview(owner, "Title,Author,Rating,Date Added\nA,X,3,03/04/2020\nB,Y,9,04/25/2020\nC,Z,10,05/26/2020\n")
    noted, shown = file.counts["noted"], [row["message"] for row in file.hints["shown"]]
    file = run_import(file)
    assert (file.counts["noted"], list(file.rows.values_list("message", flat=True))) == (noted, shown)
