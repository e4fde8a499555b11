"""Who comes first: what people wait for before bulk work, and everybody in turn. There is one worker."""

import threading
from dataclasses import replace

import pytest

from jobs import runner
from library.covers.cover_fetching import FetchError
from library.covers.cover_files import store_cover
from scanning import pipeline
from scanning.models import Scan, Stage
from tests.factories import make_copy, make_import, make_scan
from tests.work import queued
from transfer import import_run
from transfer.import_run import IMPORTS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worked_on(monkeypatch):
    """Keys of the scans in the order in which a worker begins them; they are done at once."""
    done = []

    def work(lease):
        done.append(lease.row.pk)
        DrippingServer.read.set()
        lease.release(status=Scan.Status.COMPLETE, stage=Stage.DONE)

    monkeypatch.setitem(runner.WORK_KINDS, "scan", replace(pipeline.SCANS, work=work))
    return done


def test_a_photo_is_read_before_the_import_that_came_earlier(owner, stranger, worked_on):
    file = make_import(stranger, "Title,Author\nEmma,Jane Austen\n", here=True)
    import_run.start(file, {})
    scan = make_scan(owner)
    runner.run_work("import", file.pk)
    assert worked_on == [scan.pk]
    file.refresh_from_db()
    assert file.state == "complete"


def test_a_photo_is_read_before_the_covers_of_an_import_that_came_earlier(owner, stranger, worked_on):
    copy = make_copy(stranger)
    scan = make_scan(owner)
    store_cover(copy.pk)
    assert worked_on == [scan.pk]


def test_an_import_stops_between_its_parts_for_a_photo(owner, stranger, worked_on, monkeypatch):
    monkeypatch.setattr(import_run, "CHUNK", 2)
    file = make_import(stranger, "Title,Author\n" + "".join(f"Volume {n},Jane Austen\n" for n in range(6)), here=True)
    import_run.start(file, {})
    make_scan(owner)
    runner.attempt_work(IMPORTS, file.pk)
    file.refresh_from_db()
    assert (file.state, file.done) == ("running", 2)


def test_nothing_waits_for_work_of_its_own_rank_or_a_higher_one(owner, stranger):
    file = make_import(stranger, "Title,Author\nEmma,Jane Austen\n", here=True)
    import_run.start(file, {})
    make_scan(owner)
    assert runner.next_urgent(pipeline.SCANS, Stage.READ) is None
    Scan.objects.all().delete()
    assert runner.next_urgent(IMPORTS) is None


def test_work_that_is_held_or_pauses_is_no_reason_to_stop(owner):
    scan = make_scan(owner)
    runner.take_lease(Scan.objects.filter(pk=scan.pk)).pause(60)
    assert runner.next_urgent(IMPORTS) is None


def test_a_scan_whose_worker_died_goes_before_everything_else(owner, stranger, worked_on, settings):
    settings.LEASE_SECONDS = -1  # over as soon as it is taken
    scan = make_scan(owner)
    runner.take_lease(Scan.objects.filter(pk=scan.pk))
    assert runner.next_urgent(IMPORTS)[1] == scan.pk


def test_one_photo_does_not_wait_behind_the_many_of_somebody_else(owner, stranger, worked_on):
    many = [make_scan(owner).pk for _ in range(5)]
    one = make_scan(stranger).pk
    for pk in [*many, one]:
        runner.run_work("scan", pk, Stage.READ)
    assert sorted(worked_on) == sorted([*many, one]) and worked_on.index(one) <= 1
    assert [pk for pk in worked_on if pk != one] == many


class DrippingServer:
    """Named in the settings: sends the end of a cover when a photo has been read, or never."""

    read = threading.Event()

    def fetch(self, address):
        assert self.read.wait(20), "the photo waits for the cover"
        raise FetchError("no picture after all")


def test_a_photo_is_read_while_the_server_of_a_cover_drips(owner, stranger, worked_on, settings):
    settings.COVERS = f"{__name__}.DrippingServer"
    copy, scan = make_copy(stranger, cover="https://covers.example/1.jpg"), make_scan(owner)
    runner.take_lease(Scan.objects.filter(pk=scan.pk)).pause(0.3)  # it comes when the download has begun
    DrippingServer.read.clear()
    store_cover(copy.pk)
    assert worked_on == [scan.pk]


def test_a_task_that_has_spent_its_time_on_others_goes_back_into_the_queue(owner, stranger, worked_on, settings):
    settings.TASK_TIMEOUT = 0
    file = make_import(stranger, "Title,Author\nEmma,Jane Austen\n", here=True)
    import_run.start(file, {}, here=True)
    make_scan(owner)
    runner.run_work("import", file.pk)
    store_cover(make_copy(stranger, cover="https://covers.example/1.jpg").pk)
    assert queued()[-2:] == ["import", "library.covers.cover_files.store_cover"]
