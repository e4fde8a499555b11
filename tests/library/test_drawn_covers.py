"""Drawn covers: the same for the same book, different enough as a set, and with type that fits."""

import pytest
from django.template import Context, Template

from library.covers import drawn_covers
from library.templatetags import covers
from tests.factories import make_record


def test_a_book_keeps_its_cover_however_its_title_is_written():
    one, other = drawn_covers.draw("Moby-Dick", ["Herman Melville"]), drawn_covers.draw("MOBY DICK", ["H. Melville"])
    assert (one.cloth, one.binding) == (other.cloth, other.binding)


def test_a_shelf_of_books_wears_all_cloths_and_all_bindings():
    drawn = [drawn_covers.draw(f"The story of number {n}", []) for n in range(400)]
    assert {each.cloth for each in drawn} == set(drawn_covers.CLOTHS)
    assert {each.binding for each in drawn} == set(drawn_covers.BINDINGS)


@pytest.mark.parametrize(
    ("title", "size"),
    [("It", "huge"), ("Emma", "huge"), ("Middlemarch", "small"), ("Donaudampfschifffahrtsgesellschaft", "tiny")],
)
def test_type_is_as_large_as_the_longest_word_allows(title, size):
    assert drawn_covers.draw(title, []).size == size


def test_longer_titles_are_set_smaller():
    sizes = list(drawn_covers.SIZES)
    words = "one of the many long and winding titles that people gave to books in former times"
    drawn = [sizes.index(drawn_covers.size_for(words[:length], 66)) for length in range(4, len(words))]
    assert drawn == sorted(drawn)


def test_a_long_title_loses_its_subtitle_and_then_its_end():
    assert drawn_covers.shorten("Gödel, Escher, Bach: An Eternal Golden Braid, or so they said in 1979") == "Gödel, Escher, Bach"
    shortened = drawn_covers.shorten("word " * 60)
    assert len(shortened) <= drawn_covers.LONGEST_TITLE + 2
    assert shortened.endswith("word …")


@pytest.mark.parametrize(
    ("authors", "shown"),
    [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A and others")],
)
def test_a_cover_names_two_authors_at_most(authors, shown):
    assert drawn_covers.draw("Title", authors).author == shown


@pytest.mark.parametrize("title", ["", "   ", "源氏物語", "!!!", "\u200f", "🙂"])
def test_any_title_can_be_drawn(title):
    assert drawn_covers.draw(title, []).title


def shown(record) -> str:
    return Template("{% load covers %}{% cover book %}").render(Context({"book": record}))


def test_the_drawn_cover_lies_beneath_every_picture(settings):
    settings.COVERS = "fetch"
    html = shown(make_record("Dune", cover="https://covers.example.org/1.jpg"))
    assert "/covers/fetched?of=https%3A%2F%2Fcovers.example.org%2F1.jpg" in html
    assert "cover-title" in html


def test_a_picture_from_an_unsafe_address_is_not_shown():
    assert "<img" not in shown(make_record("Dune", cover="javascript:alert(1)"))


@pytest.mark.parametrize("facts", [("<b>Dune</b>", "Herbert"), ("Dune", "<b>Her</b>bert"), ("Dune", "Herbert", "<b>")])
def test_what_a_book_says_is_text_and_never_markup(facts):
    title, author, language = (*facts, "")[:3]
    record = make_record(title, author, language=language)
    tile = covers.tile_markup(7, title, (author,), language, '/cover"><b>')
    assert "<b>" not in shown(record) + tile and "&lt;b&gt;" in shown(record) and "&lt;b&gt;" in tile


def test_a_tile_links_to_its_book_and_can_be_selected():
    tile = covers.tile_markup(7, "Mice & Men", ("John Steinbeck", "Another"), "en", "")
    assert 'href="/books/7/"' in tile and 'name="ids" value="7"' in tile
    assert 'aria-label="Select Mice &amp; Men"' in tile and ">John Steinbeck, Another</span>" in tile
