"""How often the bands were right, by what people decided."""

import pytest
from django.test import Client
from django.urls import reverse

from catalogs import Record
from scanning import review
from scanning.models import Band, Candidate
from tests.factories import make_candidate, make_scan
from tests.scanning.photos import DUNE, DUNE_UK, EMMA, STONER

DUNE_LONG = Record("Dune: The Novel", ("Frank Herbert",), isbn="9780450011849", source="local", source_id="3")


@pytest.fixture
def scan(owner):
    return make_scan(owner, complete=True)


def of_band(user, band) -> tuple[int, int]:
    found = {one.band: one for one in Candidate.objects.of(user).accuracy()}[band]
    return found.decided, found.right


class Knows:
    """A catalogue lookup that knows one record."""

    def __init__(self, record):
        self.record = record

    def by_isbn(self, isbn13):
        return self.record if self.record.isbn == isbn13 else None

    def search(self, texts, limit=10):
        return {text: [self.record] for text in texts}


def test_what_was_added_as_proposed_is_right_and_what_was_turned_down_is_wrong(owner, scan):
    review.accept_candidate(make_candidate(scan, DUNE).pk, owner)
    review.accept_candidate(make_candidate(scan, STONER, Band.CHECK).pk, owner)
    review.reject_candidate(make_candidate(scan, EMMA, Band.CHECK).pk, owner)
    assert of_band(owner, Band.SURE) == (1, 1)
    assert of_band(owner, Band.CHECK) == (2, 1)


def test_what_nobody_decided_yet_counts_for_nothing_nor_does_what_was_undone(owner, scan):
    make_candidate(scan, DUNE)
    undone = make_candidate(scan, EMMA)
    review.accept_candidate(undone.pk, owner)
    review.undo_decision(undone.pk, owner)
    assert of_band(owner, Band.SURE) == (0, 0)


@pytest.mark.parametrize("other", [DUNE_UK, DUNE_LONG])
def test_another_edition_of_the_same_work_is_right(owner, scan, other):
    candidate = make_candidate(scan, DUNE, Band.CHECK, alternatives=[other])
    review.choose_alternative(candidate.pk, owner, review.edition_key(other))
    review.accept_candidate(candidate.pk, owner)
    assert of_band(owner, Band.CHECK) == (1, 1)


def test_another_work_among_the_alternatives_is_wrong(owner, scan):
    candidate = make_candidate(scan, DUNE, Band.CHECK, alternatives=[EMMA])
    review.choose_alternative(candidate.pk, owner, review.edition_key(EMMA))
    review.accept_candidate(candidate.pk, owner)
    assert of_band(owner, Band.CHECK) == (1, 0)


def test_what_was_typed_over_a_sure_proposal_is_wrong_in_the_band_that_was_shown(owner, scan):
    candidate = make_candidate(scan, DUNE, Band.SURE)
    review.edit_candidate(candidate.pk, owner, Knows(STONER), title="A book of one's own", author="Nobody Known")
    review.accept_candidate(candidate.pk, owner)
    assert Candidate.objects.get(pk=candidate.pk).band == Band.CHECK
    assert of_band(owner, Band.SURE) == (1, 0)
    assert of_band(owner, Band.CHECK) == (0, 0)


def test_a_correction_that_names_the_same_work_is_right(owner, scan):
    candidate = make_candidate(scan, DUNE, Band.CHECK)
    review.edit_candidate(candidate.pk, owner, Knows(DUNE_UK), isbn_text=DUNE_UK.isbn)
    review.accept_candidate(candidate.pk, owner)
    assert of_band(owner, Band.CHECK) == (1, 1)


def test_what_was_added_by_hand_or_could_not_be_read_was_no_proposal(owner, scan):
    by_hand = review.add_missed_book(scan, Knows(STONER), title="Stoner", author="John Williams")
    review.accept_candidate(by_hand.pk, owner)
    review.accept_candidate(make_candidate(scan, EMMA, Band.UNREAD).pk, owner)
    assert of_band(owner, Band.SURE) == of_band(owner, Band.CHECK) == (0, 0)


def test_it_is_asked_in_one_query(owner, scan, django_assert_num_queries):
    review.accept_candidate(make_candidate(scan, DUNE).pk, owner)
    with django_assert_num_queries(1):
        Candidate.objects.of(owner).accuracy()


def text_of(page) -> str:
    return " ".join(page.content.decode().split())


@pytest.mark.parametrize("name", ["scans", "settings"])
def test_a_share_is_told_from_twenty_decisions_on(owner, owner_client, scan, name):
    for number in range(19):
        make_candidate(scan, DUNE, decision="rejected" if number == 0 else "accepted")
    assert "Not enough decisions yet: 19 of 20" in text_of(owner_client.get(reverse(name)))
    make_candidate(scan, DUNE, decision="accepted")
    page = text_of(owner_client.get(reverse(name)))
    assert '<strong class="number">95.0 %</strong>' in page
    assert "of the 20 you decided on were correct" in page
    assert "Not enough decisions yet: 0 of 20" in page  # of those to check


def test_what_others_decided_is_nobodys_business_but_the_operators(owner, owner_client, stranger, django_user_model):
    theirs = make_scan(stranger, complete=True)
    for _ in range(20):
        make_candidate(theirs, DUNE, decision="accepted")
    make_scan(owner, job_id="job-2", complete=True)
    for name in ("scans", "settings"):
        assert "100" not in text_of(owner_client.get(reverse(name))).partition("often")[2].partition("</dl>")[0]
    operator = Client()
    operator.force_login(django_user_model.objects.create_superuser("root", "root@example.org", "root-of-all"))
    assert "of the 20 you decided on were correct" in text_of(operator.get(reverse("admin:index")))
