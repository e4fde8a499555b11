"""Changing many books at once: one undo for the batch, and back is exactly what was."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from library.copies import bulk_add, bulk_changes, loans, readings, tagging, undoing
from library.models import Status, Tag, Undo, UserBook
from tests.factories import make_copy, make_shelf

BULK = "/books/bulk/"


@pytest.fixture
def three(owner):
    copies = [make_copy(owner, title) for title in ("Emma", "Dune", "Walden")]
    tagging.set_tags(copies[0], ["old"])
    copies[1].status = Status.READ
    copies[1].save()
    return copies


def state(user) -> list:
    """All that a batch can change about a person's books, and what hangs on them."""
    rows = UserBook.objects.filter(user=user).order_by("pk")
    columns = rows.values_list("pk", "shelf", "status", "favourite", "removed")
    return [(*row, tuple(tagging.names_of(copy))) for row, copy in zip(columns, rows, strict=True)]


def books(user):
    return UserBook.objects.of(user)


def test_a_batch_changes_all_that_is_asked_and_undo_brings_back_exactly_what_was(owner, three):
    shelves = [make_shelf(owner, "Study"), make_shelf(owner, "Attic")]
    three[2].shelf = shelves[1]
    three[2].save()
    before = state(owner)
    change = bulk_changes.Change(shelves[0], Status.READ, True, ("new", "old"), ("nothing",))
    undo = bulk_changes.apply_change(owner, books(owner), change)
    assert [row[1:] for row in state(owner)] == [(shelves[0].pk, "read", True, None, ("new", "old"))] * 3
    undoing.undo_changes(owner, undo.pk)
    assert state(owner) == before


def test_taking_tags_away_gives_them_back_to_those_that_had_them(owner, three):
    before = state(owner)
    undo = bulk_changes.apply_change(owner, books(owner), bulk_changes.Change(remove_tags=("OLD", "unknown")))
    assert state(owner)[0][-1] == ()
    assert undo.sentence == "1 book is now without the tag “OLD”, “unknown”."
    undoing.undo_changes(owner, undo.pk)
    assert state(owner) == before


def test_a_tag_that_was_deleted_meanwhile_is_made_again(owner, three):
    undo = bulk_changes.apply_change(owner, books(owner), bulk_changes.Change(remove_tags=("old",)))
    bulk_changes.delete_tag(Tag.objects.get(folded="old"))
    undoing.undo_changes(owner, undo.pk)
    assert state(owner)[0][-1] == ("old",)


def test_a_shelf_that_is_gone_by_then_leaves_its_books_on_none(owner, three):
    study, attic = make_shelf(owner, "Study"), make_shelf(owner, "Attic")
    books(owner).update(shelf=study)
    undo = bulk_changes.apply_change(owner, books(owner), bulk_changes.Change(shelf=attic))
    study.delete()
    undoing.undo_changes(owner, undo.pk)
    assert {row[1] for row in state(owner)} == {None}


def test_undo_leaves_alone_what_was_changed_after_the_batch(owner, three):
    undo = bulk_changes.apply_change(owner, books(owner), bulk_changes.Change(status=Status.READING))
    three[0].refresh_from_db()
    three[0].status = Status.WISHLIST
    three[0].save()
    undoing.undo_changes(owner, undo.pk)
    assert [row[2] for row in state(owner)] == ["wishlist", "read", "to-read"]


def test_a_batch_is_undone_once(owner, three):
    undo = bulk_changes.apply_change(owner, books(owner), bulk_changes.Change(favourite=True))
    undoing.undo_changes(owner, undo.pk)
    with pytest.raises(undoing.TooLate):
        undoing.undo_changes(owner, undo.pk)


def test_nothing_to_change_leaves_no_undo_and_no_new_version(owner, three):
    versions = list(books(owner).values_list("version", flat=True))
    assert bulk_changes.apply_change(owner, books(owner), bulk_changes.Change(favourite=False)) is None
    assert list(books(owner).values_list("version", flat=True)) == versions
    assert not Undo.objects.exists()


def test_what_is_changed_counts_as_changed_once(owner, three):
    versions = dict(books(owner).values_list("pk", "version"))
    bulk_changes.apply_change(owner, books(owner), bulk_changes.Change(status=Status.READ, add_tags=("new",)))
    assert dict(books(owner).values_list("pk", "version")) == {pk: version + 1 for pk, version in versions.items()}


def test_a_status_set_for_many_makes_up_no_dates(owner, three):
    bulk_changes.apply_change(owner, books(owner), bulk_changes.Change(status=Status.READ))
    assert all(copy.readings.count() == 0 for copy in three)


def test_removing_keeps_all_that_hangs_on_the_books(owner, three):
    loans.lend_copy(three[0], "Ana")
    readings.finished_today(three[0])
    undo = bulk_changes.apply_change(owner, books(owner), bulk_changes.Change(remove=True))
    assert undo.sentence == "3 books are in the trash."
    assert books(owner).count() == 0
    undoing.undo_changes(owner, undo.pk)
    assert (three[0].loans.count(), three[0].readings.count(), books(owner).count()) == (1, 1, 3)


def test_nobody_elses_books_are_touched(owner, stranger, three):
    theirs = make_copy(stranger, "Ulysses")
    bulk_changes.apply_change(owner, UserBook.objects.all(), bulk_changes.Change(favourite=True, add_tags=("mine",)))
    theirs.refresh_from_db()
    assert (theirs.favourite, tagging.names_of(theirs)) == (False, [])


def many(user, count: int):
    """A library of `count` books, on four shelves."""
    shelves = [make_shelf(user, name) for name in "ABCD"]
    rows = [({"title": f"Title {n}", "authors": [f"Author {n % 50}"]}, {"shelf": shelves[n % 4]}) for n in range(count)]
    bulk_add.add_copies(user, [bulk_add.NewCopy(facts, own) for facts, own in rows])
    return shelves


def queries_of_a_batch(user, shelf) -> tuple[int, int]:
    with CaptureQueriesContext(connection) as there:
        undo = bulk_changes.apply_change(
            user, books(user), bulk_changes.Change(shelf, Status.READ, True, ("one", "two"), ("three",))
        )
    with CaptureQueriesContext(connection) as back:
        undoing.undo_changes(user, undo.pk)
    return len(there), len(back)


def test_a_batch_asks_as_much_for_many_books_as_for_few(owner, stranger):
    few, more = many(owner, 20), many(stranger, 240)
    assert queries_of_a_batch(owner, few[0]) == queries_of_a_batch(stranger, more[0])


# ── By the page ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_chosen_books_are_changed_and_the_message_has_an_undo(owner, three, owner_client):
    shelf = make_shelf(owner, "Study")
    data = {"ids": [three[0].pk, three[2].pk], "act": "", "shelf": shelf.pk, "add_tags": "a, b", "query": "sort=title"}
    response = owner_client.post(BULK, data, follow=True)
    assert response.redirect_chain == [("/?sort=title", 302)]
    assert "2 books are now on “Study” and tagged “a”, “b”." in response.content.decode()
    undo = reverse("undo", args=[owner.undos.get().pk])
    assert f'action="{undo}"' in response.content.decode()
    assert [row[1] for row in state(owner)] == [shelf.pk, None, shelf.pk]
    owner_client.post(undo)
    assert [row[1] for row in state(owner)] == [None, None, None]


def test_all_that_match_the_filters_are_meant(owner, three, owner_client):
    owner_client.post(BULK, {"all": "on", "query": "status=to-read&q=-dune", "act": "", "favourite": "yes"})
    assert [row[3] for row in state(owner)] == [True, False, True]


def test_without_a_script_the_page_asks_what_to_do(owner, three, owner_client):
    page = owner_client.post(BULK, {"ids": f"{three[0].pk},{three[1].pk}", "query": ""}).content.decode()
    assert "Change 2 books" in page
    assert f'value="{three[0].pk},{three[1].pk}"' in page or f'value="{three[1].pk},{three[0].pk}"' in page


def test_nothing_said_is_asked_again(owner, three, owner_client):
    page = owner_client.post(BULK, {"ids": three[0].pk, "act": ""}).content.decode()
    assert "Choose something to change." in page
    assert not Undo.objects.exists()


def test_the_bars_button_removes_at_once_with_undo(owner, three, owner_client):
    owner_client.post(BULK, {"ids": [copy.pk for copy in three], "act": "remove"})
    assert books(owner).count() == 0
    owner_client.post(reverse("undo", args=[owner.undos.get().pk]))
    assert books(owner).count() == 3


@pytest.mark.parametrize("wrong", [{"shelf": "999999"}, {"status": "burnt"}, {"favourite": "maybe"}])
def test_what_is_not_on_offer_changes_nothing(owner, three, owner_client, wrong):
    before = state(owner)
    assert "field-error" in owner_client.post(BULK, {"ids": three[0].pk, "act": "", **wrong}).content.decode()
    assert state(owner) == before


@pytest.mark.parametrize("ids", ["x", "99999999999999999999", "-1", "1\x00", ""])
def test_numbers_that_are_none_choose_nothing(owner, three, owner_client, ids):
    before = state(owner)
    assert owner_client.post(BULK, {"ids": ids, "act": "", "favourite": "yes"}).status_code in (200, 302)
    assert [row[3] for row in state(owner)] == [row[3] for row in before]


def test_a_strangers_books_cannot_be_chosen(owner, three, stranger_client):
    shelf = make_shelf(owner, "Study")
    stranger_client.post(BULK, {"ids": [copy.pk for copy in three], "act": "", "favourite": "yes"})
    stranger_client.post(BULK, {"all": "on", "act": "remove"})
    stranger_client.post(BULK, {"ids": three[0].pk, "act": "", "shelf": shelf.pk})
    assert {row[1:5] for row in state(owner)} == {(None, "to-read", False, None), (None, "read", False, None)}


def test_a_strangers_batch_cannot_be_undone(owner, three, stranger_client):
    undo = bulk_changes.apply_change(owner, books(owner), bulk_changes.Change(favourite=True))
    assert stranger_client.post(reverse("undo", args=[undo.pk])).status_code == 404
    assert all(row[3] for row in state(owner))


def test_batches_are_forgotten_after_a_month(owner, three):
    undo = bulk_changes.apply_change(owner, books(owner), bulk_changes.Change(favourite=True))
    assert list(undoing.recent(owner)) == [undo]
    Undo.objects.update(created=timezone.now() - undoing.KEPT)
    assert list(undoing.recent(owner)) == []
    assert undoing.delete_old_undos() == 1


# ── In place, where scripts run ─────────────────────────────────────────────────────────────────────────────────────
IN_LIST = {"HX-Request": "true", "HX-Target": "results"}


def test_the_list_asks_in_a_dialog_and_shows_the_change_and_its_undo_in_place(owner, three, owner_client):
    ask = owner_client.post(BULK, {"ids": three[0].pk, "query": "sort=title"}, headers=IN_LIST)
    assert ask.headers["HX-Retarget"] == "#bulk-dialog" and b"Change 1 book" in ask.content and b"<html" not in ask.content
    wrong = owner_client.post(BULK, {"ids": three[0].pk, "query": "", "act": ""}, headers=IN_LIST)
    assert wrong.headers["HX-Retarget"] == "#bulk-dialog" and b"Choose something to change." in wrong.content
    data = {"ids": three[0].pk, "query": "status=reading", "act": "", "status": "reading"}
    done = owner_client.post(BULK, data, headers=IN_LIST)
    assert [copy.pk for copy in done.context["page"]] == [three[0].pk]
    undo = reverse("undo", args=[owner.undos.get().pk])
    page = done.content.decode()
    assert "<html" not in page and 'hx-swap-oob="beforeend"' in page and f'hx-post="{undo}"' in page
    again = owner_client.post(undo, headers=IN_LIST | {"HX-Current-URL": "http://testserver/?status=reading"})
    assert not again.context["page"].object_list and b"Undone:" in again.content


def test_a_change_that_was_sent_later_is_made_without_a_page(owner, three, owner_client):
    response = owner_client.post(BULK, {"ids": three[0].pk, "act": "remove"}, headers={"X-Parts": "closed"})
    assert (response.status_code, response.content) == (200, b"")
    response = owner_client.post(reverse("undo", args=[owner.undos.get().pk]), headers={"X-Parts": "closed"})
    assert (response.status_code, books(owner).count()) == (200, 3)
