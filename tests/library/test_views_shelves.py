"""Shelves: named, counted, moved and taken away without losing a book."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_copy, make_shelf

SHELVES = "/shelves/"


@pytest.fixture
def three(owner):
    return [make_shelf(owner, name, position=n) for n, name in enumerate(["Bedside", "Kitchen", "Study"], start=1)]


def names(user) -> list[str]:
    return list(user.shelves.values_list("name", flat=True))


def test_the_page_counts_the_books_on_each_shelf_without_the_removed(owner, three, owner_client):
    make_copy(owner, "Emma", shelf=three[0])
    make_copy(owner, "Dune", shelf=three[0], removed=timezone.now())
    shelves = owner_client.get(SHELVES).context["shelves"]
    assert [(shelf.name, shelf.count) for shelf in shelves] == [("Bedside", 1), ("Kitchen", 0), ("Study", 0)]


def test_a_new_shelf_goes_last(owner, three, owner_client):
    owner_client.post(SHELVES, {"name": "  Attic,   left "})
    assert names(owner) == ["Bedside", "Kitchen", "Study", "Attic, left"]


def test_a_name_is_given_once(owner, three, owner_client):
    page = owner_client.post(SHELVES, {"name": "kitchen"}).content.decode()
    assert "You already have a shelf called “kitchen”." in page
    assert len(names(owner)) == 3


def test_two_people_may_use_the_same_name(three, stranger, stranger_client):
    stranger_client.post(SHELVES, {"name": "Kitchen"})
    assert names(stranger) == ["Kitchen"]


def test_a_shelf_is_renamed_and_keeps_its_place(owner, three, owner_client):
    owner_client.post(reverse("shelf_rename", args=[three[0].pk]), {"name": "Attic"})
    assert names(owner) == ["Attic", "Kitchen", "Study"]


def test_a_name_that_is_taken_keeps_the_form_open_with_what_was_typed(owner, three, owner_client):
    page = owner_client.post(reverse("shelf_rename", args=[three[0].pk]), {"name": "Study"}).content.decode()
    assert "You already have a shelf called “Study”." in page
    assert names(owner) == ["Bedside", "Kitchen", "Study"]


@pytest.mark.parametrize(
    ("shelf", "to", "expected"),
    [
        (1, "up", ["Kitchen", "Bedside", "Study"]),
        (1, "down", ["Bedside", "Study", "Kitchen"]),
        (0, "up", ["Bedside", "Kitchen", "Study"]),
        (2, "down", ["Bedside", "Kitchen", "Study"]),
    ],
)
def test_a_shelf_moves_one_place_and_never_off_the_end(owner, three, owner_client, shelf, to, expected):
    owner_client.post(reverse("shelf_move", args=[three[shelf].pk]), {"to": to})
    assert names(owner) == expected


def test_books_stay_when_their_shelf_is_deleted(owner, three, owner_client):
    copy = make_copy(owner, shelf=three[0])
    owner_client.post(reverse("shelf_delete", args=[three[0].pk]))
    copy.refresh_from_db()
    assert (copy.shelf, copy.removed) == (None, None)
    assert names(owner) == ["Kitchen", "Study"]


@pytest.mark.parametrize("name", ["shelf_rename", "shelf_move", "shelf_delete"])
def test_a_stranger_changes_nothing(owner, three, stranger_client, name):
    response = stranger_client.post(reverse(name, args=[three[1].pk]), {"name": "Mine", "to": "up"})
    assert response.status_code == 404
    assert names(owner) == ["Bedside", "Kitchen", "Study"]
