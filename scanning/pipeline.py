"""A photo's way to books: read -> propose -> validate -> finish. The order of the stages, and what happens between them.

Each stage is a task of its own. It may be delivered twice or die half-way and does no harm: its lease lets one worker in at
a time, its output is replaced as a whole, and it counts only when the scan moves on, in one transaction."""

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.tasks import async_task

from accounts import webhooks
from accounts.models import Event
from catalogs import CatalogError
from jobs import leases
from scanning import cover_stages, events, purchases, results, second_look, stages
from scanning.models import Scan, Stage
from scanning.ocr import OCRError
from scanning.proposers import ProposerError

logger = logging.getLogger("scanning.pipeline")

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
    Stage.READ: cover_stages.read,
    Stage.PROPOSE: cover_stages.propose,
    Stage.VALIDATE: cover_stages.look_up,
}
SHOWN_AS = {
    Stage.READ: Scan.Status.READING,
    Stage.PROPOSE: Scan.Status.PROPOSING,
    Stage.VALIDATE: Scan.Status.VALIDATING,
    Stage.AGAIN: Scan.Status.READING,
    Stage.FINISH: Scan.Status.VALIDATING,
}
MAX_ATTEMPTS = 3
PAUSE = 0.2  # seconds between looks at a scan that somebody else works on
PROVIDER_ERRORS = (OCRError, ProposerError, CatalogError)
GAVE_UP = "Something went wrong on our side, three times in a row. The photo has been kept. Try again later."
CANCELLED = "You stopped this scan. What was found so far is kept."


def start(scan: Scan):
    """A new scan goes into the queue once its row is there."""
    with transaction.atomic():
        events.progress(scan, scan.stage, 0, 0, "Waiting to start")
        enqueue(scan.pk, scan.stage)


def enqueue(pk: int, stage: str):
    if stage != Stage.DONE:
        # Robust: while the queue is away, the scan waits for the next sweep.
        transaction.on_commit(lambda: async_task(f"scanning.tasks.{stage}", pk, cluster=queue_of(stage)), robust=True)


def queue_of(stage: str) -> str:
    return settings.QUEUES.get(stage, settings.QUEUES[""])


def run(pk: int, stage: str):
    """One attempt at one stage, where nobody else is at it and it is not past."""
    lease = leases.take(pk, stage, SHOWN_AS[stage])
    if lease is None:
        return
    started = time.monotonic()
    scan = Scan.objects.get(pk=pk)
    try:
        with lease.kept():
            outcome = attempt(scan, stage, lease)
            advance(lease, stage, outcome, round(time.monotonic() - started, 3))
        state = "done"
    except leases.Lost:
        state = "dropped"
    except PROVIDER_ERRORS as error:
        state = stumble(lease, str(error), error.permanent)
    except Exception:  # a bug or a broken part: told in the log, tried again, and never left hanging
        logger.exception("%s failed", stage, extra={"job_id": scan.job_id, "user_id": scan.user_id})
        state = stumble(lease, GAVE_UP)
    duration = round((time.monotonic() - started) * 1000)
    fields = {"job_id": scan.job_id, "user_id": scan.user_id, "stage": stage, "state": state, "duration_ms": duration}
    logger.info("%s %s %s %d ms", scan.job_id, stage, state, duration, extra=fields)


def run_through(pk: int) -> Scan:
    """What is left of a scan, here and now; a worker that was quicker with one of its stages is waited for."""
    while (scan := Scan.objects.get(pk=pk)).is_active:
        run(pk, scan.stage)
        if Scan.objects.filter(pk=pk, stage=scan.stage).unfinished().exists():
            time.sleep(PAUSE)
    return scan


def attempt(scan: Scan, stage: str, lease: leases.Lease) -> stages.Outcome:
    if scan.attempts > MAX_ATTEMPTS:  # the workers before did not live to tell
        raise OCRError(GAVE_UP)
    work = WORK_ON_A_COVER if scan.kind == Scan.Kind.COVER else WORK
    return work[stage](scan, stages.Report(scan, stage, lease))


@transaction.atomic
def advance(lease: leases.Lease, stage: str, outcome: stages.Outcome, seconds: float):
    """The stage is done: what it found is kept and the next one enqueued, all or nothing."""
    scan = lease.scan()
    scan.stage = NEXT[stage]
    scan.timings[stage] = seconds
    scan.engine |= outcome.engine
    scan.notes = list(dict.fromkeys([*scan.notes, *outcome.notes]))
    scan.attempts, scan.lease, scan.lease_until = 0, "", None
    scan.save(update_fields=["stage", "timings", "engine", "notes", "attempts", "lease", "lease_until", "changed"])
    outcome.keep(scan)
    enqueue(scan.pk, scan.stage)


@transaction.atomic
def stumble(lease: leases.Lease, sentence: str, permanent: bool = False) -> str:
    """The attempt did not work out: once more after a pause, or failed with a sentence for its owner."""
    try:
        scan = lease.scan()
    except leases.Lost:
        return "dropped"
    for_good = permanent or scan.attempts >= MAX_ATTEMPTS
    if for_good and scan.stage == Stage.AGAIN:
        return give_up_looking(scan, sentence)
    if for_good:
        end(scan, Scan.Status.FAILED, sentence, retryable=not permanent)
        return "failed"
    scan.lease, scan.lease_until = "", timezone.now() + timedelta(seconds=2**scan.attempts)
    scan.save(update_fields=["lease", "lease_until", "changed"])
    events.progress(scan, scan.stage, 0, 0, "That did not work; trying again in a moment")
    return "to be repeated"


def give_up_looking(scan: Scan, sentence: str) -> str:
    """A scan that was complete before it was looked at again does not fail by that."""
    scan.stage, scan.notes = NEXT[Stage.AGAIN], [*scan.notes, second_look.STAYS.format(reason=sentence)]
    scan.attempts, scan.lease, scan.lease_until = 0, "", None
    scan.save(update_fields=["stage", "notes", "attempts", "lease", "lease_until", "changed"])
    enqueue(scan.pk, scan.stage)
    return "given up"


def end(scan: Scan, status: str, sentence: str, retryable: bool):
    """A scan that stops before its time, with the reason for its owner."""
    scan.status, scan.error, scan.retryable = status, sentence[:500], retryable
    scan.lease, scan.lease_until, scan.finished = "", None, timezone.now()
    scan.to_announce = bool(settings.SNS_TOPIC_ARN) and status == Scan.Status.FAILED
    scan.save(update_fields=["status", "error", "retryable", "lease", "lease_until", "finished", "to_announce", "changed"])
    events.append(scan, "processingFailed", error=scan.error, retryable=retryable)
    if status == Scan.Status.FAILED:
        webhooks.notify(scan.user_id, Event.SCAN_FAILED, results.failure(scan))
        stages.announce(scan)


@transaction.atomic
def retry(scan: Scan) -> bool:
    """Once more from the stage that failed. False where there is nothing to be gained."""
    stopped = Q(status=Scan.Status.FAILED, retryable=True) | Q(status=Scan.Status.CANCELLED)
    scan = Scan.objects.select_for_update().filter(stopped, pk=scan.pk).first()
    if scan is None:
        return False
    scan.status, scan.error, scan.attempts, scan.finished = Scan.Status.QUEUED, "", 0, None
    scan.save(update_fields=["status", "error", "attempts", "finished", "changed"])
    purchases.allow_again(scan)
    start(scan)
    return True


@transaction.atomic
def look_again(scan: Scan, what: str) -> bool:
    """Once more at what was left open, by a better engine. False where there is nothing of the kind to be had."""
    scan = Scan.objects.select_for_update().select_related("user").get(pk=scan.pk)
    unread = second_look.unread_of(scan).count()
    if what not in [offer.what for offer in second_look.offers(scan, unread)]:
        return False
    scan.status, scan.stage, scan.again, scan.attempts, scan.finished = Scan.Status.QUEUED, Stage.AGAIN, what, 0, None
    scan.save(update_fields=["status", "stage", "again", "attempts", "finished", "changed"])
    purchases.allow_again(scan)
    start(scan)
    return True


@transaction.atomic
def cancel(scan: Scan) -> bool:
    """Stops at the next step; a worker that is at it notices by its lost lease."""
    scan = Scan.objects.select_for_update().unfinished().filter(pk=scan.pk).first()
    if scan is None:
        return False
    end(scan, Scan.Status.CANCELLED, CANCELLED, retryable=True)
    return True


def sweep() -> int:
    """Puts scans back into the queue whose worker died or whose task was lost; how many there were."""
    found = 0
    for scan in Scan.objects.abandoned():
        if scan.lease_until is None and get_broker(queue_of(scan.stage)).queue_size():
            continue  # its task may still be waiting behind others
        untouched = Scan.objects.unfinished().filter(
            pk=scan.pk, stage=scan.stage, lease=scan.lease, lease_until=scan.lease_until, changed=scan.changed
        )
        if untouched.update(lease="", lease_until=None, changed=timezone.now()):
            enqueue(scan.pk, scan.stage)
            found += 1
    for scan in Scan.objects.unannounced():
        stages.announce(scan)
    return found
