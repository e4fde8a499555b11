"""Decisions by plain post and from the open page."""

import pytest
from django.urls import reverse

from library.models import UserBook
from scanning import review
from scanning.models import Band, Candidate, Decision
from tests.factories import make_candidate, make_copy, make_scan, make_shelf
from tests.scanning.photos import DUNE, DUNE_UK, EMMA, STONER

pytestmark = pytest.mark.django_db
FROM_THE_PAGE = {"x-parts": "1"}


@pytest.fixture(autouse=True)
def small_catalog(settings):
    settings.CATALOGS = ["tests.scanning.photos.SmallCatalog"]


@pytest.fixture
def scan(owner):
    return make_scan(owner, complete=True)


def text(response) -> str:
    return " ".join(response.content.decode().split())


def post(client, name, candidate, data=None, **more):
    return client.post(reverse(name, args=[candidate.scan.job_id, candidate.pk]), data or {}, **more)


def test_a_plain_post_comes_back_to_the_book(owner_client, scan):
    candidate = make_candidate(scan)
    response = post(owner_client, "candidate_accept", candidate)
    assert response.url == f"/scans/{scan.job_id}/#book-1"
    assert UserBook.objects.get().title == "Dune"


def test_the_open_page_gets_the_row_the_box_and_the_head(owner_client, scan):
    candidate = make_candidate(scan)
    make_candidate(scan, EMMA)
    answer = text(post(owner_client, "candidate_accept", candidate, headers=FROM_THE_PAGE))
    assert 'id="book-1"' in answer and 'data-group="accepted"' in answer and 'id="book-2"' not in answer
    assert "Added “Dune”." in answer and "<html" not in answer


def test_add_reject_undo_are_saved_one_by_one(owner_client, scan):
    first, second = make_candidate(scan), make_candidate(scan, EMMA)
    post(owner_client, "candidate_accept", first)
    post(owner_client, "candidate_reject", second)
    assert list(scan.candidates.values_list("decision", flat=True)) == [Decision.ACCEPTED, Decision.REJECTED]
    post(owner_client, "candidate_undo", first)
    assert list(scan.candidates.values_list("decision", flat=True)) == [Decision.PENDING, Decision.REJECTED]
    page = text(owner_client.get(scan.get_absolute_url()))
    assert "Rejected “Emma”." in page


def test_all_sure_are_added_and_taken_back_in_one_tap_each(owner, owner_client, scan):
    make_copy(owner, "Stoner", "John Williams")
    for record, band in ((DUNE, Band.SURE), (EMMA, Band.SURE), (STONER, Band.SURE), (DUNE_UK, Band.CHECK)):
        make_candidate(scan, record, band)
    answer = text(owner_client.post(reverse("scan_accept", args=[scan.job_id]), headers=FROM_THE_PAGE))
    assert "Added 2 books." in answer and UserBook.objects.of(owner).count() == 3
    moment = scan.candidates.filter(decision=Decision.ACCEPTED).first().decided.isoformat()
    owner_client.post(reverse("scan_undo", args=[scan.job_id]), {"moment": moment})
    assert UserBook.objects.of(owner).count() == 1 and not scan.candidates.exclude(decision=Decision.PENDING).exists()


def test_undo_without_a_moment_changes_nothing(owner_client, scan):
    post(owner_client, "candidate_accept", make_candidate(scan))
    owner_client.post(reverse("scan_undo", args=[scan.job_id]), {"moment": "soon"})
    assert UserBook.objects.count() == 1


def test_shelf_and_status_are_asked_once_and_remembered(owner, owner_client, scan):
    owner_client.post(reverse("scan_place", args=[scan.job_id]), {"shelf": "new", "new_shelf": "Attic", "status": "read"})
    post(owner_client, "candidate_accept", make_candidate(scan))
    copy = UserBook.objects.get()
    assert (copy.shelf.name, copy.status) == ("Attic", "read")
    other = make_scan(owner, job_id="job-2", complete=True)
    post(owner_client, "candidate_accept", make_candidate(other, EMMA))
    assert UserBook.objects.get(title="Emma").status == "read"


def test_a_strangers_shelf_cannot_be_the_place(owner_client, stranger, scan):
    theirs = make_shelf(stranger, "Theirs")
    response = owner_client.post(reverse("scan_place", args=[scan.job_id]), {"shelf": theirs.pk, "status": "read"})
    scan.refresh_from_db()
    assert response.status_code == 422 and scan.shelf is None


def test_an_edit_is_looked_up_and_shown_with_the_other_editions(owner_client, scan):
    candidate = make_candidate(scan, EMMA, Band.UNREAD)
    answer = text(
        post(owner_client, "candidate_edit", candidate, {"title": "Dune", "author": "Frank Herbert"}, headers=FROM_THE_PAGE)
    )
    assert "Frank Herbert" in answer and "1 other edition" in answer


def test_a_wrong_isbn_is_said_and_what_was_typed_stays(owner_client, scan):
    candidate = make_candidate(scan, EMMA)
    typed = {"title": "My title", "author": "A; B", "isbn": "9780441172710"}
    answer = text(post(owner_client, "candidate_edit", candidate, typed, headers=FROM_THE_PAGE))
    assert "check digit" in answer and 'value="My title"' in answer and 'value="9780441172710"' in answer
    page = owner_client.get(post(owner_client, "candidate_edit", candidate, typed).url)
    assert "check digit" in text(page)
    assert Candidate.objects.get().edition == EMMA


def test_another_edition_is_chosen(owner_client, scan):
    candidate = make_candidate(scan, alternatives=[DUNE_UK])
    post(owner_client, "candidate_choose", candidate, {"edition": review.edition_key(DUNE_UK)})
    assert Candidate.objects.get().edition == DUNE_UK
    answer = text(post(owner_client, "candidate_choose", candidate, {"edition": "gone"}, headers=FROM_THE_PAGE))
    assert "no longer on the list" in answer


def test_a_missed_book_is_added_by_hand(owner_client, scan):
    address = reverse("scan_missed", args=[scan.job_id])
    assert owner_client.post(address, {"title": "Emma", "author": "Jane Austen"}).url.endswith("#book-1")
    answer = text(owner_client.post(address, {"title": "Stoner"}, headers=FROM_THE_PAGE))
    assert 'data-fresh="2"' in answer
    refused = owner_client.post(address, {"title": " "})
    assert refused.status_code == 422 and "Enter a title or an ISBN" in text(refused)


def test_the_end_celebrates_and_shows_the_way_to_the_shelf(owner, owner_client):
    shelf = make_shelf(owner, "Kitchen")
    scan = make_scan(owner, shelf=shelf, complete=True)
    first, second = make_candidate(scan), make_candidate(scan, EMMA)
    post(owner_client, "candidate_accept", first)
    assert "All done" not in text(owner_client.get(scan.get_absolute_url()))
    answer = text(post(owner_client, "candidate_reject", second, headers=FROM_THE_PAGE))
    assert "All done" in answer and f'href="/?shelf={shelf.pk}"' in answer


def test_a_book_removed_from_the_library_since_is_said_so(owner, owner_client, scan):
    post(owner_client, "candidate_accept", make_candidate(scan))
    UserBook.objects.all().delete()
    assert "then removed from your library" in text(owner_client.get(scan.get_absolute_url()))


def test_all_that_could_not_be_read_is_rejected_at_once_and_undone_together(owner_client, scan):
    make_candidate(scan, EMMA)
    unread = [make_candidate(scan, band="unread") for _ in range(2)]
    answer = owner_client.post(reverse("scan_reject_unread", args=[scan.job_id]), headers=FROM_THE_PAGE)
    assert "Rejected 2 books." in text(answer) and "review-last-fresh" in text(answer)
    assert set(Candidate.objects.filter(decision=Decision.REJECTED)) == set(unread)
    owner_client.post(reverse("scan_undo", args=[scan.job_id]), {"moment": review_moment(scan)})
    assert not Candidate.objects.exclude(decision=Decision.PENDING).exists()


def review_moment(scan) -> str:
    return scan.candidates.exclude(decided=None).first().decided.isoformat()


def test_a_stranger_rejects_nothing(stranger_client, scan):
    make_candidate(scan, band="unread")
    assert stranger_client.post(reverse("scan_reject_unread", args=[scan.job_id])).status_code == 404


def test_what_was_typed_is_kept_without_a_look_up(owner_client, scan):
    candidate = make_candidate(scan, EMMA)
    post(owner_client, "candidate_edit", candidate, {"title": "Dune", "author": "Frank Herbert", "as_typed": "1"})
    candidate.refresh_from_db()
    assert (candidate.edition.title, candidate.edition.source, candidate.alternatives) == ("Dune", review.BY_HAND, [])
    post(owner_client, "candidate_edit", candidate, {"title": "Dune", "author": "Frank Herbert"})
    candidate.refresh_from_db()
    assert candidate.validated


def test_single_rows_come_with_everything_about_them(owner_client, scan):
    for _ in range(30):
        make_candidate(scan, DUNE, alternatives=[DUNE_UK])
    page = text(owner_client.get(scan.get_absolute_url()))
    assert page.count("data-brief") == 10
    address = reverse("scan_review", args=[scan.job_id])
    rows = text(owner_client.get(address, {"rows": "28,x,29", "open": "others"}))
    assert 'id="book-28"' in rows and 'id="book-29"' in rows and rows.count('<li class="book"') == 2
    assert "data-brief" not in rows and rows.count('class="other"') == 2
    assert 'data-brief><a class="book-brief" href="?at=1#book-1"' in text(owner_client.get(scan.get_absolute_url(), {"at": "20"}))
    assert owner_client.get(scan.get_absolute_url(), {"at": "²"}).status_code == 200
