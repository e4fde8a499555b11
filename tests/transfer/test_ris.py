"""RIS and EndNote: entries of tags, in which only books are books."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import quick
from tests.transfer.importing import read
from tests.transfer.test_properties import CELL, check_item, given_letters

BOOK = """Provider: Somebody
Database: Library

TY  - BOOK
AU  - Undset, Sigrid
AU  - Archer, Charles
TI  - Kristin Lavransdatter: the cross,
part three
T3  - Kristin Lavransdatter
PB  - Knopf
PY  - 1927/10/05/
SN  - 0-14-118041-2
SP  - 403
KW  - Norway, Middle Ages
KW  - sagas
N1  - <p>From <b>Ana</b></p>
UR  - https://library.example/1
"""


def test_an_entry_of_ris_becomes_a_book():
    kind, (item,) = read(BOOK + "ER  - \n")
    assert kind == "ris"
    assert item.facts == {
        "title": "Kristin Lavransdatter: the cross, part three",
        "authors": ["Sigrid Undset", "Charles Archer"],
        "series": "Kristin Lavransdatter",
        "publisher": "Knopf",
        "published_date": "1927-10-05",
        "isbn13": "9780141180410",
        "pages": 403,
    }
    assert (item.tags, item.own["notes"]) == (["Norway, Middle Ages", "sagas"], "From Ana")
    assert item.extra == {"UR": "https://library.example/1"}


def test_an_entry_ends_where_the_next_one_begins():
    _, items = read(BOOK + "TY  - JOUR\nTI  - On sagas\nER  - \n\nTY  - EBOOK\nTI  - Jenny\nSP  - 12\nEP  - 40\n")
    assert [item.left_out for item in items] == ["", "This is not a book but “JOUR”.", ""]
    assert items[2].title == "Jenny" and items[2].extra["SP"] == "12" and "pages" not in items[2].facts


def test_a_second_title_stays_apart_with_the_lines_that_belong_to_it():
    _, (item,) = read("TY  - BOOK\nTI  - Emma\nTI  - A novel\nin three\nTI  - volumes\nER  - \n")
    assert (item.title, item.extra) == ("Emma", {"TI (2)": "A novel in three; volumes"})


def test_endnote_has_the_same_under_other_tags():
    kind, items = read("%0 Book\n%A Lagerlöf, Selma\n%T Jerusalem\n%D 1901\n%K Dalarna\nfaith\n\n%0 Journal Article\n%T X\n")
    assert (kind, items[0].facts["authors"], items[0].tags) == ("endnote", ["Selma Lagerlöf"], ["Dalarna", "faith"])
    assert items[1].left_out


TAGS = ["TI", "T2", "AU", "PY", "SN", "SP", "KW", "N1", "LA", "XX"]


@pytest.mark.parametrize("form, begin, line", [("ris", "TY  - BOOK", "{}  - {}"), ("endnote", "%0 Book", "%{} {}")])
def test_no_entry_is_too_odd(form, begin, line):
    @quick
    @given(st.lists(st.tuples(st.sampled_from(TAGS if form == "ris" else "TABDI@PK"), CELL), max_size=6))
    def no_entry_is_too_odd(parts):
        text = "\n".join([begin, *(line.format(*part) for part in parts)])
        for item in read(text, form)[1]:
            check_item(item, given_letters([*(value for _, value in parts), " ".join(value for _, value in parts), text]))

    assert no_entry_is_too_odd() is None
