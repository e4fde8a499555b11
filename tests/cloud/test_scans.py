"""Scans with engines that cost: what is bought, what is not bought again, and what happens where an engine fails."""

import pytest

from scanning import pipeline, purchases, results, uploads
from scanning.models import Purchase, Scan
from tests.cloud.stub import Seen, converse_reply, lines_told
from tests.factories import make_scan
from tests.work import FAKES, work_off

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
SEEN = tuple(
    Seen(text, ((n / 10, 0.1), (n / 10 + 0.1, 0.1), (n / 10 + 0.1, 0.2), (n / 10, 0.2)))
    for n, text in enumerate(["Middlemarch George Eliot", "Walden Henry David Thoreau", *[f"Volume {n}" for n in range(8)]])
)


def alone(request):
    """Each line a spine of its own."""
    spines = [{"lines": [line["n"]], "title": line["text"], "author": ""} for line in lines_told(request)]
    return converse_reply("report_spines", {"spines": spines})


@pytest.fixture(autouse=True)
def paid_engines(settings, amazon):
    settings.CATALOGS = FAKES["CATALOGS"]
    settings.OCR, settings.PROPOSER, settings.SCAN_MONTHLY_USD = "textract", "bedrock", 0.0
    settings.CLOUD_FALLBACK = FAKES["OCR"]
    amazon.lines, amazon.model = SEEN, alone


def scanned(scan: Scan) -> Scan:
    pipeline.start(scan)
    work_off()
    scan.refresh_from_db()
    return scan


def test_a_photo_becomes_books_and_what_it_cost_is_known(owner, amazon):
    scan = scanned(make_scan(owner))
    assert (scan.status, scan.error, scan.notes) == (Scan.Status.COMPLETE, "", [])
    assert scan.engine == {"ocr": "textract", "proposer": "bedrock", "catalogs": ["fake"]}
    titles = [row.record["title"] for row in scan.candidates.all() if row.validated]
    assert titles[:2] == ["Middlemarch", "Walden"]
    assert (len(amazon.textract), len(amazon.bedrock)) == (1, 1)
    assert purchases.scan_cost(scan) == {"usd": 0.0017, "calls": 2}
    assert not Purchase.objects.filter(reserved=True).exists()
    kept = results.load_result(scan, "ocr.json")["replies"]
    assert kept[0]["Blocks"][0]["BlockType"] == "PAGE", "the answer as it came"


def test_a_stage_that_is_done_twice_buys_nothing_twice(owner, amazon):
    """As when a worker dies after the answer has come and before the scan has moved on."""
    scan = scanned(make_scan(owner))
    Scan.objects.update(status=Scan.Status.QUEUED, stage="read")
    assert scanned(Scan.objects.get()).status == Scan.Status.COMPLETE
    assert (len(amazon.textract), len(amazon.bedrock)) == (1, 1)
    assert purchases.scan_cost(scan)["calls"] == 2


def test_the_same_photo_scanned_again_costs_nothing(owner, amazon):
    again = uploads.scan_again(scanned(make_scan(owner)))
    work_off()
    again.refresh_from_db()
    assert again.status == Scan.Status.COMPLETE
    assert (len(amazon.textract), len(amazon.bedrock)) == (1, 1)
    assert purchases.scan_cost(again) == {"usd": 0, "calls": 0}


def test_what_another_bought_is_theirs(owner, stranger, amazon):
    scanned(make_scan(owner, job_id="job-same"))
    scanned(make_scan(stranger, job_id="job-same"))
    assert len(amazon.textract) == 2


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "BadDocumentException", "InternalServerError"])
def test_where_textract_cannot_this_machine_reads_and_says_so(owner, amazon, code):
    amazon.faults = [(code, "")]
    scan = scanned(make_scan(owner))
    assert scan.status == Scan.Status.COMPLETE and scan.engine["ocr"] == "fake"
    assert scan.notes[0].startswith("Amazon Textract ") and scan.notes[0].endswith("The photo was read on this server instead.")
    assert purchases.scan_cost(scan)["calls"] == 1, "Bedrock's alone"


def test_where_bedrock_cannot_the_rules_find_the_spines(owner, amazon):
    amazon.model = lambda request: converse_reply("report_spines", {"nothing": 1})
    scan = scanned(make_scan(owner))
    assert scan.status == Scan.Status.COMPLETE and scan.engine["ocr"] == "textract" and scan.engine["proposer"] == "rules"
    assert scan.notes == ["The model's answer could not be read. The spines were found on this server instead."]


@pytest.mark.parametrize(("code", "retryable"), [("AccessDeniedException", False), ("BadDocumentException", False)])
def test_without_a_way_out_the_scan_fails_with_a_sentence(owner, amazon, settings, code, retryable):
    settings.CLOUD_FALLBACK = "off"
    amazon.faults = [(code, "")]
    scan = scanned(make_scan(owner))
    assert (scan.status, scan.retryable) == (Scan.Status.FAILED, retryable)
    assert "Amazon Textract" in scan.error and purchases.scan_cost(scan)["calls"] == 0


def test_a_month_that_is_spent_stops_the_buying(owner, stranger, amazon, settings):
    settings.SCAN_MONTHLY_USD = 0.5
    assert scanned(make_scan(owner)).notes == []
    Purchase.objects.create(user=owner, service="textract", usd=0.5)
    scan = scanned(make_scan(owner))
    assert scan.status == Scan.Status.COMPLETE and "paid reading has been reached" in scan.notes[0]
    assert len(amazon.textract) == 1 and purchases.scan_cost(scan)["calls"] == 0
    assert scanned(make_scan(stranger)).notes == [], "another person's month is their own"


def test_a_month_does_not_get_cheaper_by_deleting(owner, settings, amazon):
    uploads.delete_scan(scanned(make_scan(owner)))
    assert purchases.spent_this_month(owner.pk) == pytest.approx(0.0017)


def test_last_months_spending_is_past(owner, settings, amazon):
    settings.SCAN_MONTHLY_USD = 0.01
    Purchase.objects.create(user=owner, service="textract", usd=5)
    Purchase.objects.update(created="2020-01-01T00:00Z")
    assert scanned(make_scan(owner)).notes == []


def test_a_spent_month_without_a_way_out_fails_and_can_be_tried_again(owner, settings, amazon):
    settings.SCAN_MONTHLY_USD, settings.CLOUD_FALLBACK = 0.001, "off"
    scan = make_scan(owner)
    for _ in range(3):
        Scan.objects.update(lease="", lease_until=None)
        pipeline.run_stage(scan.pk, "read")
    scan.refresh_from_db()
    assert (scan.status, scan.retryable) == (Scan.Status.FAILED, True) and "paid reading has been reached" in scan.error
