"""Shelves: named, counted, moved and taken away without losing a book."""

import pytest
from django.urls import reverse
from django.utils import timezone

from scanning.models import Scan
from tests.factories import make_copy, make_scan, make_shelf

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


def test_the_form_of_one_shelf_is_open_at_a_time(owner_client, stranger_client, three):
    assert "shelf-edit" not in owner_client.get(reverse("shelves")).content.decode()
    page = owner_client.get(reverse("shelves"), {"change": three[0].pk}).content.decode()
    assert page.count("shelf-edit") == 1 and f'action="{reverse("shelf_rename", args=[three[0].pk])}"' in page
    assert f'value="{three[0].name}"' in page and "aria-invalid" not in page
    assert stranger_client.get(reverse("shelves"), {"change": three[0].pk}).status_code == 404
    assert owner_client.get(reverse("shelves"), {"change": "x"}).status_code == 200


@pytest.mark.parametrize("name", ["shelf_rename", "shelf_move", "shelf_delete"])
def test_a_stranger_changes_nothing(owner, three, stranger_client, name):
    response = stranger_client.post(reverse(name, args=[three[1].pk]), {"name": "Mine", "to": "up"})
    assert response.status_code == 404
    assert names(owner) == ["Bedside", "Kitchen", "Study"]


# ── Rooms and bookcases ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def house(owner):
    """Two bookcases in the living room, one in the study."""
    places = [
        ("Living room", "Left", "Top"),
        ("Living room", "Left", "Low"),
        ("Living room", "Right", "Top"),
        ("Study", "", "Desk"),
    ]
    return [
        make_shelf(owner, name, room=room, bookcase=bookcase, position=number)
        for number, (room, bookcase, name) in enumerate(places, start=1)
    ]


def order(user) -> list[str]:
    return [str(shelf) for shelf in user.shelves.all()]


def test_shelves_are_gathered_in_bookcases_and_rooms(house, owner_client):
    rooms = owner_client.get(SHELVES).context["rooms"]
    found = [(room.name, [(case.name, [s.name for s in case.shelves]) for case in room.bookcases]) for room in rooms]
    assert found == [("Living room", [("Left", ["Top", "Low"]), ("Right", ["Top"])]), ("Study", [("", ["Desk"])])]


@pytest.mark.parametrize(
    ("shelf", "what", "to", "expected"),
    [
        (0, "shelf", "down", ["Left · Low", "Left · Top", "Right · Top", "Desk"]),
        (1, "shelf", "down", ["Left · Top", "Left · Low", "Right · Top", "Desk"]),
        (0, "bookcase", "down", ["Right · Top", "Left · Top", "Left · Low", "Desk"]),
        (3, "room", "up", ["Desk", "Left · Top", "Left · Low", "Right · Top"]),
        (3, "nonsense", "up", ["Left · Top", "Left · Low", "Right · Top", "Desk"]),
    ],
)
def test_shelves_bookcases_and_rooms_move(owner, house, owner_client, shelf, what, to, expected):
    owner_client.post(reverse("shelf_move", args=[house[shelf].pk]), {"what": what, "to": to})
    assert [name.removeprefix("Living room · ").removeprefix("Study · ") for name in order(owner)] == expected


def test_a_shelf_that_is_dragged_beside_another_goes_to_its_bookcase(owner, house, owner_client):
    move = reverse("shelf_move", args=[house[3].pk])
    assert owner_client.post(move, {"beside": house[0].pk, "after": "on"}, headers={"X-Drag": "1"}).status_code == 204
    assert order(owner)[:3] == ["Living room · Left · Top", "Living room · Left · Desk", "Living room · Left · Low"]


def test_it_stays_where_its_name_is_taken_there(owner, house, owner_client):
    before = order(owner)
    page = owner_client.post(reverse("shelf_move", args=[house[2].pk]), {"beside": house[1].pk}, follow=True).content.decode()
    assert "There is already a shelf called “Top”." in page
    assert order(owner) == before


def test_two_bookcases_may_have_a_shelf_of_the_same_name(owner, house, owner_client):
    owner_client.post(SHELVES, {"name": "Desk", "bookcase": "Left", "room": "Living room"})
    assert "Living room · Left · Desk" in order(owner)
    page = owner_client.post(SHELVES, {"name": "desk", "bookcase": "left", "room": "living room"}).content.decode()
    assert "You already have a shelf called “desk” there." in page


def test_a_shelf_is_carried_to_another_room_by_its_form(owner, house, owner_client):
    data = {"name": "Desk", "bookcase": "", "room": "Attic"}
    owner_client.post(reverse("shelf_rename", args=[house[3].pk]), data)
    assert order(owner)[-1] == "Attic · Desk"


def test_each_shelf_shows_its_latest_photo(owner, house, owner_client):
    for job in ("job-old", "job-new", "job-failed"):
        make_scan(owner, job_id=job, shelf=house[0], complete=True)
    Scan.objects.filter(job_id="job-failed").update(status="failed")
    photos = [shelf.photo for shelf in owner_client.get(SHELVES).context["shelves"]]
    assert [photo and photo.job_id for photo in photos] == ["job-new", None, None, None]


def test_a_deleted_shelf_comes_back_with_its_books_and_photos(owner, house, owner_client):
    copy = make_copy(owner, shelf=house[0])
    scan = make_scan(owner, shelf=house[0])
    before = order(owner)
    owner_client.post(reverse("shelf_delete", args=[house[0].pk]))
    owner_client.post(reverse("undo", args=[owner.undos.get().pk]))
    copy.refresh_from_db()
    scan.refresh_from_db()
    assert order(owner) == before
    assert copy.shelf == scan.shelf == owner.shelves.get(bookcase="Left", name="Top")


def test_books_on_no_shelf_are_counted(owner, house, owner_client):
    make_copy(owner)
    assert owner_client.get(SHELVES).context["homeless"] == 1


def test_the_page_asks_as_much_for_many_shelves_as_for_few(owner, owner_client, django_assert_num_queries):
    for number in range(20):
        make_copy(owner, f"Book {number}", shelf=make_shelf(owner, f"Shelf {number}", room=f"Room {number % 4}"))
    with django_assert_num_queries(5):  # session, person, shelves, books on none, photos
        owner_client.get(SHELVES)


def test_a_shelf_is_not_dragged_beside_a_strangers(house, stranger, stranger_client):
    theirs = make_shelf(stranger, "Attic")
    assert stranger_client.post(reverse("shelf_move", args=[theirs.pk]), {"beside": house[0].pk}).status_code == 404


def test_many_shelves_are_folded_by_room_and_bookcase_except_the_one_being_edited(owner, house, owner_client):
    assert owner_client.get(SHELVES).content.decode().count(" open>") == 4  # two rooms, two bookcases
    for number in range(30):
        row = make_shelf(owner, f"Row {number}", room="Cellar", bookcase="Rack")
    make_copy(owner, "Dune", shelf=row)
    page = owner_client.get(SHELVES).content.decode()
    assert " open>" not in page and "30 shelves · 1 book<" in page
    page = owner_client.get(SHELVES, {"change": row.pk}).content.decode()
    assert page.count(" open>") == 3  # its room, its bookcase, its form
