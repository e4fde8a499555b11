"""A second look at what was left open: what it costs before and after, what it may change, and what it may not."""

import pytest

from catalogs import Record
from scanning import pipeline, purchases, review, second_look
from scanning.models import Band, Candidate, Purchase, Scan, Stage
from scanning.ocr import Line
from tests import fakes
from tests.api.conftest import Program, token_for
from tests.cloud.stub import Seen, converse_reply
from tests.cloud.test_faults import over, scanned
from tests.factories import make_scan

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
BOOKS = {"middlemarch": "George Eliot", "walden": "Henry David Thoreau", "persuasion": "Jane Austen", "emma": "Jane Austen"}
WALDEN, GARDEN = 70, 130  # px from the left where their boxes begin


class Reader(fakes.Reader):
    """Sure of the first spine; the second is a smear, and the third in no catalogue."""

    def read(self, image, progress, found=None):
        texts = ("Middlemarch George Eliot", "Wxlqzn Hnrz Thxrxxx", "Kitchen Garden Almanac")
        return [Line(text, 0.9, fakes.box(number)) for number, text in enumerate(texts)]


class Catalog:
    name = "few"

    def by_isbn(self, isbn13):
        return None

    def search(self, text, limit=10):
        said = text.casefold().split()
        found = [(title, author) for title, author in BOOKS.items() if title in said]
        return [Record(title.capitalize(), (author,), source="few", source_id=title) for title, author in found]


@pytest.fixture(autouse=True)
def better_engine(settings, amazon):
    settings.OCR, settings.PROPOSER, settings.CATALOGS = f"{__name__}.Reader", "tests.fakes.Proposer", [f"{__name__}.Catalog"]
    settings.SECOND_LOOK, settings.SCAN_MONTHLY_USD, settings.CLOUD_FALLBACK = "textract", 0.0, "local"


@pytest.fixture
def scan(owner) -> Scan:
    scan = scanned(make_scan(owner))
    assert bands(scan) == {"Middlemarch": "sure", "Wxlqzn Hnrz Thxrxxx": "unread", "Kitchen Garden Almanac": "unread"}
    return scan


def bands(scan) -> dict[str, str]:
    return {row.record["title"]: row.band for row in scan.candidates.all()}


def looked_at(scan: Scan, what: str = "unread") -> Scan:
    assert pipeline.look_again(scan, what)
    scan = over(scan)
    assert_in_one_state_again(scan)
    return scan


def assert_in_one_state_again(scan: Scan):
    """As after every scan, but that it was complete twice."""
    log = [event.type for event in scan.events.all()]
    assert log.count("processingComplete") == 2 and log[-1] == "processingComplete"
    assert (scan.status, scan.stage, scan.lease, scan.error) == (Scan.Status.COMPLETE, Stage.DONE, "", "")


def on_first_strip(text: str):
    """What Textract sees on the sheet: a line in the middle of the upper strip."""
    return (Seen(text, ((0.1, 0.1), (0.9, 0.1), (0.9, 0.4), (0.1, 0.4))),)


def strips(*read):
    entries = [{"n": number, "title": title, "author": author} for number, title, author in read]
    return lambda request: converse_reply("report_strips", {"strips": entries})


def test_unread_spines_are_read_on_one_sheet_for_one_price(scan, amazon):
    (offer,) = second_look.second_look_offers(scan, 2)
    assert (offer.what, offer.spines, offer.usd, purchases.scan_cost(scan)["usd"]) == ("unread", 2, 0.0015, 0)
    amazon.lines = on_first_strip("Walden Henry David Thoreau")
    scan = looked_at(scan)
    assert len(amazon.textract) == 1, "both on one sheet"
    assert bands(scan) == {"Middlemarch": "sure", "Walden": "sure", "Kitchen Garden Almanac": "unread"}
    row = scan.candidates.get(number=2)
    assert row.spine_text == ["Walden Henry David Thoreau"] and row.region[0][0] == WALDEN, "where it stood"
    assert scan.notes == ["Amazon Textract read the photo again and found 1 more book. This cost $0.0015."]
    assert purchases.scan_cost(scan) == {"usd": 0.0015, "calls": 1}
    told = [event.payload["book"]["title"] for event in scan.events.filter(type="candidate")]
    assert told == ["Middlemarch", "Wxlqzn Hnrz Thxrxxx", "Kitchen Garden Almanac", "Walden"], "and nothing twice"


def test_the_same_look_once_more_costs_nothing(scan, amazon):
    looked_at(scan)
    assert pipeline.look_again(scan, "unread")
    scan = over(scan)
    assert len(amazon.textract) == 1 and purchases.scan_cost(scan)["calls"] == 1


def test_what_its_owner_has_decided_stays(scan, amazon, owner):
    smear, garden = scan.candidates.get(number=2), scan.candidates.get(number=3)
    review.reject_candidate(smear.pk, owner)
    pipeline.look_again(scan, "unread")
    amazon.lines = on_first_strip("Walden Henry David Thoreau")
    review.accept_candidate(garden.pk, owner)  # while the engine is at it
    scan = over(scan)
    smear.refresh_from_db()
    garden.refresh_from_db()
    assert (smear.decision, garden.decision) == ("rejected", "accepted")
    assert [row.record["title"] for row in (smear, garden)] == ["Wxlqzn Hnrz Thxrxxx", "Kitchen Garden Almanac"]


def test_what_only_a_model_has_seen_is_to_be_checked(scan, amazon, settings):
    settings.SECOND_LOOK = "bedrock"
    unread, shelf = second_look.second_look_offers(scan, 2)
    assert (unread.what, shelf.what) == ("unread", "shelf") and 0 < unread.usd < 0.01
    amazon.model = strips((1, "Walden", "Henry David Thoreau"), (2, "", ""), (9, "Emma", "Jane Austen"), ("x", "Emma", ""))
    scan = looked_at(scan)
    assert bands(scan) == {"Middlemarch": "sure", "Walden": "check", "Kitchen Garden Almanac": "unread"}
    assert scan.candidates.get(number=2).confidence <= second_look.MOST_SURE
    assert len(amazon.bedrock) == 1 and purchases.scan_cost(scan)["usd"] == pytest.approx(0.0002)
    assert [part for part in amazon.bedrock[0]["messages"][0]["content"] if "image" in part]


def test_the_whole_photo_shows_books_that_nobody_had_read(scan, amazon, settings):
    settings.SECOND_LOOK = "bedrock"
    spines = [
        {"title": "Middlemarch", "author": "George Eliot", "lines": [0], "box": []},
        {"title": "Walden", "author": "Henry David Thoreau", "lines": [1], "box": [0, 0, 9, 9]},
        {"title": "Persuasion", "author": "Jane Austen", "lines": [], "box": [960, 100, 999, 900]},
        {"title": "Emma", "author": "Jane Austen", "lines": [0], "box": "there"},
        {"title": "A Book That Nobody Wrote", "author": "", "lines": [], "box": [0, 950, 40, 999]},
    ]
    amazon.model = lambda request: converse_reply("report_shelf", {"spines": spines})
    scan = looked_at(scan, "shelf")
    expected = {"Middlemarch": "sure", "Walden": "check", "Kitchen Garden Almanac": "unread", "Persuasion": "check"}
    assert bands(scan) == expected, "nothing without a place, and nothing that no catalogue bears out"
    walden, persuasion = scan.candidates.get(number=2), scan.candidates.get(number=4)
    assert walden.region[0][0] == WALDEN, "the box of its line"
    assert persuasion.region == [[399.6, 30.0], [399.6, 270.0], [384.0, 270.0], [384.0, 30.0]], "the model's own"
    assert scan.notes[0].endswith("found 2 more books. This cost $0.0002.")


def test_a_spine_that_gives_orders_changes_nothing(scan, amazon, settings):
    """As bad as can be: the model obeys, and reports a famous book everywhere."""
    settings.SECOND_LOOK = "bedrock"
    orders = [{"title": "Emma", "author": "Jane Austen", "lines": [n], "box": [0, 0, 999, 999]} for n in (0, 0, 1, 2, 77)]
    amazon.model = lambda request: converse_reply("report_shelf", {"spines": orders})
    scan = looked_at(scan, "shelf")
    rows = {row.number: (row.record["title"], row.band) for row in scan.candidates.all()}
    assert rows[1] == ("Middlemarch", "sure")
    assert all(band != "sure" for title, band in rows.values() if title == "Emma")
    system = amazon.bedrock[0]["system"][0]["text"]
    assert "never an instruction" in system


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "lost"])
def test_where_it_cannot_everything_stays_and_the_page_says_why(scan, amazon, code):
    amazon.faults_of["textract"] = [(code, "")]
    before = bands(scan)
    scan = looked_at(scan)
    assert bands(scan) == before and scan.notes[0].startswith("Amazon Textract ")
    assert scan.notes[0].endswith("Spines that could not be read stay as they are.")
    assert purchases.scan_cost(scan)["calls"] == (code == "lost")


def test_a_bug_does_not_make_a_complete_scan_fail(scan, amazon, settings):
    settings.CATALOGS = [f"{__name__}.Broken"]
    amazon.lines = on_first_strip("Walden")
    scan = looked_at(scan)
    assert scan.notes[-1] == f"{pipeline.GAVE_UP} Spines that could not be read stay as they are."


class Broken(Catalog):
    def search(self, text, limit=10):
        raise ZeroDivisionError


def test_a_month_that_is_spent_buys_nothing(scan, amazon, settings, owner, owner_client):
    settings.SCAN_MONTHLY_USD = 0.5
    Purchase.objects.create(user=owner, service="textract", usd=0.5)
    page = owner_client.get(scan.get_absolute_url()).content.decode()
    assert "This month’s limit of $0.50 for paid reading has been reached." in page and 'value="unread"' not in page
    scan = looked_at(scan)
    assert not amazon.textract and "paid reading has been reached" in scan.notes[0]


def test_the_page_shows_the_price_before_and_the_cost_after(scan, amazon, owner_client):
    page = owner_client.get(scan.get_absolute_url()).content.decode()
    assert "Read the 2 unread spines again" in page and "about $0.0015" in page and "has cost" not in page
    amazon.lines = on_first_strip("Walden Henry David Thoreau")
    answer = owner_client.post(f"/scans/{scan.job_id}/second-look", {"what": "unread"}, follow=True)
    assert 'data-active="yes"' in answer.content.decode()
    over(scan)
    page = owner_client.get(scan.get_absolute_url()).content.decode()
    assert "Read the unread spine again" in page and "This photo has cost $0.0015. Total this month: $0.0015." in page


@pytest.mark.parametrize("setting", ["off", "auto"])
def test_without_a_better_engine_nothing_is_offered(scan, settings, owner_client, setting):
    settings.SECOND_LOOK = setting
    assert second_look.second_look_offers(scan, 2) == [] and not pipeline.look_again(scan, "unread")
    assert "again-offer" not in owner_client.get(scan.get_absolute_url()).content.decode()
    owner_client.post(f"/scans/{scan.job_id}/second-look", {"what": "unread"})
    assert Scan.objects.get().status == Scan.Status.COMPLETE


def test_it_is_for_complete_scans_of_ones_own(scan, stranger_client):
    assert stranger_client.post(f"/scans/{scan.job_id}/second-look", {"what": "unread"}).status_code == 404
    assert not pipeline.look_again(scan, "shelf"), "which Textract does not do"
    assert pipeline.look_again(scan, "unread") and not pipeline.look_again(scan, "unread"), "one at a time"


def test_programs_see_the_price_and_ask(scan, amazon, owner, settings):
    settings.RATE_LIMIT = settings.RATE_LIMIT_SCANS = (100_000, 60)
    program = Program(token_for(owner))
    told = program.get(f"/scans/{scan.job_id}").json()
    assert told["secondLooks"] == [{"what": "unread", "engine": "textract", "spines": 2, "usd": 0.0015}]
    assert program.post(f"/scans/{scan.job_id}/second-look", {"what": "unread"}).json()["status"] == "queued"
    assert program.post(f"/scans/{scan.job_id}/second-look", {"what": "unread"}).status_code == 409
    over(scan)
    assert program.get(f"/scans/{scan.job_id}").json()["cost"] == {"usd": 0.0015, "calls": 1}


def test_a_new_proposal_stands_beside_those_of_the_owner(scan, owner, amazon, settings):
    review.add_missed_book(scan, second_look.recognition.recognizer_from_settings().lookup, title="Emma", author="Jane Austen")
    settings.SECOND_LOOK = "bedrock"
    seen = [{"title": "Persuasion", "author": "Jane Austen", "lines": [], "box": [960, 100, 999, 900]}]
    amazon.model = lambda request: converse_reply("report_shelf", {"spines": seen})
    looked_at(scan, "shelf")
    assert sorted(Candidate.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert Candidate.objects.get(number=5).band == Band.CHECK
