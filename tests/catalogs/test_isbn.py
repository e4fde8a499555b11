import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import isbn as stdnum_isbn

from catalogs import isbn
from tests.properties import quick


@pytest.mark.parametrize(
    "text",
    [
        "9780306406157",
        "978-0-306-40615-7",
        "ISBN 978 0 306 40615 7",
        "ISBN-10: 0-306-40615-2",
        "0306406152",
        "978030640615712",
        "978030640615751495",
        "978‑0‑306‑40615‑7",
    ],
)
def test_an_isbn_is_read_however_it_is_written(text):
    assert isbn.parse(text) == "9780306406157"


def test_ten_digits_may_end_in_x():
    assert isbn.parse("0-8044-2957-x") == "9780804429573"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9780306406158", "check digit"),
        ("0306406153", "check digit"),
        ("4006381333931", "978 or 979"),
        ("12345", "10 or 13"),
        ("", "10 or 13"),
        ("a book", "10 or 13"),
    ],
)
def test_what_is_none_is_refused_with_the_reason(text, why):
    with pytest.raises(isbn.ISBNError, match=why):
        isbn.parse(text)
    assert isbn.clean(text) == ""


def test_ten_digits_exist_only_in_the_978_range():
    assert isbn.to_isbn10("9780306406157") == "0306406152"
    assert isbn.to_isbn10("9791032300824") == ""


@given(st.text("0123456789", min_size=9, max_size=9))
@quick
def test_every_ten_digits_are_those_of_the_library(digits):
    thirteen = stdnum_isbn.to_isbn13(digits + stdnum_isbn._calc_isbn10_check_digit(digits))
    assert isbn.to_isbn10(thirteen) == stdnum_isbn.to_isbn10(thirteen)


def test_hyphens_stand_where_they_belong():
    assert isbn.hyphenated("9780306406157") == "978-0-306-40615-7"
    assert isbn.hyphenated("") == ""


LIST = """My shelf in Lyon:
1. Dune, ISBN 0-441-17271-7 (paperback)
2. 9780441478125; 978-0-306-40615-8
3. call 0171 555 1234 for the others
978030640615751299\t080442957x
"""


def test_a_text_gives_its_isbns_in_their_order():
    found = isbn.find(LIST)
    assert [each.isbn for each in found] == ["9780441172719", "9780441478125", "", "9780306406157", "9780804429573"]


def test_the_number_with_the_wrong_digit_is_named_with_the_digit_that_would_fit():
    (wrong,) = [each for each in isbn.find(LIST) if each.problem]
    assert wrong.text == "978-0-306-40615-8"
    assert wrong.problem == "“978-0-306-40615-8” has a wrong digit: its check digit does not match (it is 8, but should be 7)."


def test_a_number_that_is_there_twice_is_found_twice():
    assert [each.isbn for each in isbn.find("0306406152 9780306406157")] == ["9780306406157"] * 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9771234567003", "magazine"),
        ("9790060115615", "sheet music"),
        ("4006381333931", "not the barcode of a book"),
        ("97803064061", "11 digits"),
        ("ISBN: 12345", "5 digits"),
    ],
)
def test_a_number_that_was_meant_is_told_why_it_is_none(text, why):
    (found,) = isbn.find(text)
    assert (found.isbn, why in found.problem) == ("", True)


@pytest.mark.parametrize("text", ["", "Dune", "5 copies, 1999", "tel. 0171 555 1234 or 0171 555 1235", "\0"])
def test_other_text_has_none(text):
    assert isbn.find(text) == []


def test_full_width_digits_are_digits():
    assert isbn.parse("９７８０３０６４０６１５７") == "9780306406157"
    assert isbn.find("ＩＳＢＮ ９７８０３０６４０６１５７")[0].isbn == "9780306406157"


def test_a_megabyte_of_digits_is_read_to_its_end_and_the_first_5000_numbers_are_enough():
    assert isbn.find("1 2" * 100_000) == []  # a pattern that went back and forth in it would not end today
    assert len(isbn.find("9780306406157 " * 20_000)) == isbn.AT_MOST


@pytest.mark.parametrize(
    "text",
    [
        "\u200e978-0306406157",
        "\ufeff9780306406157",
        "978\u00ad0306406157",
        "978―0―306―40615―7",
        "]E09780306406157",
        "ISBN-13 \u200f : \u200e 978-0306406157",
        "0306406152 (pbk.)",
        "urn:isbn:9780306406157",
        "ISBN 978 0 306 40615 7;",
        "978 0-306-40615-7",
        "ISBN-10 (hardback): 0-306-40615-2",
        "0306406152 : £24.50",
        "9780306406157 51495",
        "https://openlibrary.org/isbn/9780306406157",
        "9,780,306,406,157",
        "9780306406157.0",
        "306406152.0",
        "9.780306406157E+12",
        "٩٧٨٠٣٠٦٤٠٦١٥٧",
        '="0306406152"',
    ],
)
def test_what_stands_around_an_isbn_does_not_matter(text):
    assert isbn.parse(text) == "9780306406157"
    assert isbn.parse(text) == isbn.clean(text)


@pytest.mark.parametrize("text", ["306406152", "SBN 306-40615-2", "sbn: 306 40615 2"])
def test_an_sbn_gets_its_zero_and_says_so(text):
    assert isbn.read(text).isbn == "9780306406157" and "978-0-306-40615-7" in isbn.read(text).note
    assert [each.isbn for each in isbn.find(text)] == ["9780306406157"]


def test_zeros_that_a_spreadsheet_dropped_are_put_back_where_the_check_digit_proves_it():
    assert isbn.read("99771519", spreadsheet=True).isbn == isbn.parse("0099771519")
    assert "lost its zeros" in isbn.read("99771519", spreadsheet=True).note
    assert isbn.read("99771518", spreadsheet=True).isbn == ""
    assert isbn.read("99771519").isbn == ""  # nobody types an ISBN without its zeros


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9.78E+12", "cut to its first digits"),
        ("9,78031E+12", "cut to its first digits"),
        ("0028-0836", "ISSN"),
        ("B00JCDK5ME", "Amazon"),
        ("012345678905", "inside cover"),
        ("0012345678905", "inside cover"),
        ("0306406152 and 9780441172719", "several"),
        ("2030-640615 2", "several numbers|wrong digit|10 or 13"),
        ("1" * 200, "10 or 13"),
        ("tel 0306406152", "10 or 13"),
    ],
)
def test_what_is_no_isbn_says_what_it_is(text, why):
    with pytest.raises(isbn.ISBNError, match=why):
        isbn.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "2015-01-01 06:15 began",
        "at 12:30, 14:45 and 16:05",
        "call 030-640-6152",
        "$0306406152",
        "tel. 0306406152",
    ],
)
def test_times_telephone_numbers_and_prices_are_no_isbns(text):
    assert [each.isbn for each in isbn.find(text)] == []


def test_a_long_text_is_not_taken_apart():
    with pytest.raises(isbn.ISBNError):
        isbn.parse("\u0344\u0f77" * 40_000)
    assert isbn.find("\u0344\u0f77" * 40_000) == []
