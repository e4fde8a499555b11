"""The real models on a drawn shelf: what is lettered down, up and across is read, and each line lies where its book stands."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from catalogs.folding import fold
from scanning import drawing
from scanning.ocr.local import Box, LocalOCR

pytestmark = pytest.mark.slow
BOOKS = [
    ("Frankenstein", "Mary Shelley"),
    ("Treasure Island", "Robert Louis Stevenson"),
    ("Invisible Cities", "Italo Calvino"),
    ("The Secret Garden", "Frances Hodgson Burnett"),
]
SEED = 12  # letters a spine down, two up and one across


@pytest.fixture(scope="module")
def shelf():
    return np.asarray(drawing.draw_shelf(BOOKS, SEED))


@pytest.fixture(scope="module")
def heard():
    return []


@pytest.fixture(scope="module")
def lines(shelf, heard):
    return LocalOCR().read(shelf, lambda done, total: heard.append((done, total)))


def middle(line) -> float:
    return sum(x for x, _ in line.quad) / 4


def direction(line) -> str:
    """Which way it reads, by where its first and its second corner are."""
    (x0, y0), (x1, y1) = line.quad[:2]
    if abs(x1 - x0) > abs(y1 - y0):
        return "across"
    return "down" if y1 > y0 else "up"


def test_every_word_of_every_spine_is_read(lines):
    read = {word for line in lines for word in fold(line.text).split()}
    assert {word for book in BOOKS for word in fold(" ".join(book)).split()} <= read


def test_nothing_is_read_that_is_not_there(lines):
    there = fold(" ".join(" ".join(book) for book in BOOKS))
    assert [line.text for line in lines if fold(line.text) not in there] == []


def test_all_three_directions_are_found(lines):
    assert {direction(line) for line in lines} == {"down", "up", "across"}


def test_lines_lie_in_the_order_of_the_books(lines):
    places = [[middle(line) for line in lines if fold(line.text).split()[0] in fold(" ".join(book)).split()] for book in BOOKS]
    assert all(max(one) < min(other) for one, other in pairwise(places))


def test_lines_stay_inside_the_photo_and_are_sure(lines, shelf):
    height, width = shelf.shape[:2]
    for line in lines:
        assert all(0 <= x <= width and 0 <= y <= height for x, y in line.quad)
        assert line.confidence > 0.9


def test_progress_only_grows_and_ends_at_its_total(lines, heard):
    counts = [done for done, _ in heard]
    assert counts == sorted(counts)
    assert heard[-1][0] == heard[-1][1]


def test_a_wall_without_books_says_nothing():
    assert LocalOCR().read(np.asarray(drawing.draw_shelf([]).resize((400, 600))), lambda done, total: None) == []


def test_a_box_that_cuts_letters_off_is_read_again_longer(shelf, lines):
    """The detector's box without its first and last letters, on a faint copy of the photo: another cut says the whole."""
    line = next(line for line in lines if fold(line.text) == "frankenstein")
    corners = np.float32(line.quad)
    along = (corners[1] - corners[0]) * 0.045
    cut = Box(corners + np.float32([along, -along, -along, along]))
    faint = np.ascontiguousarray((255 - (255 - shelf[:, :, ::-1].astype(np.float32)) * 0.9).astype(np.uint8))
    others = LocalOCR().read_again(faint, [(cut, "rankenstei")])[0]
    assert any(fold(text) == "frankenstein" for text in others)


def test_what_is_known_needs_no_other_look(shelf):
    """A photo so blurred that a word is doubtful: where all of it is said to be known, nothing is read in other cuts."""
    blurred = cv2.GaussianBlur(shelf, (0, 0), 4)
    height, width = shelf.shape[:2]
    whole = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    open_places, known_places = LocalOCR().read(blurred), LocalOCR().read(blurred, found=lambda lines: [whole])
    assert any(line.others for line in open_places)
    assert known_places and not any(line.others for line in known_places)
