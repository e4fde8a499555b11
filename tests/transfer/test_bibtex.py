"""BibTeX: values in braces, in quotes and put together, and letters as TeX writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import quick
from tests.transfer.importing import read
from tests.transfer.test_properties import CELL, check_item, given_letters
from transfer.formats.bibtex import plain_text

LIBRARY = r"""% from a reference manager
@string{mit = "MIT" # " Press"}
@comment{groups: {a}, {b}}
@Book{sicp,
  author    = {Abelson, Harold and Sussman, Gerald Jay and others},
  title     = {Structure and {I}nterpretation},
  publisher = mit,
  year      = 1996,
  isbn      = "0-262-01153-0",
  series    = {Electrical Engineering}, number = {7},
  keywords  = {scheme, {lisp}},
  url       = {https://example.org/~sicp},
}
@article{x, title = {No book}, journal = {J}}
"""


def test_an_entry_becomes_a_book_and_an_article_none():
    kind, (book, article) = read(LIBRARY)
    assert kind == "bibtex"
    assert book.facts == {
        "title": "Structure and Interpretation",
        "authors": ["Harold Abelson", "Gerald Jay Sussman"],
        "publisher": "MIT Press",
        "published_date": "1996",
        "isbn13": "9780262011532",
        "series": "Electrical Engineering",
        "series_number": "7",
    }
    assert (book.tags, book.extra) == (["scheme", "lisp"], {"url": "https://example.org/~sicp"})
    assert "article" in article.left_out


@pytest.mark.parametrize(
    "text, plain",
    [
        (r"{\"O}rt{\"u}l{\"u} G{\'e}n{\'{e}}alogie", "Örtülü Généalogie"),
        (r"\v{C}apek, K. \c{c}a \o{} Stra{\ss}e \aa", "Čapek, K. ça ø Straße å"),
        (r"Black~\& White -- a {\em true} \emph{story}", "Black & White – a true story"),
    ],
)
def test_commands_of_tex_become_letters(text, plain):
    assert plain_text(text) == plain


@pytest.mark.parametrize(
    "value, people",
    [
        ("van der Berg, Jan and {Barnes and Noble, Inc.}", ["Jan van der Berg", "Barnes and Noble, Inc."]),
        ("Ursula K. Le Guin", ["Ursula K. Le Guin"]),
        ("King, Jr., Martin Luther", ["Martin Luther King Jr."]),
    ],
)
def test_people_stand_between_the_word_and(value, people):
    _, (item,) = read(f"@book{{k, title={{T}}, author={{{value}}}}}\n")
    assert item.facts["authors"] == people


def test_an_entry_without_end_costs_itself_alone():
    _, items = read("@book{a, title = {Never closed,\n  year = 1999\n@book{b, title = {Emma}}\n@book(c, title = {Mort})\n")
    assert [item.title for item in items] == ["", "Emma", "Mort"] and "never closed" in items[0].problem


NAMES = ["title", "author", "year", "isbn", "series", "number", "pages", "keywords", "note", "language", "x"]


@quick
@given(st.lists(st.tuples(st.sampled_from(NAMES), CELL.map(lambda text: text.replace("\\", ""))), max_size=6))
def test_no_entry_is_too_odd(fields):
    text = "@book{k,\n" + ",\n".join(f"{name} = {{{value}}}" for name, value in fields) + "\n}\n"
    items = read(text, "bibtex")[1]
    assert items, "what cannot be read is named"
    for item in items:
        check_item(item, given_letters([*(value for _, value in fields), text]))
