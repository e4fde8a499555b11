from datetime import date

import pytest

from library.in_words import count_of, day_in_words, ordinal


@pytest.mark.parametrize(("number", "words"), [(0, "0 books"), (1, "1 book"), (2, "2 books"), (1234, "1,234 books")])
def test_a_number_agrees_with_its_noun(number, words):
    assert count_of(number, "book") == words


def test_a_number_agrees_with_its_verb():
    assert (count_of(1, "book is", "books are"), count_of(3, "book is", "books are")) == ("1 book is", "3 books are")


@pytest.mark.parametrize(
    ("number", "words"), [(1, "first"), (10, "tenth"), (11, "11th"), (12, "12th"), (21, "21st"), (22, "22nd"), (113, "113th")]
)
def test_places_are_counted(number, words):
    assert ordinal(number) == words


def test_a_day_is_written_out():
    assert day_in_words(date(2024, 3, 5)) == "5 March 2024"
