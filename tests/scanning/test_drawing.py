"""The drawn shelf: the same seed draws the same picture, every book stands on its board, and lettering stays on its spine."""

import random

import numpy as np
import pytest
from PIL import Image, ImageChops

from scanning import drawing

BOOKS = [("Emma", "Jane Austen"), ("Dune", "Frank Herbert"), ("Walden", "")]
LONG = ("The Strange and Surprizing Adventures of Robinson Crusoe of York", "Daniel Defoe")


def binding(direction: str = "down", width: int = 80, height: int = 900, spread: float = 0.3) -> drawing.Binding:
    return drawing.Binding(width, height, (29, 58, 92), (243, 235, 217), drawing.SERIF, 600, direction, spread, False)


def spine(book, bound) -> Image.Image:
    return drawing.draw_spine(book, bound, np.random.default_rng(1)).convert("RGB")


def lettering(book, bound) -> tuple[int, int, int, int]:
    """The box of what a spine bears: where it differs from the same spine without a word."""
    difference = ImageChops.difference(spine(book, bound), spine(("", ""), bound))
    return difference.convert("L").point(lambda value: 255 if value > 40 else 0).getbbox()


def test_the_same_seed_draws_the_same_picture():
    assert drawing.draw_shelf(BOOKS, 7).tobytes() == drawing.draw_shelf(BOOKS, 7).tobytes()


def test_another_seed_draws_another_picture():
    one, other = drawing.draw_shelf(BOOKS, 7), drawing.draw_shelf(BOOKS, 8)
    assert (one.size, one.tobytes()) != (other.size, other.tobytes())


def test_more_books_than_a_row_holds_stand_on_a_second_board():
    one, two = drawing.draw_shelf(BOOKS, a_row=3), drawing.draw_shelf(BOOKS, a_row=2)
    assert two.height == 2 * one.height
    assert two.width < one.width


def test_an_empty_shelf_is_a_picture_too():
    assert drawing.draw_shelf([]).width >= 400


@pytest.mark.parametrize("book", [*BOOKS, LONG], ids=lambda book: book[0])
@pytest.mark.parametrize("seed", range(5))
def test_lettering_stays_on_the_spine(book, seed):
    bound = drawing.bind(book, random.Random(seed))
    left, top, right, bottom = lettering(book, bound)
    assert left >= 2 and top >= 2
    assert right <= bound.width - 2 and bottom <= bound.height - 2


def test_lettering_begins_at_the_head_or_at_the_foot():
    down, up = (lettering(("Emma", ""), binding(direction, spread=1)) for direction in ("down", "up"))
    assert down[3] < 450 < up[1]


def test_a_word_that_is_too_wide_is_not_set_across():
    wide = [drawing.bind(("Nebuchadnezzar", ""), random.Random(seed)).direction for seed in range(40)]
    narrow = [drawing.bind(("Emma", ""), random.Random(seed)).direction for seed in range(40)]
    assert "across" not in wide
    assert "across" in narrow


def test_the_last_book_of_a_row_leans():
    upright = Image.new("RGBA", (80, 900))
    assert drawing.lean(upright, True, random.Random(1)).width > 110
    assert drawing.lean(upright, False, random.Random(1)).width < 100


def test_fonts_that_cannot_be_unpacked_give_way_to_the_built_in_one(tmp_path):
    assert drawing.font("no-such-font.woff2", 30, 400).getlength("Emma") > 30
