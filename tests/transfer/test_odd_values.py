"""Kinds of values that no format announces: what is certain is read, all else stays as it was, with a remark."""

import pytest

from tests.transfer.importing import read
from transfer.items import NotReadable


def values(name: str, *cells: str) -> list:
    """The items of a table with a title and a column called `name`."""
    rows = "".join(f"Book {number};{cell}\n" for number, cell in enumerate(cells))
    return read(f"Title;{name}\n{rows}", "table")[1]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Douglas Adams and Mark Carwardine", ["Douglas Adams", "Mark Carwardine"]),
        ("Jane Doe, John Roe, and Ann Poe", ["Jane Doe", "John Roe", "Ann Poe"]),
        ("Boll, Anna and Maier, Kurt", ["Anna Boll", "Kurt Maier"]),
        ("Ann Poe/Kurt Maier", ["Ann Poe", "Kurt Maier"]),
        ("Ann Poe with Kurt Maier", ["Ann Poe", "Kurt Maier"]),
        ("Ann Poe et al.", ["Ann Poe"]),
        ("by Ann Poe", ["Ann Poe"]),
        ("Simon and Garfunkel", ["Simon and Garfunkel"]),
        ("Marks & Spencer", ["Marks & Spencer"]),
        ("Ann Poe and the Others", ["Ann Poe and the Others"]),
        ("三島, 由紀夫", ["三島由紀夫"]),
        ("Eliot, George, 1819-1880.", ["George Eliot"]),
        ("Sackville-West, V. (Victoria), 1892-1962, author.", ["V. Sackville-West"]),
        ("Lewis, C. S. (Clive Staples)", ["C. S. Lewis"]),
        ("Чехов, Антон Павлович", ["Антон Павлович Чехов"]),
        ("Goethe, Johann von", ["Johann von Goethe"]),
    ],
)
def test_people_are_two_where_whole_names_stand_on_both_sides(text, people):
    (item,) = values("Author", text.replace(";", ","))
    assert item.facts["authors"] == people
    assert bool(item.notes) == (len(people) == 1 and (" and " in people[0] or "&" in people[0]))


@pytest.mark.parametrize(
    ("cell", "title"),
    [("Emma /", "Emma"), ("Mrs Dalloway :", "Mrs Dalloway"), ("Who's There?", "Who's There?"), ("Wait:", "Wait:"), ("/", "/")],
)
def test_the_signs_between_the_parts_of_a_library_record_are_no_part_of_a_title(cell, title):
    _, (item,) = read(f'Title,Publisher,Series\n{cell},"Penguin,",Classics ;\n')
    assert (item.title, item.facts["publisher"], item.facts["series"]) == (title, "Penguin", "Classics")


@pytest.mark.parametrize(
    ("header", "cells", "people"),
    [
        ("Apellidos;Nombre;Título", "Laforet;Carmen;Nada", ["Carmen Laforet"]),
        ("Titel;Voornaam;Achternaam", "Nada;Carmen;Laforet", ["Carmen Laforet"]),
        ("Nombre;Título", "Nada;Nada", []),  # of whom or what, nobody knows
    ],
)
def test_given_names_need_a_surname_beside_them(header, cells, people):
    _, (item,) = read(f"{header}\n{cells}\n")
    assert (item.title, item.facts.get("authors", [])) == ("Nada", people)
    assert people or item.extra == {"Nombre": "Nada"}


def test_the_rating_of_all_readers_is_not_ones_own():
    both, none = read("Title,My Rating,Rating\nEmma,3,4.7\nMort,,4.1\n")[1]
    assert (both.own["rating"], both.extra, none.own) == (6, {"Rating": "4.7"}, {})
    (counted,) = read("Title,Rating,Number of ratings\nEmma,4.7,61234\n")[1]
    assert counted.own == {} and counted.extra["Rating"] == "4.7"


def test_a_barcode_beside_an_isbn_is_the_librarys_own():
    (item,) = read("Title,ISBN,Barcode\nEmma,,30001002\n")[1]
    assert (item.notes, item.extra) == ([], {"Barcode": "30001002"})
    assert read("Title,Barcode\nEmma,9780141439587\n")[1][0].isbn13 == "9780141439587"


def test_a_further_column_of_authors_has_a_number():
    (item,) = read("Title,Author,AUTHOR_2,Author3\nEmma,Ann Poe,Kurt Maier,Jo Roe\n")[1]
    assert item.facts["authors"] == ["Ann Poe", "Kurt Maier", "Jo Roe"]


@pytest.mark.parametrize(
    ("cell", "title"),
    [
        ("Emma / Jane Austen.", "Emma"),
        ("Emma / edited by someone", "Emma / edited by someone"),
        ("Either / Or", "Either / Or"),
    ],
)
def test_the_writers_behind_a_title_are_no_part_of_it(cell, title):
    (item,) = read(f'Title,Author\n"{cell}","Austen, Jane"\n')[1]
    assert item.title == title and bool(item.extra) == (title == "Emma")


@pytest.mark.parametrize(
    ("cell", "status", "readings"),
    [("0", None, 0), ("1", "read", 0), ("3", "read", 3), ("often", None, 0), ("99999", "read", 50)],
)
def test_a_number_of_readings_says_that_a_book_was_read(cell, status, readings):
    (item,) = values("Times read", cell)
    assert (item.own.get("status"), len(item.readings), bool(item.notes)) == (status, readings, cell == "often")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Abandonei", "did-not-finish"),
        ("PAL", "to-read"),
        ("Aan het lezen", "reading"),
        ("Quiero leer", "to-read"),
        ("Lido", "read"),
    ],
)
def test_a_status_is_known_in_the_languages_of_many_readers(word, status):
    assert values("Status", word)[0].own == {"status": status}


def test_who_did_not_write_is_kept_by_the_role():
    (item,) = values("Author", "Ann Poe (Author), Kurt Maier (Illustrator)")
    assert item.facts["authors"] == ["Ann Poe"] and item.extra["Illustrator"] == "Kurt Maier"


def test_a_series_is_no_number_of_a_series():
    _, (item,) = read("Name,Series,Volume,#\nHyperion,Cantos,1,1\n")
    assert (item.facts["series"], item.facts["series_number"]) == ("Cantos", "1")


@pytest.mark.parametrize(
    ("cell", "series", "number"),
    [
        ("Cantos, Book 2", "Cantos", "2"),
        ("Ring (Vol. 1-3)", "Ring", "1-3"),
        ("Tintin – tome 4", "Tintin", "4"),
        ("Area 51", "Area 51", None),
        ("Book 2", "Book 2", None),
        ("Class of 1984", "Class of 1984", None),
    ],
)
def test_a_word_before_the_number_makes_it_one_of_a_series(cell, series, number):
    (item,) = values("Series", cell)
    assert (item.facts["series"], item.facts.get("series_number")) == (series, number)


@pytest.mark.parametrize(
    ("ratings", "halves"),
    [
        (["4", "3", "5", "5", "4", "9"], [8, 6, 10, 10, 8, None]),  # a slip in a list out of five
        (["7", "3", "9", "10"], [7, 3, 9, 10]),
        (["4", "3", "7"], [None, None, None]),  # either
        (["80", "100", "60"], [8, 10, 6]),
        (["15", "17", "12"], [None, None, None]),  # out of 20, as French schools have it, or of anything above
        (["90%", "3 stars", "****", "3½", "2 von 4"], [9, 6, 8, 7, 5]),
        (["4"] * 300 + ["8"] * 400, [4] * 300 + [8] * 400),  # the last rows say it
    ],
)
def test_the_scale_of_ratings_is_shown_by_the_whole_file(ratings, halves):
    items = values("Rating", *ratings)
    assert [item.own.get("rating") for item in items] == halves
    assert all(item.notes and item.extra["Rating"] for item in items if "rating" not in item.own)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3. März 2020", "2020-03-03"),
        ("12 de mayo de 2020", "2020-05-12"),
        ("1er août 2019", "2019-08-01"),
        ("anno 2019", ""),
        ("7 dicembre 2018", "2018-12-07"),
    ],
)
def test_months_are_known_in_other_languages(text, day):
    (item,) = values("Date Read", text)
    assert [finished for _, finished in item.readings] == ([day] if day else [])


def test_a_month_says_that_a_book_was_read_but_no_day():
    month, nonsense = values("Date Read", "2021/3", "some day")
    assert month.own["status"] == "read" and not month.readings and month.extra["Date read"] == "2021/3"
    assert "status" not in nonsense.own and not nonsense.readings and nonsense.notes


@pytest.mark.parametrize("text", ["nan", "NULL", "n/a", "-", "None"])
def test_a_word_for_nothing_is_nothing(text):
    _, (item,) = read(f"Title;Publisher;ISBN;Series\n{text};{text};{text};{text}\n")
    assert item.facts == {"title": text} and not item.notes


def test_headers_may_be_in_other_languages():
    _, (item,) = read(
        "Título;Autor;Puntuación;Fecha de lectura;Estado;Año de publicación\nNada;Carmen Laforet;4;25/12/2019;leído;1945\n"
    )
    assert item.own == {"rating": 8, "status": "read"} and item.readings == [["", "2019-12-25"]]
    assert item.facts == {"title": "Nada", "authors": ["Carmen Laforet"], "published_date": "1945"}


def test_a_collector_wishes_sells_and_orders():
    header = "Index,Author,Title,Collection Status,My Rating,Read It,Original Publication Year\n"
    rows = "1,Ann Poe,A,In Collection,9,Yes,1901\n2,Ann Poe,B,On Wish List,,No,\n3,Ann Poe,C,Sold,,No,\n"
    kind, (owned, wished, sold) = read(header + rows)
    assert kind == "clz" and owned.own == {"rating": 9, "status": "read"} and owned.facts["first_published"] == 1901
    assert wished.own["status"] == "wishlist" and sold.tags == ["Previously owned"] and sold.notes


@pytest.mark.parametrize(("text", "year"), [("1965", 1965), ("1965.0", 1965), ("-762", -762), ("8 BC", -8), ("1965-08-01", 1965)])
def test_the_year_of_the_work_stands_beside_the_date_of_the_edition(text, year):
    _, (item,) = read(f"Title,Year,First published\nA,2005,{text}\n")
    assert item.facts["first_published"] == year and item.facts["published_date"] == "2005"


def test_a_loan_without_its_day_says_so():
    _, (item,) = read("Title,Lent to\nA,Sam\n")
    assert item.loans == [{"borrower": "Sam"}] and "the loan begins today" in item.notes[0]


@pytest.mark.parametrize(
    ("encoding", "title", "author"),
    [
        ("cp1251", "Преступление и наказание", "Фёдор Достоевский"),
        ("cp932", "雪国と古都", "川端康成"),
        ("mac_roman", "Élégie à Genève", "José Müller"),
        ("cp1252", "Élégie à Genève", "José Müller"),
        ("latin-1", "Peñas arriba", "José María de Pereda"),
    ],
)
def test_a_short_file_shows_its_encoding_by_its_words(encoding, title, author):
    _, (item,) = read(f"Title,Author\n{title},{author}\n".encode(encoding))
    assert item.facts == {"title": title, "authors": [author]}


def test_a_bibliography_is_no_list_of_isbns():
    with pytest.raises(NotReadable, match="BookImg does not know this format"):
        read("- title: Emma\n  isbn: 9780141439587\n- title: Dune\n  isbn: 9780441013593\n")


def test_a_table_in_markdown_has_no_book_of_dashes():
    _, items = read("| Title | ISBN |\n|---|:--|\n| Emma | 9780141439587 |\n")
    assert [item.title for item in items] == ["Emma"]


def test_a_cell_that_a_spreadsheet_quoted_between_tabs_is_unquoted():
    _, items = read('Title\tAuthor\n"Emma, a novel"\tJane Austen\n"The ""Best"" Book"\tX\n"Quoted"\tY\n')
    assert [item.title for item in items] == ["Emma, a novel", 'The "Best" Book', '"Quoted"']


@pytest.mark.parametrize(
    ("text", "price"), [("-5", None), ("1e400", None), ("EUR 1.234,50", "1234.50"), ("7,50 € (used)", "7.50"), ("3 for 5", None)]
)
def test_a_price_is_read_as_a_whole(text, price):
    _, (item,) = read(f"Title\tPrice\nA\t{text}\n")
    assert item.own.get("price") == price and bool(item.notes) == (price is None)


def test_more_copies_than_fit_and_none_at_all_are_remarked():
    many, words = values("Copies", "99", "three")
    assert many.copies == 20 and "99 copies" in many.notes[0] and words.copies == 1 and words.notes


def test_nan_is_no_publisher_of_any_program():
    header = "Book Id,Title,Author,Author l-f,My Rating,Exclusive Shelf,Publisher,My Review,Bookshelves\n"
    _, (item,) = read(header + "1,NaN,Ann Poe,x,4,read,nan,nan,nan\n")
    assert item.facts == {"title": "NaN", "authors": ["Ann Poe"]} and not item.tags and "review" not in item.own


@pytest.mark.parametrize(
    "last, left_out",
    [("Total,,12.50,2", True), ("Summe:,,12.50,", True), ("Total,Rebecca Miller,9.00,1", False), ("Totals,,,", False)],
)
def test_a_row_that_adds_up_the_others_is_not_a_book(last, left_out):
    _, items = read(f"Title,Author,Price,Copies\nEmma,Jane Austen,5.00,1\nMort,Terry Pratchett,7.50,1\n{last}\n")
    assert [bool(item.left_out) for item in items] == [False, False, left_out]


def test_a_shelf_called_as_a_reading_status_is_one():
    _, items = read("title,author,shelf\nPiranesi,Susanna Clarke,currently-reading\nEmma,Jane Austen,Hall\n")
    assert [(item.own.get("status"), item.shelf) for item in items] == [("reading", []), (None, ["Hall"])]


def test_a_keyword_with_a_comma_stays_one_in_quotes():
    _, (item,) = read('Title,Tags\nEmma,"""Bath, England"", classic; signed"\n')
    assert item.tags == ["Bath, England", "classic", "signed"]


def test_the_sign_that_a_scanner_puts_before_a_code_is_no_part_of_it():
    _, (item,) = read("Title,ISBN\nEmma,]E09780141439587\n")
    assert item.isbn13 == "9780141439587"
