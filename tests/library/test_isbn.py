import pytest

from library import isbn


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


def test_hyphens_stand_where_they_belong():
    assert isbn.hyphenated("9780306406157") == "978-0-306-40615-7"
    assert isbn.hyphenated("") == ""
