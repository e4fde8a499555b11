import pytest
from django.core.files.storage import default_storage

from catalogs import Record
from scanning import results
from scanning.models import Band, Candidate, Decision
from scanning.validate import Match
from tests.factories import make_candidate, make_record, make_scan

pytestmark = pytest.mark.django_db
WALDEN = Record("Walden", ("Henry David Thoreau",), isbn="9780691096124", source="local", links={"openLibrary": "https://ol/1"})


def spine(number: int, record: Record | None = WALDEN, text: str = "WALDEN Thoreau", **facts) -> Match:
    left = 50.0 * number
    region = ((left, 0.0), (left + 40, 0.0), (left + 40, 90.0), (left, 90.0))
    facts = {"confidence": 0.97, "band": Band.SURE if record else Band.UNREAD} | facts
    return Match((0,), (text,), region, 1, number, record=record, **facts)


def keep(scan, *matches) -> list[Candidate]:
    return results.replace(scan, results.plan_candidates(scan, list(matches)))


def titles(scan) -> list[str]:
    return [str(row) for row in scan.candidates.all()]


class TestArtefacts:
    def test_what_is_stored_is_loaded_and_replaced_as_a_whole(self, owner):
        scan = make_scan(owner)
        results.store(scan, "ocr.json", {"lines": ["first, and longer"]})
        results.store(scan, "ocr.json", {"lines": ["第二"]})
        assert results.load_result(scan, "ocr.json") == {"lines": ["第二"]}
        _, files = default_storage.listdir(f"results/{owner.pk}/{scan.job_id}")
        assert files == ["ocr.json"]


class TestProposals:
    def test_a_spine_that_was_not_found_has_its_own_text_and_no_invented_book(self, owner):
        row = results.candidate_row(make_scan(owner), 1, spine(1, None, "ILLEGIBLE"))
        assert (row.edition, row.validated) == (Record("ILLEGIBLE"), False)

    def test_the_same_proposals_again_change_nothing(self, owner):
        scan = make_scan(owner)
        assert len(keep(scan, spine(1), spine(2, None))) == 2
        assert keep(scan, spine(1), spine(2, None)) == []

    def test_a_changed_proposal_keeps_its_row(self, owner):
        scan = make_scan(owner)
        (row,) = keep(scan, spine(1, None))
        (changed,) = keep(scan, spine(1))
        assert (changed.pk, titles(scan)) == (row.pk, ["Walden"])

    def test_what_is_proposed_no_more_goes(self, owner):
        scan = make_scan(owner)
        keep(scan, spine(1), spine(2, None, "SECOND"))
        keep(scan, spine(1))
        assert titles(scan) == ["Walden"]

    def test_a_decided_spine_is_not_proposed_again_wherever_it_stands_in_the_list(self, owner):
        scan = make_scan(owner)
        keep(scan, spine(1), spine(2, None, "SECOND"))
        scan.candidates.filter(number=2).update(decision=Decision.ACCEPTED)
        keep(scan, spine(1), spine(2, None, "2ND"), spine(3, None, "THIRD"))
        assert titles(scan) == ["Walden", "SECOND", "THIRD"]
        keep(scan, spine(2, None, "2ND"), spine(3, None, "THIRD"))
        assert titles(scan) == ["THIRD", "SECOND"]

    def test_a_book_added_by_hand_stays(self, owner):
        scan = make_scan(owner)
        make_candidate(scan, make_record("Missed", ""), validated=False, edited=True)
        keep(scan, spine(1))
        assert titles(scan) == ["Missed", "Walden"]


class TestFinalForm:
    def test_a_book_has_the_names_that_were_promised(self, owner):
        scan = make_scan(owner)
        keep(scan, spine(4))
        (book,) = results.final(scan)["books"]
        assert book == {
            "title": "Walden",
            "subtitle": "",
            "author": "Henry David Thoreau",
            "authors": ["Henry David Thoreau"],
            "isbn": "9780691096124",
            "publisher": "",
            "publishedDate": "",
            "language": "",
            "coverImage": "",
            "purchaseLinks": {
                "amazon": "https://www.amazon.com/dp/0691096120",
                "googleBooks": "https://books.google.com/books?vid=ISBN9780691096124",
                "openLibrary": "https://ol/1",
            },
            "specifications": {},
            "confidence": 0.97,
            "modelConfidence": None,
            "validated": True,
            "band": "sure",
            "source": "local",
            "spineText": ["WALDEN Thoreau"],
            "region": [[200.0, 0.0], [240.0, 0.0], [240.0, 90.0], [200.0, 90.0]],
            "shelf": 1,
            "position": 4,
        }

    def test_a_book_without_isbn_is_not_offered_for_sale(self, owner):
        row = results.candidate_row(make_scan(owner), 1, spine(1, None))
        assert results.final_book(row)["purchaseLinks"] == {}

    def test_the_live_form_says_where_the_row_and_its_picture_are(self, owner, owner_client):
        scan = make_scan(owner)
        (row,) = keep(scan, spine(1))
        results.store_bytes(scan.spine_key(1), b"webp")
        book = results.book_json(row)
        assert (book["id"], book["number"], book["decision"]) == (row.pk, 1, "pending")
        assert owner_client.get(book["spineImage"]).status_code == 200
