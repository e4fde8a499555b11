import random

import cv2
import numpy as np
import pytest

from scanning import perceptual_hash
from scanning.drawing import bind, draw_spine
from scanning.known_spines import MOST_DIFFERENCE

BOOKS = [
    ("Middlemarch", "George Eliot"),
    ("Walden", "Henry David Thoreau"),
    ("The Sea, the Sea", "Iris Murdoch"),
    ("Stoner", "John Williams"),
]


def spine(number: int) -> np.ndarray:
    """A drawn spine on a wall, 40 px from each side."""
    drawn = draw_spine(BOOKS[number], bind(BOOKS[number], random.Random(number)), np.random.default_rng(number))
    return np.pad(np.array(drawn.convert("RGB")), ((40, 40), (40, 40), (0, 0)), constant_values=70)


def standing(picture: np.ndarray, off: float = 0.0):
    """The region of the lettering in its middle, read downwards."""
    height, width = picture.shape[:2]
    left, top, right, bottom = 60 + off, 100 + off, width - 60 + off, height - 100 + off
    return ((right, top), (right, bottom), (left, bottom), (left, top))


def another_photo(picture: np.ndarray) -> np.ndarray:
    """Smaller, brighter on one side, a little blurred and pressed as a JPEG."""
    small = cv2.resize(picture, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA).astype(np.float32)
    light = np.linspace(0.9, 1.2, small.shape[0])[:, None, None]
    blurred = cv2.GaussianBlur(np.clip(small * light, 0, 255).astype(np.uint8), (0, 0), 1)
    return cv2.imdecode(cv2.imencode(".jpg", blurred, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_COLOR)


@pytest.mark.parametrize("number", range(len(BOOKS)))
def test_a_spine_looks_alike_on_another_photo(number):
    picture = spine(number)
    first = perceptual_hash.look_of(picture, standing(picture))
    region = tuple((x * 0.8, y * 0.8) for x, y in standing(picture, off=1.5))
    assert len(first) == 16
    assert perceptual_hash.distance(first, perceptual_hash.look_of(another_photo(picture), region)) <= MOST_DIFFERENCE


def test_other_spines_look_different():
    seen = [perceptual_hash.look_of(spine(number), standing(spine(number))) for number in range(len(BOOKS))]
    pairs = [(one, other) for n, one in enumerate(seen) for other in seen[:n]]
    assert min(perceptual_hash.distance(one, other) for one, other in pairs) > MOST_DIFFERENCE


def test_an_even_surface_a_line_and_no_place_at_all_look_like_nothing():
    wall = np.full((100, 100, 3), 200, np.uint8)
    assert perceptual_hash.look_of(wall, ((10, 10), (90, 10), (90, 30), (10, 30))) == ""
    assert perceptual_hash.look_of(spine(0), ((10, 10), (90, 10), (90, 10), (10, 10))) == ""
    assert perceptual_hash.look_of(spine(0), ()) == ""
    assert perceptual_hash.distance("", "") == perceptual_hash.UNLIKE
