"""Tiles cover a photo; what is read, known or found before is not looked at again."""

from itertools import pairwise

import numpy as np
import pytest

from scanning.ocr import Line
from scanning.ocr.boxes import (
    OVERLAP_X,
    OVERLAP_Y,
    TILE_HEIGHT,
    TILE_WIDTH,
    Box,
    new_boxes,
    outside,
    picture_tiles,
    turned_back,
    turned_there,
    unread_boxes,
)


def box(x: float, y: float, width: float, height: float) -> Box:
    return Box(np.float32([[x, y], [x + width, y], [x + width, y + height], [x, y + height]]))


def quad(one: Box):
    return tuple((float(x), float(y)) for x, y in one.corners)


@pytest.mark.parametrize(
    "shape", [(3024, 4032), (4032, 3024), (480, 640), (640, 480), (9000, 2000), (2000, 9000), (1, 1), (300, 12000), (12000, 300)]
)
def test_tiles_cover_every_pixel_overlap_and_are_small_enough(shape):
    parts = picture_tiles(shape)
    seen = np.zeros(shape, dtype=np.uint8)
    for x0, y0, x1, y1 in parts:
        seen[y0:y1, x0:x1] += 1
    assert seen.min() >= 1
    assert all(x1 - x0 <= TILE_WIDTH and y1 - y0 <= TILE_HEIGHT for x0, y0, x1, y1 in parts)
    columns, rows = sorted({(x0, x1) for x0, _, x1, _ in parts}), sorted({(y0, y1) for _, y0, _, y1 in parts})
    assert all(before[1] - after[0] >= OVERLAP_X for before, after in pairwise(columns))
    assert all(before[1] - after[0] >= OVERLAP_Y for before, after in pairwise(rows))


def test_a_small_picture_is_one_tile():
    assert picture_tiles((800, 1600)) == [(0, 0, 1600, 800)]


def test_what_lies_mostly_in_a_sure_line_is_not_read_again():
    sure = box(100, 100, 400, 40)
    within, beside, standing = box(150, 105, 200, 30), box(100, 160, 400, 40), box(600, 100, 40, 400)
    assert unread_boxes([within, beside, standing], [sure]) == [beside]


def test_the_next_tile_shows_a_box_again_but_its_neighbour_is_another():
    first = box(100, 100, 400, 40)
    again, neighbour = box(104, 101, 396, 40), box(100, 145, 400, 40)
    assert new_boxes([again, neighbour], [first]) == [neighbour]


def test_lines_outside_of_known_books_are_left():
    known, other = Line("Emma", 0.9, quad(box(10, 10, 200, 30))), Line("Crow", 0.9, quad(box(10, 60, 200, 30)))
    assert outside([quad(box(0, 0, 300, 50))], [known, other]) == [other]


@pytest.mark.parametrize("turns", [0, 1])
def test_a_place_turned_there_and_back_is_the_same(turns):
    shape, place = (300, 200, 3), quad(box(20, 30, 100, 10))
    there = turned_there(place, turns, shape)
    turned_shape = np.rot90(np.empty(shape), turns).shape
    assert np.allclose(turned_back(there.corners, turns, turned_shape), place)
