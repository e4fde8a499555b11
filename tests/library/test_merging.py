"""Two records become one and one becomes two, by hand: nothing is lost, two ISBNs are asked about, and undo takes it back."""

from datetime import date

import pytest
from django.urls import reverse

from library.copies import loans, merging, owner_edits, readings, tagging, undoing
from library.models import Status, UserBook
from tests.factories import CandidateFactory, make_copy, make_shelf

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)
HANGS_ON = ("readings", "loans", "sightings")


@pytest.fixture
def keep(owner):
    copy = make_copy(owner, "Dune", "Frank Herbert", publisher="Ace", notes="Sand.", rating=8)
    tagging.set_tags(copy, ["desert"])
    return copy


@pytest.fixture
def other(owner):
    about = {"pages": 604, "publisher": "Gollancz", "source": "open_library", "isbn": "9780575081505"}
    copy = make_copy(owner, "Dune", "Frank Herbert", **about, notes="More sand.", status=Status.READ, favourite=True, rating=6)
    copy.shelf = make_shelf(owner, "Study")
    copy.save()
    tagging.set_tags(copy, ["Desert", "signed"])
    readings.add_reading(copy, MONDAY, FRIDAY)
    loans.lend_copy(copy, "Ana", MONDAY)
    CandidateFactory(copy=copy)
    return copy


def everything(user) -> list:
    rows = []
    for copy in UserBook.objects.filter(user=user).order_by("pk"):
        said = {f.name: getattr(copy, f.attname) for f in UserBook._meta.concrete_fields if f.name not in ("version", "changed")}
        hanging = {name: sorted(getattr(copy, name).values_list("pk", flat=True)) for name in HANGS_ON}
        rows.append((said, tuple(tagging.names_of(copy)), hanging))
    return rows


def test_what_hangs_on_the_other_and_what_the_first_lacks_comes_over(owner, keep, other):
    merging.merge_copies(owner, keep, other)
    keep.refresh_from_db()
    assert [getattr(keep, name).count() for name in HANGS_ON] == [1, 1, 1]
    assert (keep.pages, keep.isbn13, keep.shelf.name, keep.status, keep.favourite) == (
        604,
        "9780575081505",
        "Study",
        "read",
        True,
    )
    assert keep.origins["pages"] == "open_library"
    assert keep.notes == "Sand.\n\nMore sand."
    assert tagging.names_of(keep) == ["desert", "signed"]


def test_the_edition_goes_with_the_number(owner, keep, other):
    assert keep.book_id != other.book_id
    merging.merge_copies(owner, keep, other)
    keep.refresh_from_db()
    assert keep.book.isbn13 == keep.isbn13 == "9780575081505"


def test_what_two_imports_have_kept_stays_of_both(owner, keep, other):
    UserBook.objects.filter(pk=keep.pk).update(imported={"ids": {"goodreads": "1"}, "columns": {"Spoiler": "true"}})
    theirs = {"ids": {"storygraph": "2", "goodreads": "3"}, "columns": {"Moods": "dark"}, "file": "x"}
    UserBook.objects.filter(pk=other.pk).update(imported=theirs)
    merging.merge_copies(owner, keep, other)
    keep.refresh_from_db()
    both = {"ids": {"goodreads": "1", "storygraph": "2"}, "columns": {"Spoiler": "true", "Moods": "dark"}, "file": "x"}
    assert keep.imported == both


def test_what_both_say_differently_the_first_says_on_and_the_history_keeps_the_other(owner, keep, other):
    assert [(each.name, each.other) for each in merging.fact_differences(keep, other)] == [
        ("publisher", "Gollancz"),
        ("rating", 6),
    ]
    merging.merge_copies(owner, keep, other)
    keep.refresh_from_db()
    assert (keep.publisher, keep.rating) == ("Ace", 8)
    assert keep.fact_changes.get(fact="publisher").before == "Gollancz"


def test_what_its_owner_left_empty_stays_empty(owner, keep, other):
    owner_edits.edit_copy(owner, keep.pk, {"publisher": ""})
    merging.merge_copies(owner, keep, other)
    keep.refresh_from_db()
    assert keep.publisher == ""


def test_the_other_waits_in_the_trash_and_undo_parts_them_exactly(owner, keep, other):
    before = everything(owner)
    undo = merging.merge_copies(owner, keep, other)
    assert list(UserBook.objects.of(owner)) == [keep]
    undoing.undo_changes(owner, undo.pk)
    assert everything(owner) == before


def test_two_isbns_are_never_made_one_without_being_asked(owner, keep, other, owner_client):
    keep.isbn13 = "9780441013593"
    keep.save()
    with pytest.raises(merging.MergeError, match="978-0-441-01359-3 and 978-0-575-08150-5"):
        merging.merge_copies(owner, keep, other)
    address = reverse("book_merge", args=[keep.pk, other.pk])
    assert "two_isbns" in owner_client.get(address).content.decode()
    assert "two different ISBNs" in owner_client.post(address).content.decode()
    assert UserBook.objects.of(owner).count() == 2
    owner_client.post(address, {"two_isbns": "on"})
    assert UserBook.objects.of(owner).count() == 1


def test_two_that_are_lent_are_two_books(owner, keep, other):
    loans.lend_copy(keep, "Tom")
    with pytest.raises(merging.MergeError, match="Both are on loan"):
        merging.merge_copies(owner, keep, other)


def test_a_record_is_not_merged_with_itself(owner, keep):
    with pytest.raises(merging.MergeError):
        merging.merge_copies(owner, keep, keep)


def test_the_page_offers_others_of_the_same_work(owner, keep, other, stranger, owner_client):
    make_copy(owner, "Emma", "Jane Austen")
    make_copy(stranger, "Dune", "Frank Herbert")
    assert list(merging.possible_duplicates(keep)) == [other]
    page = owner_client.get(keep.get_absolute_url()).content.decode()
    assert reverse("book_merge", args=[keep.pk, other.pk]) in page


def test_a_copy_of_the_same_isbn_under_another_title_is_alike_too(owner, other):
    german = make_copy(owner, "Der Wüstenplanet", "Frank Herbert")
    UserBook.objects.filter(pk=german.pk).update(isbn13=other.isbn13)
    assert list(merging.possible_duplicates(other)) == [german]


def test_the_page_merges_and_its_message_undoes(owner, keep, other, owner_client):
    page = owner_client.post(reverse("book_merge", args=[keep.pk, other.pk]), follow=True).content.decode()
    undo = reverse("undo", args=[owner.undos.get().pk])
    assert f'action="{undo}"' in page
    owner_client.post(undo)
    assert UserBook.objects.of(owner).count() == 2


def test_one_record_becomes_two_and_what_was_chosen_goes_with_the_second(owner, other, owner_client):
    before = everything(owner)
    reading = other.readings.get()
    response = owner_client.post(reverse("book_split", args=[other.pk]), {"readings": reading.pk, "loans": "x"})
    second = UserBook.objects.of(owner).exclude(pk=other.pk).get()
    assert response.url == reverse("book_edit", args=[second.pk])
    assert (second.title, second.isbn13, second.book, second.shelf) == (other.title, other.isbn13, other.book, other.shelf)
    assert tagging.names_of(second) == ["Desert", "signed"]
    assert (list(second.readings.all()), second.loans.count(), other.loans.count()) == ([reading], 0, 1)
    undoing.undo_changes(owner, owner.undos.get().pk)
    assert everything(owner)[0] == before[0]
    assert list(UserBook.objects.of(owner)) == [other]


def test_what_was_merged_can_be_split_by_hand_long_after(owner, keep, other):
    merging.merge_copies(owner, keep, other)
    second, _ = merging.split_copy(owner, keep, sightings=[keep.sightings.get().pk])
    assert second.sightings.count() == 1
    assert keep.sightings.count() == 0


def test_a_strangers_records_stay_as_they_are(owner, keep, other, stranger, stranger_client):
    theirs = make_copy(stranger, "Dune", "Frank Herbert")
    before = everything(owner)
    for pair in ((keep.pk, other.pk), (theirs.pk, other.pk), (other.pk, theirs.pk)):
        for method in (stranger_client.get, stranger_client.post):
            assert method(reverse("book_merge", args=pair)).status_code == 404
    assert stranger_client.post(reverse("book_split", args=[other.pk])).status_code == 404
    # Rows of others are not moved by their number either.
    merging.split_copy(stranger, theirs, readings=[other.readings.get().pk])
    assert everything(owner) == before


def test_merging_can_decide_between_any_two_statuses():
    assert sorted(merging.TELLING) == sorted(Status)
