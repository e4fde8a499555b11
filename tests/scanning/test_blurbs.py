"""Which text on a spine or a cover names no book."""

import pytest

from scanning.blurbs import opens_other_book, without_blurbs


@pytest.mark.parametrize(
    "text",
    [
        "penguin books",
        "vintage classics",
        "oxford university press",
        "new york times bestseller",
        "the 1 international bestseller",
        "over 10 million copies sold",
        "winner of the booker prize",
        "from the author of the kite runner",
        "from the creator of peaky things",
        "by the bestselling author of gone girl",
        "vom autor von der schwarm",
        "人民文学出版社",
    ],
)
def test_imprints_praise_and_other_books_are_left_out(text):
    assert without_blurbs(text) == ""


@pytest.mark.parametrize(
    "text", ["the vintage book of ghosts", "middlemarch", "anchor and sail", "the new york times cookbook", "penguin island"]
)
def test_a_title_with_such_a_word_stays(text):
    assert without_blurbs(text) == text


def test_what_stands_before_another_book_stays():
    assert without_blurbs("circe by the author of the song of achilles") == "circe"


def test_a_line_that_ends_open_names_another_book_in_the_next_one():
    assert opens_other_book("from the author of")
    assert not opens_other_book("from the author of circe")
    assert not opens_other_book("the house of")
