from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from catalogs.lookup import Lookup
from library.models import Status, UserBook
from scanning import review
from scanning.models import Band, Candidate, Decision
from scanning.review_rows import Edition
from tests.factories import make_candidate, make_copy, make_record, make_scan, make_shelf
from tests.scanning.photos import DUNE, DUNE_UK, EMMA, STONER, SmallCatalog

pytestmark = pytest.mark.django_db


@pytest.fixture
def scan(owner):
    return make_scan(owner, shelf=make_shelf(owner, "Kitchen"), complete=True)


@pytest.fixture
def lookup():
    return Lookup([SmallCatalog()])


def titles(user) -> list[str]:
    return sorted(UserBook.objects.of(user).values_list("title", flat=True))


# ── Decisions ──
def test_accepting_adds_a_copy_on_the_shelf_of_the_scan(owner, scan):
    candidate = review.accept_candidate(make_candidate(scan).pk, owner, Status.READ)
    copy = UserBook.objects.get(user=owner)
    assert (copy.title, copy.isbn13, copy.shelf, copy.status) == ("Dune", DUNE.isbn, scan.shelf, Status.READ)
    candidate.refresh_from_db()
    assert candidate.copy == copy and candidate.decision == Decision.ACCEPTED and candidate.decided


def test_accepting_twice_adds_once(owner, scan):
    candidate = make_candidate(scan)
    review.accept_candidate(candidate.pk, owner)
    review.accept_candidate(candidate.pk, owner)
    assert titles(owner) == ["Dune"]


def test_two_taps_at_the_same_moment_add_once(race, owner):
    candidate = make_candidate(make_scan(owner, complete=True))
    answers = race(lambda: review.accept_candidate(candidate.pk, owner), times=4)
    assert answers == [candidate] * 4
    assert titles(owner) == ["Dune"]


def test_add_all_and_a_tap_at_the_same_moment_add_each_once(race, owner):
    scan = make_scan(owner, complete=True)
    candidates = [make_candidate(scan, record) for record in (DUNE, EMMA, STONER)]
    calls = iter(
        [
            lambda: review.accept_all_open(scan),
            lambda: review.accept_candidate(candidates[1].pk, owner),
            lambda: review.accept_all_open(scan),
        ]
    )
    answers = race(lambda: next(calls)(), times=3)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert titles(owner) == ["Dune", "Emma", "Stoner"]


def test_undo_takes_the_copy_back_and_opens_the_proposal(owner, scan):
    candidate = review.accept_candidate(make_candidate(scan).pk, owner)
    review.undo_decision(candidate.pk, owner)
    candidate.refresh_from_db()
    assert candidate.decision == Decision.PENDING and candidate.copy is None and candidate.decided is None
    assert not UserBook.objects.exists()


def test_a_copy_its_owner_has_worked_on_goes_to_the_trash_instead(owner, scan):
    candidate = review.accept_candidate(make_candidate(scan).pk, owner)
    UserBook.objects.update(notes="The best one", changed=timezone.now() + timedelta(minutes=5))
    review.undo_decision(candidate.pk, owner)
    assert titles(owner) == []
    assert UserBook.objects.get().notes == "The best one"


def test_undo_of_what_was_never_decided_changes_nothing(owner, scan):
    candidate = review.undo_decision(make_candidate(scan).pk, owner)
    assert candidate.decision == Decision.PENDING


def test_rejecting_an_accepted_one_takes_its_copy_back(owner, scan):
    candidate = review.accept_candidate(make_candidate(scan).pk, owner)
    review.reject_candidate(candidate.pk, owner)
    candidate.refresh_from_db()
    assert candidate.decision == Decision.REJECTED and titles(owner) == []


def test_a_stranger_finds_nothing_to_decide(owner, stranger, scan, lookup):
    candidate = make_candidate(scan, alternatives=[DUNE_UK])
    for act in (
        lambda: review.accept_candidate(candidate.pk, stranger),
        lambda: review.reject_candidate(candidate.pk, stranger),
        lambda: review.undo_decision(candidate.pk, stranger),
        lambda: review.choose_alternative(candidate.pk, stranger, review.edition_key(DUNE_UK)),
        lambda: review.edit_candidate(candidate.pk, stranger, lookup, title="Emma"),
    ):
        with pytest.raises(Http404):
            act()
    candidate.refresh_from_db()
    assert candidate.decision == Decision.PENDING and candidate.edition == DUNE and not UserBook.objects.exists()


# ── The batch ──
def test_add_all_sure_leaves_the_doubtful_and_the_unread_alone(owner, scan):
    for record, band in ((DUNE, Band.SURE), (EMMA, Band.CHECK), (STONER, Band.UNREAD)):
        make_candidate(scan, record, band)
    batch = review.accept_all_open(scan)
    assert (batch.added, batch.owned) == (1, 0)
    assert titles(owner) == ["Dune"]


def test_add_all_leaves_out_what_is_owned_and_says_how_many(owner, scan):
    make_copy(owner, "Emma", "Jane Austen")  # another edition, without an ISBN
    make_candidate(scan)
    make_candidate(scan, EMMA)
    batch = review.accept_all_open(scan)
    assert (batch.added, batch.owned) == (1, 1)
    assert titles(owner) == ["Dune", "Emma"]
    assert review.accept_all_open(scan, with_owned=True).added == 1
    assert titles(owner) == ["Dune", "Emma", "Emma"]


def test_a_book_that_is_on_the_photo_twice_is_added_once_by_the_batch(owner, scan):
    make_candidate(scan)
    second = make_candidate(scan)
    assert review.accept_all_open(scan).added == 1
    second.refresh_from_db()
    assert second.decision == Decision.PENDING
    review.accept_candidate(second.pk, owner)  # whoever has two taps for the second
    assert titles(owner) == ["Dune", "Dune"]


def test_a_least_confidence_stands_in_for_the_band(owner, scan):
    make_candidate(scan, DUNE, Band.CHECK, confidence=0.8)
    make_candidate(scan, EMMA, Band.CHECK, confidence=0.6)
    make_candidate(scan, STONER, Band.UNREAD, confidence=0.9)
    assert review.accept_all_open(scan, min_confidence=0.75).added == 1
    assert titles(owner) == ["Dune"]


def test_a_batch_is_undone_as_one_and_what_was_decided_before_stays(owner, scan):
    before = review.accept_candidate(make_candidate(scan, STONER).pk, owner)
    rejected = review.reject_candidate(make_candidate(scan, EMMA).pk, owner)
    make_candidate(scan, DUNE)
    make_candidate(scan, EMMA)
    batch = review.accept_all_open(scan)
    assert titles(owner) == ["Dune", "Emma", "Stoner"]
    assert len(review.undo_decisions(scan, batch.moment)) == 2
    assert titles(owner) == ["Stoner"]
    before.refresh_from_db()
    rejected.refresh_from_db()
    assert (before.decision, rejected.decision) == (Decision.ACCEPTED, Decision.REJECTED)
    assert review.undo_decisions(scan, batch.moment) == []


def test_the_batch_asks_what_is_owned_in_two_queries_however_long_the_list(owner, scan, django_assert_max_num_queries):
    for number in range(40):
        make_copy(owner, f"Owned {number}", "Somebody")
        record = DUNE.from_dict({**DUNE.as_dict(), "title": f"Owned {number}", "authors": ["Somebody"], "isbn": ""})
        make_candidate(scan, record)
    with django_assert_max_num_queries(8):
        assert review.accept_all_open(scan).owned == 40


# ── Corrections ──
def test_an_edited_title_is_matched_again(owner, scan, lookup):
    candidate = make_candidate(scan, EMMA, Band.UNREAD)
    review.edit_candidate(candidate.pk, owner, lookup, title="dune", author="Frank Herbert")
    candidate.refresh_from_db()
    assert candidate.edition == DUNE and candidate.validated and candidate.band == Band.SURE and candidate.edited
    assert [data["isbn"] for data in candidate.alternatives] == [DUNE_UK.isbn]


def test_an_isbn_names_its_edition_whatever_the_title_says(owner, scan, lookup):
    candidate = make_candidate(scan, EMMA)
    review.edit_candidate(candidate.pk, owner, lookup, title="not the barcode of a book", isbn_text="978-0-340-96019-6")
    candidate.refresh_from_db()
    assert candidate.edition == DUNE_UK


def test_the_old_isbn_left_in_the_form_does_not_bring_the_wrong_book_back(owner, scan, lookup):
    candidate = make_candidate(scan, EMMA)
    review.edit_candidate(candidate.pk, owner, lookup, title="Dune", author="Frank Herbert", isbn_text=EMMA.isbn)
    candidate.refresh_from_db()
    assert candidate.edition == DUNE


def test_a_title_alone_is_matched_but_asks_for_a_look(owner, scan, lookup):
    candidate = make_candidate(scan, EMMA, Band.UNREAD)
    review.edit_candidate(candidate.pk, owner, lookup, title="The Dune")
    candidate.refresh_from_db()
    assert candidate.edition == DUNE and candidate.band == Band.CHECK


def test_a_typed_isbn_is_never_overruled_by_a_title(owner, scan, lookup):
    candidate = make_candidate(scan, EMMA)
    review.edit_candidate(candidate.pk, owner, lookup, title="Dune", author="Frank Herbert", isbn_text="9780140449136")
    candidate.refresh_from_db()
    assert candidate.edition.isbn == "9780140449136" and candidate.edition.source == review.BY_HAND
    assert [data["isbn"] for data in candidate.alternatives] == [DUNE.isbn, DUNE_UK.isbn]


def test_what_no_catalogue_knows_is_kept_as_it_was_typed(owner, scan, lookup):
    candidate = make_candidate(scan, EMMA, Band.UNREAD)
    review.edit_candidate(candidate.pk, owner, lookup, title="Grandmother's  recipes", author="Nana Jones; Aunt May")
    candidate.refresh_from_db()
    record = candidate.edition
    assert (record.title, record.authors, record.source) == ("Grandmother's recipes", ("Nana Jones", "Aunt May"), review.BY_HAND)
    assert not candidate.validated and candidate.band == Band.CHECK
    review.accept_candidate(candidate.pk, owner)
    assert titles(owner) == ["Grandmother's recipes"]


def test_a_title_that_only_resembles_offers_choices_and_keeps_the_typed_text(owner, scan, lookup):
    candidate = make_candidate(scan, EMMA, Band.UNREAD)
    review.edit_candidate(candidate.pk, owner, lookup, title="Dune Messiah", author="Frank Herbert")
    candidate.refresh_from_db()
    assert candidate.edition.title == "Dune Messiah" and not candidate.validated
    assert [data["title"] for data in candidate.alternatives] == ["Dune", "Dune"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Enter a title or an ISBN"),
        ({"title": "Dune", "isbn_text": "9780441172710"}, "check digit"),
        ({"isbn_text": "9780140449136"}, "No catalogue has this ISBN"),
    ],
)
def test_what_cannot_be_looked_up_is_said_and_changes_nothing(owner, scan, lookup, typed, sentence):
    candidate = make_candidate(scan)
    with pytest.raises(review.ReviewError, match=sentence):
        review.edit_candidate(candidate.pk, owner, lookup, **typed)
    candidate.refresh_from_db()
    assert candidate.edition == DUNE and not candidate.edited


def test_choosing_another_edition_keeps_the_first_within_reach(owner, scan):
    candidate = make_candidate(scan, alternatives=[DUNE_UK, EMMA])
    key = review.edition_key(DUNE_UK)
    for _ in range(2):  # a second tap must not choose what now stands in that place
        review.choose_alternative(candidate.pk, owner, key)
    candidate.refresh_from_db()
    assert candidate.edition == DUNE_UK and candidate.band == Band.SURE
    assert [data["isbn"] for data in candidate.alternatives] == [DUNE.isbn, EMMA.isbn]


def test_an_edition_that_is_not_on_the_list_cannot_be_chosen(owner, scan):
    candidate = make_candidate(scan, alternatives=[DUNE_UK])
    with pytest.raises(review.ReviewError, match="no longer on the list"):
        review.choose_alternative(candidate.pk, owner, review.edition_key(EMMA))


def test_what_is_in_the_library_is_not_changed_behind_its_back(owner, scan, lookup):
    candidate = review.accept_candidate(make_candidate(scan, alternatives=[DUNE_UK]).pk, owner)
    with pytest.raises(review.ReviewError, match="Undo that first"):
        review.choose_alternative(candidate.pk, owner, review.edition_key(DUNE_UK))
    with pytest.raises(review.ReviewError, match="Undo that first"):
        review.edit_candidate(candidate.pk, owner, lookup, title="Emma")


def test_a_missed_book_comes_last_and_is_decided_like_the_others(owner, scan, lookup):
    make_candidate(scan)
    missed = review.add_missed_book(scan, lookup, title="Emma", author="Jane Austen")
    assert (missed.number, missed.edition, missed.region, missed.edited) == (2, EMMA, [], True)
    review.accept_candidate(missed.pk, owner)
    assert titles(owner) == ["Emma"]


def test_two_missed_books_at_the_same_moment_get_their_own_numbers(race, owner, lookup):
    scan = make_scan(owner, complete=True)
    answers = race(lambda: review.add_missed_book(scan, lookup, title="Emma"), times=3)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert sorted(Candidate.objects.values_list("number", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("source", "words"),
    [("", "from the photo"), (review.BY_HAND, "typed by you"), ("open_library", "Open Library"), ("parish", "parish")],
)
def test_only_what_has_no_source_is_shown_as_from_the_photo(source, words):
    assert Edition(make_record("Emma", source=source)).source == words
