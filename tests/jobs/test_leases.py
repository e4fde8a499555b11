"""Who may do a piece of work, and who finds out that it is theirs no longer. A scan stands for every kind of leased work."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from jobs.leases import LeaseLost, take_lease
from scanning.models import Scan, Stage
from tests.factories import make_scan

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def take(scan, stage=Stage.READ):
    return take_lease(Scan.objects.unfinished().at_step(stage).filter(pk=scan.pk))


def run_out(scan):
    Scan.objects.filter(pk=scan.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_the_attempt_is_counted_before_the_work(owner):
    scan = make_scan(owner)
    lease = take(scan)
    scan.refresh_from_db()
    assert (scan.attempts, scan.deaths, scan.lease) == (1, 0, lease.token)
    assert scan.due == scan.lease_until > timezone.now()


def test_only_one_worker_gets_the_lease(owner):
    scan = make_scan(owner)
    assert take(scan)
    assert take(scan) is None
    scan.refresh_from_db()
    assert scan.attempts == 1


def test_of_many_workers_at_the_same_moment_one_gets_the_lease(race, owner):
    scan = make_scan(owner)
    answers = race(lambda: take(scan), times=5)
    assert sorted(type(answer).__name__ for answer in answers) == ["Lease"] + 4 * ["NoneType"]


def test_a_lease_that_ran_out_is_free_and_its_worker_counts_as_dead(owner, caplog):
    scan = make_scan(owner)
    take(scan)
    assert not caplog.records
    run_out(scan)
    assert take(scan)
    scan.refresh_from_db()
    assert (scan.attempts, scan.deaths) == (1, 1)
    (line,) = caplog.records
    assert line.getMessage() == f"scan {scan.job_id}: its worker died, another takes over"
    assert (line.job_id, line.stage, line.attempt, line.deaths) == (scan.job_id, "read", 1, 1)


@pytest.mark.parametrize("facts", [{"stage": Stage.PROPOSE}, {"status": Scan.Status.CANCELLED}, {"status": Scan.Status.FAILED}])
def test_there_is_no_lease_on_what_is_past_or_stopped(owner, facts):
    assert take(make_scan(owner, **facts)) is None


def test_who_was_overtaken_may_not_write(owner):
    scan = make_scan(owner)
    first = take(scan)
    run_out(scan)
    second = take(scan)
    with transaction.atomic(), pytest.raises(LeaseLost):
        first.locked_row()
    for way in (first.renew, first.progress, first.release):
        with pytest.raises(LeaseLost):
            way(filename="mine.jpg")
    with transaction.atomic():
        assert second.locked_row() == scan
        assert second.locked_row().filename == "shelf.jpg"


def test_who_was_overtaken_learns_it_at_the_next_beat(owner):
    scan = make_scan(owner)
    first = take(scan)
    run_out(scan)
    take(scan)
    with pytest.raises(LeaseLost):
        first.renew()
    with pytest.raises(LeaseLost):
        first.check()


def test_what_is_given_back_is_free_and_has_its_result(owner):
    scan = make_scan(owner)
    take(scan).release(filename="done.jpg", attempts=0)
    scan.refresh_from_db()
    assert (scan.filename, scan.attempts, scan.lease, scan.lease_until) == ("done.jpg", 0, "", None)
    assert take(scan)


def test_after_a_failure_nobody_takes_it_before_the_pause_is_over(owner):
    scan = make_scan(owner)
    take(scan).pause(10)
    assert take(scan) is None
    run_out(scan)
    assert take(scan)
    scan.refresh_from_db()
    assert (scan.attempts, scan.deaths) == (2, 0)


def test_progress_forgives_what_went_wrong_before_it(owner):
    scan = make_scan(owner, attempts=2, deaths=3)
    take(scan).progress()
    scan.refresh_from_db()
    assert (scan.attempts, scan.deaths) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_for_as_long_as_the_work_takes(owner, settings):
    settings.LEASE_SECONDS = 0.3
    scan = make_scan(owner)
    with take(scan).heartbeat():
        time.sleep(0.7)
        assert take(scan) is None
    assert "lease" not in {thread.name for thread in threading.enumerate()}
    time.sleep(0.4)
    assert take(scan)
