"""The engine of all background work: attempts, pauses, deaths, giving up, and a sweep that loses nothing and floods nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ

from jobs import draining, runner
from scanning.models import Scan, Stage
from scanning.pipeline import SCANS
from tests.factories import make_scan
from tests.work import queued

pytestmark = pytest.mark.django_db(transaction=True)


class Busy(Exception):
    """A sentence for people, as the engines have them."""

    permanent = False


class Hopeless(Busy):
    permanent = True


@pytest.fixture
def kind():
    """Work on scans that only keeps what was told of it; what it does, a test says."""
    told = []
    give_up = lambda row, reason, permanent: (told.append((reason, permanent)), Scan.objects.update(status="failed"))  # noqa: E731
    kind = replace(SCANS, give_up=give_up, on_pause=lambda row, reason: told.append(reason), pauses=(2, 4), errors=(Busy,))
    return Told(kind, told)


class Told:
    def __init__(self, kind, told):
        self.kind, self.told = kind, told

    def attempt(self, scan, work) -> str:
        return runner.attempt_work(replace(self.kind, work=work), scan.pk)


def failing(error):
    def work(lease):
        raise error

    return work


def overtaken(lease):
    """The worker is held up until another one has taken its work."""
    Scan.objects.update(lease="of another")
    lease.release(filename="mine.jpg")


def time_passes(**duration):
    """As if so much time had passed."""
    for scan in Scan.objects.all():
        for name in ("due", "lease_until"):
            if moment := getattr(scan, name):
                setattr(scan, name, moment - timedelta(**duration))
        scan.save()


# ── One attempt ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_work_that_is_done_is_given_back(owner, kind):
    scan = make_scan(owner)
    assert kind.attempt(scan, lambda lease: lease.release(status="complete")) == "done"
    scan.refresh_from_db()
    assert (scan.status, scan.lease, kind.told) == ("complete", "", [])
    assert kind.attempt(scan, failing(AssertionError)) == "", "there is nothing left to do"


def test_what_fails_is_tried_again_after_growing_pauses_and_then_given_up_with_its_reason(owner, kind):
    scan, pauses, states = make_scan(owner), [], []
    for _ in range(3):
        states.append(kind.attempt(scan, failing(Busy("The reader is busy."))))
        assert kind.attempt(scan, failing(AssertionError)) == "", "not before its pause is over"
        scan.refresh_from_db()
        pauses.append(round((scan.due - timezone.now()).total_seconds()))
        time_passes(seconds=5)
    assert states == ["to be repeated", "to be repeated", "failed"] and pauses[:2] == [2, 4]
    assert kind.told == ["The reader is busy.", "The reader is busy.", ("The reader is busy.", False)]


def test_what_can_never_work_is_given_up_at_once(owner, kind):
    assert kind.attempt(make_scan(owner), failing(Hopeless("Too dark."))) == "failed"
    assert kind.told == [("Too dark.", True)]


def test_a_bug_is_told_as_our_fault_and_tried_again(owner, kind):
    assert kind.attempt(make_scan(owner), failing(ZeroDivisionError())) == "to be repeated"
    assert kind.told == [SCANS.sentence]


@pytest.mark.parametrize("work", [overtaken, failing(Busy("no"))], ids=["done too late", "failed too late"])
def test_a_lease_that_is_lost_in_the_middle_changes_nothing(owner, kind, work):
    def late(lease):
        Scan.objects.update(lease="of another")
        work(lease)

    scan = make_scan(owner)
    assert kind.attempt(scan, late) == "dropped"
    scan.refresh_from_db()
    assert (scan.lease, scan.filename, kind.told) == ("of another", "shelf.jpg", [])


class Killed(BaseException):
    """As when the process is killed: nothing after it is done."""


def die(scan, kind):
    with pytest.raises(Killed):
        kind.attempt(scan, failing(Killed()))
    time_passes(minutes=1)


def test_the_log_names_the_stage_and_the_attempt_that_ended(owner, kind, caplog):
    caplog.set_level("INFO", "jobs.runner")
    kind.attempt(make_scan(owner, attempts=1), lambda lease: lease.release(stage=Stage.PROPOSE, attempts=0))
    (line,) = caplog.records
    assert (line.state, line.stage, line.attempt, line.deaths) == ("done", "read", 2, 0)


def test_deaths_are_no_attempts(owner, kind):
    scan = make_scan(owner)
    for _ in range(runner.MAX_DEATHS - 1):
        die(scan, kind)
    assert kind.attempt(scan, failing(Busy("no"))) == "to be repeated"
    scan.refresh_from_db()
    assert (scan.attempts, scan.deaths) == (1, runner.MAX_DEATHS - 1)


def test_work_that_kills_every_worker_is_given_up(owner, kind):
    scan = make_scan(owner)
    for _ in range(runner.MAX_DEATHS):
        die(scan, kind)
    assert kind.attempt(scan, failing(Killed())) == "failed", "without being begun again"
    assert kind.told == [(SCANS.sentence, False)]


def test_a_worker_that_is_to_stop_puts_it_back(owner):
    scan = make_scan(owner)
    draining.start_draining()
    try:
        runner.run_work("scan", scan.pk, Stage.READ)
    finally:
        draining.stop_draining()
    scan.refresh_from_db()
    assert (queued(), scan.attempts) == (["scan read"], 0)


# ── The sweep ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_new_work_that_is_in_the_queue_is_not_put_there_again(owner):
    runner.enqueue_work(SCANS, make_scan(owner).pk, Stage.READ)
    assert (runner.sweep_work(), queued()) == (0, ["scan read"])


def test_abandoned_work_is_known_by_its_lease_alone(owner, kind):
    """Whatever else waits in the queue, and as soon as the lease has run out."""
    OrmQ.objects.create(key="bookimg", payload="", lock=timezone.now())
    scan = make_scan(owner)
    with pytest.raises(Killed):
        kind.attempt(scan, failing(Killed()))
    assert runner.sweep_work() == 0, "its worker may be alive"
    time_passes(seconds=31)
    assert runner.sweep_work() == 1


def test_a_pause_ends_with_the_next_sweep(owner, kind):
    scan = make_scan(owner)
    kind.attempt(scan, failing(Busy("no")))
    assert runner.sweep_work() == 0
    time_passes(seconds=3)
    assert runner.sweep_work() == 1


def test_what_waits_in_a_long_queue_is_repeated_ever_less_often(owner):
    """Half a day at five minutes a sweep: a handful of messages, and a lost one would still be found."""
    make_scan(owner)
    sent = 0
    for _ in range(12 * 12):
        sent += runner.sweep_work()
        time_passes(minutes=5)
    assert 8 < sent < 25


def test_once_it_was_worked_on_a_lost_message_is_found_as_soon_as_at_first(owner, kind):
    scan = make_scan(owner)
    for _ in range(5):
        runner.sweep_work()
        time_passes(hours=2)
    kind.attempt(scan, lambda lease: lease.release())
    assert runner.sweep_work() == 1
    time_passes(seconds=31)
    assert runner.sweep_work() == 1


def test_of_two_sweeps_at_once_one_enqueues(owner, race):
    for _ in range(3):
        make_scan(owner)
    answers = race(runner.sweep_work, times=3)
    assert sum(answers) == 3 and queued() == ["scan read"] * 3


class Away(ORM):
    tries = 0

    def enqueue(self, task):
        Away.tries += 1
        raise ConnectionError("no queue")


def test_while_the_queue_is_away_one_row_a_sweep_finds_out_and_none_is_forgotten(owner, monkeypatch):
    for _ in range(3):
        make_scan(owner)
    with monkeypatch.context() as patch:
        patch.setattr(Conf, "BROKER_CLASS", f"{__name__}.Away")
        assert (runner.sweep_work(), Away.tries) == (0, 1)
    time_passes(seconds=31)
    assert runner.sweep_work() == 3
