import threading
import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from jobs import leases
from scanning.models import Scan, Stage
from tests.factories import make_scan

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def take(scan, stage=Stage.READ):
    return leases.take(scan.pk, stage, Scan.Status.READING)


def run_out(scan):
    Scan.objects.filter(pk=scan.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_the_attempt_is_counted_before_the_work(owner):
    scan = make_scan(owner)
    lease = take(scan)
    scan.refresh_from_db()
    assert (scan.attempts, scan.lease, scan.status) == (1, lease.token, Scan.Status.READING)
    assert scan.lease_until > timezone.now()


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


def test_a_lease_that_ran_out_is_free(owner):
    scan = make_scan(owner)
    take(scan)
    run_out(scan)
    assert take(scan)


@pytest.mark.parametrize("facts", [{"stage": Stage.PROPOSE}, {"status": Scan.Status.CANCELLED}, {"status": Scan.Status.FAILED}])
def test_there_is_no_lease_on_what_is_past_or_stopped(owner, facts):
    assert take(make_scan(owner, **facts)) is None


def test_who_was_overtaken_may_not_write(owner):
    scan = make_scan(owner)
    first = take(scan)
    run_out(scan)
    second = take(scan)
    with transaction.atomic(), pytest.raises(leases.Lost):
        first.scan()
    with transaction.atomic():
        assert second.scan() == scan


def test_who_was_overtaken_learns_it_at_the_next_beat(owner):
    scan = make_scan(owner)
    first = take(scan)
    run_out(scan)
    take(scan)
    assert first.renew() is False
    with pytest.raises(leases.Lost):
        first.check()


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_for_as_long_as_the_work_takes(owner, settings):
    settings.SCAN_LEASE_SECONDS = 0.3
    scan = make_scan(owner)
    with take(scan).kept():
        time.sleep(0.7)
        assert take(scan) is None
    assert "lease" not in {thread.name for thread in threading.enumerate()}
    time.sleep(0.4)
    assert take(scan)
