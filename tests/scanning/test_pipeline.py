from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ

from catalogs import CatalogError
from jobs import runner
from scanning import events, pipeline, results, stages, uploads
from scanning.models import Decision, Scan, ScanEvent, Stage
from scanning.ocr import OCRError
from tests import fakes
from tests.factories import make_scan
from tests.scanning.photos import photo
from tests.work import FAKES, queued, work_off, work_one

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fake_world(settings):
    for name, value in FAKES.items():
        setattr(settings, name, value)


class Unreadable(fakes.Reader):
    def read(self, image, progress, found):
        raise OCRError("This photo is too dark to read.", permanent=True)


class Busy(fakes.Reader):
    def read(self, image, progress, found):
        raise OCRError("The reader is busy.")


class Buggy(fakes.Reader):
    def read(self, image, progress, found):
        raise ZeroDivisionError


class CancelledMeanwhile(fakes.Reader):
    def read(self, image, progress, found):
        pipeline.cancel(Scan.objects.get())
        progress(1, 2)
        return super().read(image, progress)


class DeletedMeanwhile(fakes.Reader):
    def read(self, image, progress, found):
        uploads.delete_scan(Scan.objects.get())
        return super().read(image, lambda done, total: None)


class Broken(fakes.Catalog):
    def search(self, text, limit=10):
        raise CatalogError("The catalogue is being repaired.")


def by(name: str) -> str:
    return f"{__name__}.{name}"


def types(scan) -> list[str]:
    return [message["type"] for message in events.after(scan, 0)]


def end_pauses():
    """As if the time until the next attempt, or the end of a lease, had passed."""
    past = timezone.now() - timedelta(seconds=1)
    Scan.objects.exclude(lease_until=None).update(lease_until=past, due=past)
    runner.sweep_work()


def test_a_photo_becomes_books(owner):
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    scan.refresh_from_db()
    assert (scan.status, scan.stage, scan.lease) == (Scan.Status.COMPLETE, Stage.DONE, "")
    assert set(scan.timings) == {"read", "propose", "validate", "finish"}
    assert scan.engine == {"ocr": "fake", "proposer": "fake", "catalogs": ["fake"]}
    titles = [row.record["title"] for row in scan.candidates.all()]
    assert titles == fakes.TITLES
    assert [row.validated for row in scan.candidates.all()] == [True, True, False]


def test_each_stage_is_a_task_that_leads_to_the_next(owner):
    scan = make_scan(owner)
    pipeline.start(scan)
    for stage in ("read", "propose", "validate", "finish"):
        assert queued() == [f"scan {stage}"]
        work_one()
    assert queued() == []


def test_every_stage_leaves_its_output_under_the_job(owner):
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    for name in ("ocr.json", "candidates.json", "final-results.json"):
        assert default_storage.exists(scan.result_key(name))
    assert default_storage.exists(scan.spine_key(1))


def test_the_log_counts_without_gaps_and_tells_each_book_once(owner):
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    log = events.after(scan, 0)
    assert [message["seq"] for message in log] == list(range(1, len(log) + 1))
    assert types(scan).count("candidate") == 3
    assert types(scan)[-1] == "processingComplete"
    assert types(scan).count("processingComplete") == 1


def test_the_places_of_the_spines_are_told_before_their_books(owner):
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    log = events.after(scan, 0)
    (places,) = [number for number, message in enumerate(log) if "spines" in message]
    assert log[places]["spines"] == [[[x, y] for x, y in fakes.box(number)] for number in range(3)]
    assert places < types(scan).index("candidate")


def test_a_task_that_comes_twice_does_nothing_the_second_time(owner):
    scan = make_scan(owner)
    pipeline.start(scan)
    for stage in (Stage.READ, Stage.PROPOSE, Stage.VALIDATE, Stage.FINISH):
        pipeline.run_stage(scan.pk, stage)
        log = types(scan)
        pipeline.run_stage(scan.pk, stage)
        assert types(scan) == log
    assert scan.candidates.count() == 3


def test_the_first_of_many_photos_has_its_books_before_the_next_is_read(owner):
    first, second = make_scan(owner), make_scan(owner)
    pipeline.start(first)
    pipeline.start(second)
    work_one()
    work_one()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.stage) == (Scan.Status.COMPLETE, Stage.PROPOSE)
    work_off()
    assert types(first).count("candidate") == types(second).count("candidate") == 3


def test_a_task_for_a_scan_that_is_gone_is_no_error():
    pipeline.run_stage(12345, Stage.READ)
    assert not ScanEvent.objects.exists()


def test_a_killed_worker_costs_a_repeat(owner):
    scan = make_scan(owner)
    pipeline.start(scan)
    OrmQ.objects.all().delete()
    died = timezone.now() - timedelta(seconds=1)
    Scan.objects.update(attempts=1, lease="of the dead", lease_until=died, due=died, status=Scan.Status.READING)
    assert runner.sweep_work() == 1
    assert runner.sweep_work() == 0
    work_off()
    assert Scan.objects.get().status == Scan.Status.COMPLETE


def test_a_death_is_no_attempt_of_an_engine(owner, settings):
    settings.OCR = by("Busy")
    scan = make_scan(owner)
    died = timezone.now() - timedelta(seconds=1)
    Scan.objects.update(attempts=1, lease="of the dead", lease_until=died, due=died, status=Scan.Status.READING)
    runner.sweep_work()
    work_off()
    scan.refresh_from_db()
    assert (scan.status, scan.attempts, scan.deaths) == (Scan.Status.READING, 1, 1)


def test_five_dead_workers_are_enough(owner):
    scan = make_scan(owner)
    died = timezone.now() - timedelta(seconds=1)
    Scan.objects.update(deaths=runner.MAX_DEATHS - 1, lease="of the dead", lease_until=died, due=died, status=Scan.Status.READING)
    runner.sweep_work()
    work_off()
    scan.refresh_from_db()
    assert (scan.status, scan.error, scan.retryable) == (Scan.Status.FAILED, pipeline.GAVE_UP, True)


def test_a_lost_task_is_found_again_whatever_else_waits(owner):
    make_scan(owner)
    OrmQ.objects.create(key="bookimg", payload="", lock=timezone.now())
    Scan.objects.update(due=timezone.now() - timedelta(seconds=1))
    assert runner.sweep_work() == 1
    assert runner.sweep_work() == 0  # its task waits, perhaps behind many others


def test_what_can_never_work_fails_at_once_with_its_sentence(owner, settings):
    settings.OCR = by("Unreadable")
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    scan.refresh_from_db()
    assert (scan.status, scan.error, scan.retryable) == (Scan.Status.FAILED, "This photo is too dark to read.", False)
    assert events.after(scan, 0)[-1]["type"] == "processingFailed"
    assert events.after(scan, 0)[-1]["retryable"] is False
    assert pipeline.retry(scan) is False


@pytest.mark.parametrize(("engine", "sentence"), [("Busy", "The reader is busy."), ("Buggy", pipeline.GAVE_UP)])
def test_what_may_work_later_is_tried_three_times(owner, settings, engine, sentence):
    settings.OCR = by(engine)
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    for attempts in (1, 2):
        scan.refresh_from_db()
        assert (scan.status, scan.attempts) == (Scan.Status.READING, attempts)
        end_pauses()
        work_off()
    scan.refresh_from_db()
    assert (scan.status, scan.error, scan.retryable) == (Scan.Status.FAILED, sentence, True)


def test_a_pause_is_kept_by_a_task_that_comes_too_early(owner, settings):
    settings.OCR = by("Busy")
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    pipeline.run_stage(scan.pk, Stage.READ)
    assert Scan.objects.get().attempts == 1


def test_a_failed_scan_goes_on_where_it_failed(owner, settings):
    settings.OCR = by("Busy")
    scan = make_scan(owner, attempts=2)
    pipeline.start(scan)
    work_off()
    settings.OCR = FAKES["OCR"]
    assert pipeline.retry(scan) is True
    work_off()
    scan.refresh_from_db()
    assert (scan.status, scan.error) == (Scan.Status.COMPLETE, "")
    assert pipeline.retry(scan) is False


def test_a_stopped_scan_stays_stopped(owner):
    scan = make_scan(owner)
    pipeline.start(scan)
    assert pipeline.cancel(scan) is True
    work_off()
    scan.refresh_from_db()
    assert scan.status == Scan.Status.CANCELLED
    assert pipeline.cancel(scan) is False


def test_stopping_reaches_the_worker_that_is_at_it(owner, settings):
    settings.OCR = by("CancelledMeanwhile")
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    scan.refresh_from_db()
    assert (scan.status, scan.stage) == (Scan.Status.CANCELLED, Stage.READ)
    assert types(scan)[-1] == "processingFailed"


def test_a_scan_that_is_deleted_while_it_is_read_leaves_nothing(owner, settings):
    settings.OCR = by("DeletedMeanwhile")
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    assert not Scan.objects.exists()
    assert not default_storage.exists(scan.result_key("ocr.json"))
    assert not default_storage.exists(scan.photo)


def test_a_catalogue_that_is_down_is_told_and_blocks_nothing(owner, settings):
    settings.CATALOGS = [*FAKES["CATALOGS"], by("Broken")]
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    scan.refresh_from_db()
    assert scan.status == Scan.Status.COMPLETE
    assert sum(row.validated for row in scan.candidates.all()) == 2
    assert any("being repaired" in note for note in scan.notes)


def test_what_the_owner_decided_outlives_a_second_run(owner):
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    first = scan.candidates.get(number=1)
    first.decision, first.record = Decision.REJECTED, first.record | {"title": "Mine"}
    first.save()
    ids = set(scan.candidates.values_list("pk", flat=True))
    Scan.objects.update(stage=Stage.VALIDATE, status=Scan.Status.VALIDATING)
    pipeline.run_stage(scan.pk, Stage.VALIDATE)
    work_off()
    assert set(scan.candidates.values_list("pk", flat=True)) == ids
    assert scan.candidates.get(number=1).record["title"] == "Mine"
    assert types(scan).count("candidate") == 3


def test_the_final_form_is_the_one_that_was_promised(owner):
    scan = make_scan(owner)
    pipeline.start(scan)
    work_off()
    final = results.load_result(scan, "final-results.json")
    assert {key: final[key] for key in ("jobId", "status", "validatedBooks", "totalCandidates")} == {
        "jobId": scan.job_id,
        "status": "complete",
        "validatedBooks": 2,
        "totalCandidates": 3,
    }
    assert final["resultsLocation"] == scan.result_key("final-results.json")
    assert final == events.after(scan, 0)[-1]["results"]


def in_queues() -> dict[str, str]:
    """What waits, and where."""
    return {row.task["args"][2]: row.key for row in OrmQ.objects.order_by("pk")}


@pytest.fixture
def stage_queues(settings):
    settings.QUEUES = {"": "bookimg", "read": "bookimg-read", "validate": "bookimg-validate"}


def test_a_stage_with_a_queue_of_its_own_waits_there(owner, stage_queues):
    pipeline.start(make_scan(owner))
    seen = []
    while OrmQ.objects.exists():
        seen.append(in_queues())
        work_one()
    assert seen == [
        {"read": "bookimg-read"}, {"propose": "bookimg"}, {"validate": "bookimg-validate"}, {"finish": "bookimg"},
    ]  # fmt: skip
    assert Scan.objects.get().status == Scan.Status.COMPLETE


def test_who_only_reads_leaves_the_other_stages_to_others(owner, stage_queues):
    first, second = make_scan(owner), make_scan(owner)
    pipeline.start(first)
    pipeline.start(second)
    work_one()
    work_one()
    assert set(Scan.objects.values_list("stage", flat=True)) == {Stage.PROPOSE}


def test_a_lost_task_is_swept_up_although_another_queue_is_full(owner, stage_queues):
    scan = make_scan(owner)
    OrmQ.objects.create(key="bookimg", payload="", lock=timezone.now())
    Scan.objects.filter(pk=scan.pk).update(due=timezone.now() - timedelta(minutes=5))
    assert runner.sweep_work() == 1


def test_a_photo_is_taken_while_the_queue_is_away(owner, monkeypatch, settings):
    """It waits for the next sweep."""
    monkeypatch.setattr(Conf, "BROKER_CLASS", f"{__name__}.Away")
    scan = uploads.take_in_upload(owner, photo(), "shelf.jpg")
    assert scan.status == Scan.Status.QUEUED and default_storage.exists(scan.photo) and not OrmQ.objects.exists()
    monkeypatch.undo()
    Scan.objects.update(due=timezone.now() - timedelta(minutes=5))
    assert runner.sweep_work() == 1
    work_off()
    assert Scan.objects.get().status == Scan.Status.COMPLETE


class Away(ORM):
    def enqueue(self, task):
        raise ConnectionError("no queue")


@pytest.mark.parametrize(
    ("done", "seconds", "left"),
    [
        (0, 60, None),  # nothing is known
        (500, 2, None),  # too soon to tell
        (500, 20, 30),  # half of the reading is two fifths of the whole
        (1000, 40, 10),
    ],
)
def test_the_time_that_is_left_is_told_once_it_can_be_known(done, seconds, left):
    assert stages.seconds_left("read", done, 1000, seconds) == left


def test_another_try_begins_with_an_empty_bar(owner):
    scan = make_scan(owner, status=Scan.Status.FAILED, progress=0.7)
    assert pipeline.retry(scan)
    assert Scan.objects.get().progress == 0
