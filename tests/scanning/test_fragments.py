"""Which unread pieces lie on a spine that was read."""

import pytest

from scanning.fragments import spines_of_fragments
from scanning.review_rows import review_of
from tests.factories import make_candidate, make_scan

pytestmark = pytest.mark.django_db


def standing(left: int, top: int, right: int, bottom: int) -> list:
    """The corners of a region lettered downwards, in reading order."""
    return [[right, top], [right, bottom], [left, bottom], [left, top]]


SPINE = standing(100, 50, 130, 250)


@pytest.mark.parametrize(
    ("region", "folds"),
    [
        (standing(102, 60, 128, 90), True),  # on it
        (standing(100, 255, 130, 285), True),  # the publisher's mark at its foot
        (standing(96, 100, 110, 200), True),  # cut off at its edge
        (standing(135, 50, 165, 150), False),  # a neighbour
        (standing(100, 380, 130, 420), False),  # on the shelf below
        ([[60, 40], [260, 40], [260, 70], [60, 70]], False),  # a book that lies across
        (standing(98, 40, 140, 300), False),  # larger than the spine
        ([], False),  # without a place
    ],
)
def test_an_unread_piece_folds_into_the_spine_it_lies_on(owner, region, folds):
    scan = make_scan(owner, complete=True)
    spine, piece = make_candidate(scan, region=SPINE), make_candidate(scan, region=region, band="unread")
    assert spines_of_fragments([spine, piece]) == ({piece.pk: spine.pk} if folds else {})


def test_what_somebody_decided_or_typed_is_a_book_of_its_own(owner):
    scan = make_scan(owner, complete=True)
    spine = make_candidate(scan, region=SPINE)
    inside = standing(102, 60, 128, 90)
    pieces = [make_candidate(scan, region=inside, band="unread", **own) for own in ({"decision": "rejected"}, {"edited": True})]
    assert spines_of_fragments([spine, *pieces]) == {}
    assert spines_of_fragments([spine, make_candidate(scan, region=inside, band="check")]) == {}


def test_its_text_is_shown_with_the_spine_and_it_is_not_counted(owner):
    scan = make_scan(owner, complete=True)
    make_candidate(scan, region=SPINE)
    make_candidate(scan, region=standing(100, 255, 130, 285), band="unread", spine_text=["PENGUIN"])
    review = review_of(scan)
    assert [row.pieces for row in review.rows] == [("PENGUIN",)]
    assert review.counts["unread"] == 0 and review.open == 1
