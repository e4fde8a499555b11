"""Tags: found or made, completed, renamed, made one, deleted; and all of it undoable."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from library.copies import bulk_changes, tagging, trash, undoing
from library.models import Tag
from tests.factories import make_copy
from tests.properties import quick


@pytest.fixture
def copy(owner):
    copy = make_copy(owner, "Emma", "Jane Austen")
    tagging.set_tags(copy, ["Classic", "for Ana"])
    return copy


def names(copy) -> list[str]:
    return tagging.names_of(copy)


def test_two_spellings_are_one_tag_written_as_it_was_first(owner):
    first = tagging.find_or_make_tags(owner, ["Poetry", "poetry ", " ", "Fernweh"])
    assert [tag.name for tag in first] == ["Poetry", "Fernweh"]
    assert tagging.find_or_make_tags(owner, ["POETRY"]) == first[:1]


def test_making_asks_three_times_whatever_the_number(owner, django_assert_num_queries):
    tagging.find_or_make_tags(owner, ["old"])
    with django_assert_num_queries(3):
        tagging.find_or_make_tags(owner, ["old", *(f"tag {n}" for n in range(40))])


def test_two_people_have_tags_of_their_own(copy, stranger):
    assert tagging.find_or_make_tags(stranger, ["Classic"])[0].user == stranger
    assert Tag.objects.filter(folded="classic").count() == 2


def test_setting_counts_as_a_change_and_only_then(copy):
    version = copy.version
    assert tagging.set_tags(copy, ["for Ana", "CLASSIC"]) is False
    assert copy.version == version
    assert tagging.set_tags(copy, ["for Ana", "signed"]) is True
    copy.refresh_from_db()
    assert copy.version == version + 1
    assert names(copy) == ["for Ana", "signed"]


def test_one_line_is_split_at_commas_that_are_not_in_quotes():
    assert tagging.split_tags("a, b; c\nA,,") == ["a", "b", "c"]
    assert tagging.split_tags('"historical, french", nul\0, "open, x') == ["historical, french", "nul", '"open', "x"]
    assert tagging.tidy(["historical, french"]) == ["historical, french"]


NAME = st.text(st.sampled_from('ab,; "\n'), max_size=8) | st.text(max_size=20)


@quick
@given(st.lists(NAME, max_size=5))
def test_names_of_any_kind_come_back_from_one_line(names):
    names = [tidied for name in names if (tidied := " ".join(name.split()))]
    assert tagging.split_list(tagging.join_list(names)) == names


def test_the_page_counts_the_books_without_the_removed(copy, owner, owner_client):
    removed = make_copy(owner, "Dune")
    tagging.set_tags(removed, ["Classic"])
    trash.move_to_trash(removed)
    tags = owner_client.get(reverse("tags")).context["tags"]
    assert [(tag.name, tag.count) for tag in tags] == [("Classic", 1), ("for Ana", 1)]


def test_the_page_asks_as_much_for_many_tags_as_for_one(owner, owner_client, django_assert_num_queries):
    tagging.find_or_make_tags(owner, [f"tag {n}" for n in range(30)])
    with django_assert_num_queries(3):  # session, person, tags
        owner_client.get(reverse("tags"))


def test_what_is_typed_is_completed_from_ones_own_tags(copy, owner, stranger, owner_client):
    tagging.find_or_make_tags(stranger, ["anarchy"])
    answer = owner_client.get(reverse("tag_suggest") + "?q=an").json()
    assert answer == {"tags": [{"name": "for Ana", "count": 1}]}
    assert [tag.name for tag in tagging.matching_tags(owner, "")] == ["Classic", "for Ana"]


def test_a_tag_is_renamed(copy, owner_client):
    tag = Tag.objects.get(folded="classic")
    owner_client.post(reverse("tag_rename", args=[tag.pk]), {"name": "Classics"})
    assert names(copy) == ["Classics", "for Ana"]


def test_a_name_that_another_has_is_asked_about_and_then_makes_two_one(copy, owner, owner_client):
    other = make_copy(owner, "Dune")
    tagging.set_tags(other, ["Novel"])
    tag = Tag.objects.get(folded="classic")
    address = reverse("tag_rename", args=[tag.pk])
    assert "Merge these tags?" in owner_client.post(address, {"name": "novel"}).content.decode()
    assert names(copy) == ["Classic", "for Ana"]
    owner_client.post(address, {"name": "novel", "merge": ""})
    assert (names(copy), names(other)) == (["for Ana", "Novel"], ["Novel"])
    owner_client.post(reverse("undo", args=[owner.undos.get().pk]))
    assert (names(copy), names(other)) == (["Classic", "for Ana"], ["Novel"])


def test_a_deleted_tag_comes_back_with_its_books(copy, owner):
    undo = bulk_changes.delete_tag(Tag.objects.get(folded="for ana"))
    assert names(copy) == ["Classic"]
    undoing.undo_changes(owner, undo.pk)
    assert names(copy) == ["Classic", "for Ana"]


@pytest.mark.parametrize("wrong", ["", " ", "x" * 101])
def test_what_is_no_name_changes_nothing(copy, owner_client, wrong):
    tag = Tag.objects.get(folded="classic")
    assert "field-error" in owner_client.post(reverse("tag_rename", args=[tag.pk]), {"name": wrong}).content.decode()
    assert names(copy) == ["Classic", "for Ana"]


def test_a_stranger_finds_no_tags(copy, stranger_client):
    tag = Tag.objects.get(folded="classic")
    for name in ("tag_rename", "tag_delete"):
        assert stranger_client.post(reverse(name, args=[tag.pk]), {"name": "mine"}).status_code == 404
    assert stranger_client.get(reverse("tag_suggest") + "?q=cl").json() == {"tags": []}
    assert names(copy) == ["Classic", "for Ana"]
