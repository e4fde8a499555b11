"""The stages of a scan and their order: read -> propose -> validate -> finish.

Each stage is a task of its own. A task may be delivered twice or die half-way without harm: its lease admits one worker at a
time, its output is replaced as a whole, and it only counts when the scan moves on, in one transaction."""

import time

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import webhooks
from accounts.models import Event
from catalogs import CatalogError
from jobs import leases, runner
from jobs.leases import Lease
from scanning import cover_stages, events, purchases, results, second_look, stages
from scanning.models import Scan, Stage
from scanning.ocr import OCRError
from scanning.proposers import ProposerError

NEXT = {
    Stage.READ: Stage.PROPOSE,
    Stage.PROPOSE: Stage.VALIDATE,
    Stage.VALIDATE: Stage.FINISH,
    Stage.AGAIN: Stage.FINISH,
    Stage.FINISH: Stage.DONE,
}
WORK = {
    Stage.READ: stages.read,
    Stage.PROPOSE: stages.propose,
    Stage.VALIDATE: stages.validate,
    Stage.AGAIN: second_look.look,
    Stage.FINISH: stages.finish,
}
WORK_ON_A_COVER = {
    **WORK,
    Stage.READ: cover_stages.read_cover,
    Stage.PROPOSE: cover_stages.propose_cover,
    Stage.VALIDATE: cover_stages.look_up,
}
SHOWN_AS = {
    Stage.READ: Scan.Status.READING,
    Stage.PROPOSE: Scan.Status.PROPOSING,
    Stage.VALIDATE: Scan.Status.VALIDATING,
    Stage.AGAIN: Scan.Status.READING,
    Stage.FINISH: Scan.Status.VALIDATING,
}
PAUSES = (2, 4)  # seconds, after the first attempt at a stage and the second
LOOK_SECONDS = 0.2  # seconds between looks at a scan that somebody else works on
PROVIDER_ERRORS = (OCRError, ProposerError, CatalogError)
GAVE_UP = "Something went wrong on our side, several times in a row. The photo has been kept. Try again later."
CANCELLED = "You stopped this scan. What was found so far is kept."


def start(scan: Scan):
    """A new scan goes into the queue once its row is there."""
    with transaction.atomic():
        events.report_progress(scan, scan.stage, 0, 0, "Waiting to start")
        _enqueue_stage(scan)


def _enqueue_stage(scan: Scan):
    if scan.stage != Stage.DONE:
        runner.enqueue_work(SCANS, scan.pk, scan.stage)


def run_stage(pk: int, stage: str):
    """One attempt at one stage, where nobody else is at it and it is not past."""
    runner.attempt_work(SCANS, pk, stage)


def run_through(pk: int) -> Scan:
    """Runs the remaining stages in this process, waiting for any worker that already holds one."""
    while (scan := Scan.objects.get(pk=pk)).is_active:
        run_stage(pk, scan.stage)
        if Scan.objects.filter(pk=pk, stage=scan.stage).unfinished().exists():
            time.sleep(LOOK_SECONDS)
    return scan


def _work(lease: Lease):
    scan, started = lease.row, time.monotonic()
    stage = scan.stage
    lease.renew(status=SHOWN_AS[stage], changed=timezone.now())
    work = WORK_ON_A_COVER if scan.kind == Scan.Kind.COVER else WORK
    outcome = work[stage](scan, stages.Report(scan, stage, lease))
    _advance(lease, outcome, round(time.monotonic() - started, 3))


@transaction.atomic
def _advance(lease: Lease, outcome: stages.Outcome, seconds: float):
    """The stage is done: what it found is kept and the next one enqueued, all or nothing."""
    scan = lease.locked_row()
    scan.timings[scan.stage] = seconds
    scan.stage = NEXT[scan.stage]
    scan.engine |= outcome.engine
    scan.notes = list(dict.fromkeys([*scan.notes, *outcome.notes]))
    scan.save(update_fields=["stage", "timings", "engine", "notes", "changed"])
    lease.release(attempts=0, deaths=0)
    outcome.keep(scan)
    _enqueue_stage(scan)


def _tell_pause(scan: Scan, reason: str):
    events.report_progress(scan, scan.stage, 0, 0, "That did not work; trying again in a moment")


def _give_up(scan: Scan, reason: str, permanent: bool):
    if scan.stage != Stage.AGAIN:
        return end(scan, Scan.Status.FAILED, reason, retryable=not permanent)
    # It was complete before it was looked at again, and does not fail by that.
    scan.stage, scan.notes = NEXT[Stage.AGAIN], [*scan.notes, second_look.STAYS.format(reason=reason)]
    scan.attempts = scan.deaths = 0
    scan.save(update_fields=["stage", "notes", "attempts", "deaths", "changed"])
    return _enqueue_stage(scan)


def end(scan: Scan, status: str, sentence: str, retryable: bool):
    """A scan that stops before its time, with the reason for its owner."""
    scan.status, scan.error, scan.retryable = status, sentence[:500], retryable
    scan.lease, scan.lease_until, scan.finished = "", None, timezone.now()
    scan.to_announce = bool(settings.SNS_TOPIC_ARN) and status == Scan.Status.FAILED
    scan.save(update_fields=["status", "error", "retryable", "lease", "lease_until", "finished", "to_announce", "changed"])
    events.append(scan, "processingFailed", error=scan.error, retryable=retryable)
    if status == Scan.Status.FAILED:
        webhooks.notify(scan.user_id, Event.SCAN_FAILED, results.failure_json(scan))
        stages.announce(scan)


@transaction.atomic
def retry(scan: Scan) -> bool:
    """Retries from the stage that failed. Returns False if a retry cannot help."""
    stopped = Q(status=Scan.Status.FAILED, retryable=True) | Q(status=Scan.Status.CANCELLED)
    scan = Scan.objects.select_for_update().filter(stopped, pk=scan.pk).first()
    if scan is None:
        return False
    scan.error = ""
    _begin_anew(scan, "error")
    purchases.allow_again(scan)
    start(scan)
    return True


@transaction.atomic
def look_again(scan: Scan, what: str) -> bool:
    """Reads what was left open again, with a better engine. Returns False if no such second look is available."""
    scan = Scan.objects.select_for_update().select_related("user").get(pk=scan.pk)
    unread = second_look.unread_of(scan).count()
    if what not in [offer.what for offer in second_look.second_look_offers(scan, unread)]:
        return False
    scan.stage, scan.again = Stage.AGAIN, what
    _begin_anew(scan, "stage", "again")
    purchases.allow_again(scan)
    start(scan)
    return True


def _begin_anew(scan: Scan, *fields: str):
    columns = {**leases.nothing_counted(), "status": Scan.Status.QUEUED, "finished": None, "progress": 0}
    for name, value in columns.items():
        setattr(scan, name, value)
    scan.save(update_fields=[*columns, *fields, "changed"])


@transaction.atomic
def cancel(scan: Scan) -> bool:
    """Stops at the next step; a worker that is at it notices by its lost lease."""
    scan = Scan.objects.select_for_update().unfinished().filter(pk=scan.pk).first()
    if scan is None:
        return False
    end(scan, Scan.Status.CANCELLED, CANCELLED, retryable=True)
    return True


def _queue_of(stage: str) -> str:
    return settings.QUEUES.get(stage, settings.QUEUES[""])


def _first_of_begun(step: str) -> Scan | None:
    """Reading takes longest. Of ten photos the first is to show its books after one reading, not after ten."""
    read_alone = Stage.READ in settings.QUEUES  # then others are there for the other stages
    return None if step != Stage.READ or read_alone else Scan.objects.begun().first()


def _next_in_turn(step: str) -> Scan | None:
    return Scan.objects.next_to_read() if step == Stage.READ else None


SCANS = runner.WorkKind(
    name="scan",
    model=Scan,
    work=_work,
    pauses=PAUSES,
    sentence=GAVE_UP,
    give_up=_give_up,
    on_pause=_tell_pause,
    begin_again=retry,
    errors=PROVIDER_ERRORS,
    queue=_queue_of,
    first=_first_of_begun,
    next_row=_next_in_turn,
)
