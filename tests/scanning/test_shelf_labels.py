import pytest

from catalogs import Record
from scanning import shelf_labels
from scanning.models import Band
from scanning.ocr import Line
from scanning.validate import Match

A_BOOK = Record("A title")
NOWHERE = ((0, 0), (1, 0), (1, 1), (0, 1))


def across(text, left, top, width, height=30) -> Line:
    return Line(text, 0.9, ((left, top), (left + width, top), (left + width, top + height), (left, top + height)))


def standing(left, top=100, text="A title", length=600, width=30) -> Line:
    """Read downwards, as on most spines."""
    right, bottom = left + width, top + length
    return Line(text, 0.9, ((right, top), (right, bottom), (left, bottom), (left, top)))


ROW = [standing(100 + 60 * n) for n in range(12)]  # spines from x 100 to 790, their lettering from y 100 to 700
LOWER_ROW = [standing(100 + 60 * n, top=1000) for n in range(12)]


def matched(*numbers, band=Band.SURE, text=("A title",), record=A_BOOK) -> Match:
    return Match(numbers, text, NOWHERE, 1, 1, 0.95, band, record)


@pytest.mark.parametrize(
    "text",
    [
        "796 ESPORTS",
        "Fiction A-C",
        "BIOGRAPHY",
        "Science Fiction",
        "Kinderbücher",
        "Krimis M – Z",
        "Poesía",
        "700-799",
        "940.5 World War II",
    ],
)
def test_a_label_below_the_row_is_found(text):
    assert shelf_labels.shelf_labels([*ROW, across(text, 300, 800, 260)], []) == [text.replace(" – ", "–").replace("A-C", "A–C")]


@pytest.mark.parametrize(
    "text",
    ["A History of Rome", "VINTAGE", "Penguin Classics", "Stephen King", "1984", "FIC ROW", "Keep the shelf tidy please", "C-A"],
)
def test_what_does_not_read_like_a_label_is_none(text):
    assert shelf_labels.shelf_labels([*ROW, across(text, 300, 800, 260)], []) == []


def test_a_label_between_two_shelves_is_found():
    assert shelf_labels.shelf_labels([*ROW, across("Travel", 300, 830, 200), *LOWER_ROW], []) == ["Travel"]


def test_a_label_may_be_read_in_pieces():
    in_a_row = [across("Fiction", 300, 800, 150), across("A-C", 470, 803, 60)]
    stacked = [across("SCIENCE", 300, 800, 200), across("FICTION", 310, 840, 180)]
    assert shelf_labels.shelf_labels([*ROW, *in_a_row], []) == ["Fiction A–C"]
    assert shelf_labels.shelf_labels([*ROW, *stacked], []) == ["SCIENCE FICTION"]


def test_a_word_across_one_spine_is_no_label():
    sticker = across("FICTION", 155, 720, 50, 14)  # below the title, no wider than its book
    thick = across("POETRY", 820, 400, 120)  # a book that is lettered across, level with the others
    between = across("BIOGRAPHY", 330, 300, 120)
    assert shelf_labels.shelf_labels([*ROW, sticker, thick, between], []) == []


def test_the_letters_of_a_range_may_be_narrow():
    assert shelf_labels.shelf_labels([*ROW, across("A–C", 300, 800, 50)], []) == ["A–C"]


def test_a_line_that_is_surely_a_book_is_no_label():
    lines = [*ROW, across("Science Fiction", 300, 20, 260)]
    assert shelf_labels.shelf_labels(lines, [matched(12)]) == []


def test_what_is_far_from_the_books_or_among_too_few_or_one_of_many_says_nothing():
    assert shelf_labels.shelf_labels([*ROW, across("Fiction", 300, 1400, 260)], []) == []
    assert shelf_labels.shelf_labels([*ROW[:2], across("Fiction", 100, 800, 260)], []) == []
    many = [across(text, 100, 740 + 110 * n, 400) for n, text in enumerate(["Fiction", "Travel", "Poetry", "Drama"])]
    assert shelf_labels.shelf_labels([*ROW, *many], []) == []


def test_a_shelf_without_text_has_no_label():
    assert shelf_labels.shelf_labels([], []) == []


@pytest.mark.parametrize(
    "text",
    [
        "823.914",
        "823.914 ROW",
        "FIC ROW",
        "F KIN",
        "YA FIC COL",
        "QA76.73 .P98 2009",
        "PR6068.O93",
        "3 1257 01234 5678",
        "ISBN 978-0-14-143958-7",
        "£7.99",
        "12,90 €",
        "REF",
    ],
)
def test_stickers_are_told_from_words(text):
    assert shelf_labels.is_sticker(text)


@pytest.mark.parametrize(
    "text", ["1984", "2001: A Space Odyssey", "Fiction", "Catch-22", "Emma", "Bio of a Tree", "V.", "If on a winter’s night"]
)
def test_titles_are_no_stickers(text):
    assert not shelf_labels.is_sticker(text)


def test_an_unread_spine_loses_its_sticker_and_one_of_stickers_alone_goes():
    sticker = matched(0, band=Band.UNREAD, text=("FIC ROW", "The Unreadable"), record=None)
    alone = matched(1, band=Band.UNREAD, text=("823.914 ROW",), record=None)
    book = matched(2, text=("Dune", "FIC HER"))
    tidy = shelf_labels.without_labels(ROW, [sticker, alone, book])
    assert [match.text for match in tidy] == [("The Unreadable",), ("Dune", "FIC HER")]


def test_a_label_is_neither_an_unread_spine_nor_a_doubtful_book():
    lines = [*ROW, across("Science Fiction", 300, 800, 260)]
    unread = matched(12, band=Band.UNREAD, text=("Science Fiction",), record=None)
    doubtful = matched(12, band=Band.CHECK, record=Record("Science Fiction"))
    assert shelf_labels.without_labels(lines, [unread]) == shelf_labels.without_labels(lines, [doubtful]) == []
    assert shelf_labels.without_labels(lines, [matched(0)]) == [matched(0)]
