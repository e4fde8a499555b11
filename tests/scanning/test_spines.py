"""Which lines can stand on one spine, and where spines stand: small shelves, in pixels."""

import numpy as np
import pytest

from scanning import spines
from scanning.ocr import Line


def down(text: str, x: float, top: float, length: float = 300, height: float = 40) -> Line:
    """A line that reads from top to bottom, its middle at `x`."""
    half = height / 2
    return Line(text, 0.99, ((x + half, top), (x + half, top + length), (x - half, top + length), (x - half, top)))


def across(text: str, x: float, y: float, length: float = 80, height: float = 30) -> Line:
    """A line that reads from left to right, its middle at `x`, `y`."""
    left, right, up, low = x - length / 2, x + length / 2, y - height / 2, y + height / 2
    return Line(text, 0.99, ((left, up), (right, up), (right, low), (left, low)))


def grouped(*lines: Line) -> list[set[str]]:
    link = spines.line_links(spines.Layout(list(lines)))
    return [{lines[i].text for i in group} for group in spines.groups(link, 0.75)]


def test_an_author_behind_the_title_is_on_its_spine():
    assert grouped(down("Harbor", 100, 0), down("Lorraine Adams", 104, 340)) == [{"Harbor", "Lorraine Adams"}]


def test_a_neighbour_is_another_spine():
    assert len(grouped(down("Harbor", 100, 0), down("Amsterdam", 220, 0))) == 2


def test_a_shelf_below_is_another_spine():
    assert len(grouped(down("Harbor", 100, 0, 600), down("Amsterdam", 100, 1500, 600))) == 2


def test_words_that_follow_one_another_along_a_spine_belong_together_however_many():
    words = [down(word, 100, 120 * n, 100) for n, word in enumerate("Here Comes Every- Body Clay Shirky".split())]
    assert max(map(len, grouped(*words, down("Amsterdam", 260, 0, 100)))) == len(words)


@pytest.mark.parametrize("author", [down("Lorraine Adams", 104, 600, 200, 24), across("Adams", 104, 700, 60)])
def test_an_author_at_the_far_end_of_a_spine_is_in_the_column_of_its_title(author):
    lines = [down("Harbor", 100, 0, 150), author, down("Amsterdam", 220, 0, 150)]
    assert spines.columns(spines.Layout(lines)).tolist() == [[True, True, False], [True, True, False], [False, False, True]]


def test_words_stacked_across_a_thick_spine_belong_together():
    words = across("TARTINE", 100, 0), across("BREAD", 100, 45), down("Amsterdam", 300, 0)
    assert {"TARTINE", "BREAD"} in grouped(*words)


def test_a_chain_of_neighbours_is_not_one_spine():
    """Thin spines lie as close as the rows of a title; each is linked to the next, and the first not to the last."""
    row = [down(f"Volume {n}", 100 + 52 * n, 0, 500) for n in range(8)]
    assert max(len(group) for group in grouped(*row)) <= 3


def test_a_publishers_sign_across_lies_on_the_spine_it_ends():
    lines = [down("On Chesil Beach", 100, 0, 600), across("VINTAGE", 100, 640, 60)]
    assert spines.line_links(spines.Layout(lines))[0, 1] > 0.75


def test_a_photo_without_text_has_no_spines():
    assert spines.groups(spines.line_links(spines.Layout([])), 0.75) == []
    assert spines.shelf_places([]) == []


def test_a_spine_is_read_along_from_its_beginning():
    lines = [down("Richard Dawkins", 100, 500), down("The God Delusion", 100, 0)]
    assert spines.reading_order(spines.Layout(lines), [0, 1]) == [1, 0]


def test_stacked_words_are_read_row_by_row():
    lines = [across("Body", 100, 90), across("Here", 100, 0), across("Every", 100, 45)]
    assert spines.reading_order(spines.Layout(lines), [0, 1, 2]) == [1, 2, 0]


def test_places_count_shelves_down_and_spines_to_the_right():
    regions = [down("b", 300, 0).quad, down("a", 100, 0).quad, down("c", 100, 900).quad]
    assert spines.shelf_places(regions) == [(1, 2), (1, 1), (2, 1)]


def test_the_region_goes_around_all_lines():
    quads = np.array([down("a", 100, 0).quad, down("b", 100, 400).quad])
    xs, ys = zip(*spines.hull(quads), strict=True)
    assert (min(xs), max(xs), min(ys), max(ys)) == (80, 120, 0, 700)
