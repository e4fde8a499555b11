"""Imports a file: upload, preview, import. Each step may be interrupted at any row.

A worker renews its lease on the import with every chunk, in the transaction that writes the chunk: whoever has lost it writes
nothing. Long files are worked on for a while at a time, so that scans get their turn in between."""

import logging
import secrets
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DataError, IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from accounts import user_files, webhooks
from accounts.models import Event
from jobs import runner
from jobs.leases import Lease, end_of_lease, nobody_holds_it, nothing_counted
from transfer import archive_covers, detect, gains, owned_matching, row_outcomes, source_files
from transfer.items import Hints, Item, NotReadable
from transfer.models import Import, ImportOptions, ImportRow

logger = logging.getLogger(__name__)

CHUNK = 200  # rows in one transaction: about a tenth of a second in which nobody else writes
SLICE_SECONDS = 20
BREATH = 0.01  # seconds between two transactions, for those who wait to write
PAUSES = (2, 4)  # seconds, after an attempt that failed and the next
SHOWN = 12  # rows in the preview
AT_ONCE_BYTES = 256 * 1024  # a file of this size is looked through while its owner waits
GAVE_UP = (
    "Something went wrong on our side, several times in a row. "
    "The books imported so far are kept, and you can continue the import."
)
NOT_STORED = "This row could not be saved. Check its values, correct anything unusual, and try again."
ODD = (DataError, IntegrityError, OverflowError, TypeError, ValueError)  # what values can do to a database
State, Result = Import.State, ImportRow.Result


def take(user, upload, name: str, wanted: str = "auto", here: bool = False) -> Import:
    """The import of a file that was sent, up to its preview: at once where the file is small or `here` is said, else in the
    background. Raises NotReadable, and then nothing is kept."""
    if upload.size > settings.IMPORT_MAX_MB * 1024 * 1024:
        raise NotReadable(f"This file is larger than {settings.IMPORT_MAX_MB} MB, which is the limit.")
    with source_files.unpacked(upload) as stream:
        found = detect.detect(stream, wanted)
    digest = user_files.sha256_of(upload)
    key = default_storage.save(f"imports/{user.pk}/{secrets.token_hex(8)}.dat", upload)
    kind = detect.FORMATS[found.format]
    shown = user_files.shown_name(name, 255, "a file")
    file = Import(user=user, name=shown, key=key, sha256=digest, format=found.format, state=State.CHECKING)
    file.mapping, file.hints = kind.mapping(found.header), {"encoding": found.encoding, "header": found.header}
    file.save()
    check(file, at_once=here or upload.size <= AT_ONCE_BYTES)
    return file


def check(file: Import, at_once: bool = False):
    """Counts what the rows are, here and now or in the background."""
    for name, value in {**nothing_counted(), "state": State.CHECKING, "total": 0, "counts": {}}.items():
        setattr(file, name, value)
    file.save()
    if at_once:
        run_import(file.pk, queued=False)
        file.refresh_from_db()
    else:
        runner.enqueue_work(IMPORTS, file.pk)


def start(file: Import, options: ImportOptions, here: bool = False):
    """From the preview into the queue, with what its owner chose for all rows; `here` is for those who do the work themselves."""
    ready = Import.objects.filter(pk=file.pk, state=State.PREVIEW)
    begun = {**nothing_counted(), "state": State.QUEUED, "options": options, "done": 0, "counts": {}, "due": end_of_lease()}
    with transaction.atomic():
        if ready.update(**begun) and not here:
            runner.enqueue_work(IMPORTS, file.pk)


def go_on(file: Import):
    stopped = Import.objects.filter(pk=file.pk, state__in=(State.FAILED, State.CANCELLED)).exclude(key="")
    with transaction.atomic():
        if stopped.update(**nothing_counted(), state=State.QUEUED, error="", finished=None):
            runner.enqueue_work(IMPORTS, file.pk)


def cancel(file: Import) -> bool:
    """Stops after the chunk that is being written."""
    active = Import.objects.filter(pk=file.pk).unfinished()
    return bool(active.update(**nobody_holds_it(), state=State.CANCELLED, finished=timezone.now()))


def forget(file: Import):
    """Deletes what is known about an import; the books stay."""
    cancel(file)
    key = file.key
    with transaction.atomic():
        file.delete()
        if key:
            transaction.on_commit(partial(default_storage.delete, key))


def run_import(pk: int, seconds: float = SLICE_SECONDS, queued: bool = True):
    """One turn of work on an import, where nobody else is at it; what is left after `seconds` goes back into the queue."""
    runner.attempt_work(replace(IMPORTS, work=partial(_work, seconds=seconds, queued=queued)), pk)


def _work(lease: Lease, seconds: float = SLICE_SECONDS, queued: bool = True):
    Turn(lease, seconds, queued).work()


def _give_up(file: Import, reason: str, permanent: bool):
    ended = {"state": State.FAILED, "error": reason[:500], "attempts": 0, "deaths": 0, "finished": timezone.now()}
    Import.objects.filter(pk=file.pk).update(**ended)
    _tell_end(file)


def _tell_end(file: Import):
    webhooks.notify(file.user_id, Event.IMPORT_FINISHED, "transfer.models.import_by_key", file.pk)


IMPORTS = runner.WorkKind(
    name="import",
    model=Import,
    work=_work,
    pauses=PAUSES,
    sentence=GAVE_UP,
    give_up=_give_up,
    begin_again=go_on,
    errors=(NotReadable,),
    rank=1,
)


class Turn:
    """One worker at one import for a while."""

    def __init__(self, lease: Lease, seconds: float, queued: bool):
        self.lease, self.file, self.until, self.queued = lease, lease.row, time.monotonic() + seconds, queued
        self.kind = detect.FORMATS[self.file.format]
        self.shelves: dict = {}

    def work(self):
        if self.file.state == State.CHECKING:
            return self.look_through()
        if self.file.state == State.QUEUED:
            self._prepare()
        self.by_id = owned_matching.ids_of(self.file.user)
        with self.rows(self.file.done) as rows:
            while chunk := list(islice(rows, CHUNK)):
                self.bring_in(chunk)
                if time.monotonic() > self.until or runner.next_urgent(IMPORTS):
                    return self._let_others()
                time.sleep(BREATH)
        self._complete()

    def look_through(self):
        """Counts what the rows are and keeps the first ones to show; writes nothing else."""
        self.file.hints |= self._hints()  # the rows are read as they will be when they are imported
        counts, shown, seen, total = Counter(), [], {}, 0
        filled: set[str] = set()
        self.by_id = owned_matching.ids_of(self.file.user)
        with self.rows(0) as rows:
            while chunk := list(islice(rows, CHUNK)):
                for row in row_outcomes.plan(self.file, chunk, self.by_id):
                    total += 1
                    kind = _kind_of(row, seen)
                    counts[kind] += 1
                    counts.update(gains.count_gains(row.gains) if kind == "updated" else ())
                    filled |= {name for name, text in row.raw.items() if text}
                    counts["without_isbn"] += not (row.item.isbn13 or row.item.problem or row.item.left_out)
                    counts["noted"] += bool(row.item.notes) and kind in ("new", "updated", "owned")
                    if len(shown) < SHOWN or (kind == "bad" and counts["bad"] <= SHOWN):
                        shown.append(_preview(row, kind))
                self.lease.progress(total=total)
        found = {"hints": self.file.hints | {"shown": shown, "filled": sorted(filled)}, "counts": dict(counts), "total": total}
        self.lease.release(**found, state=State.PREVIEW, error="", attempts=0, finished=timezone.now())

    def _hints(self) -> dict:
        encoding = self.file.hints["encoding"]
        with self._opened() as stream:
            hints = self.kind.hints(stream, encoding, self.file.mapping)
        chosen = self.file.hints.get("chosen_order", "")
        return {"date_order": chosen or hints.date_order, "stars": hints.stars}

    @contextmanager
    def rows(self, after: int):
        """(line, Item, values as written) of each row after the first `after`. A broken end is a row that says so."""
        known = self.file.hints
        hints = Hints(known.get("date_order", ""), known.get("stars", 5), self.kind.name)
        with self._opened() as stream:
            rows = self.kind.items(stream, known["encoding"], self.file.mapping, hints, after)
            yield ((row.line, item, row.values) for row, item in rows)

    @contextmanager
    def _opened(self):
        try:
            stored = default_storage.open(self.file.key)
        except FileNotFoundError as error:
            raise NotReadable("The file is no longer there. Please upload it again.") from error
        with stored, source_files.unpacked(stored) as stream:
            yield stream

    def _prepare(self):
        """What the file says beside its books; done again after an interruption it changes nothing."""
        if hasattr(self.kind, "prepare"):
            with self._opened() as stream, transaction.atomic():
                self.kind.prepare(self.file.user, stream)
            with default_storage.open(self.file.key) as stored:
                archive_covers.restore_covers(self.file.user, stored)
        self.lease.renew(state=State.RUNNING)

    def bring_in(self, chunk: list[tuple[int, Item, dict]]):
        row_outcomes.prepare(chunk)
        try:
            self._store(chunk)
        except ODD:  # one odd row is not to take the others with it
            logger.warning("a chunk could not be saved; trying its rows one by one", exc_info=True)
            self.shelves = {}
            for one in chunk:
                try:
                    self._store([one])
                except ODD:
                    line, item, raw = one
                    item.problem = NOT_STORED
                    self._store([(line, item, raw)])

    @transaction.atomic
    def _store(self, chunk: list[tuple[int, Item, dict]]):
        """A chunk and how far we are with it: both or neither."""
        row_outcomes.lock(self.file.user)
        plans = row_outcomes.plan(self.file, chunk, self.by_id)
        rows = row_outcomes.write(self.file, plans, self.shelves)
        ImportRow.objects.bulk_create(rows, batch_size=500)
        counts = Counter(self.file.counts) + Counter(row.result for row in rows)
        for plan in plans:
            counts.update(gains.count_gains(plan.gains) if plan.result == Result.UPDATED else ())
        noted = sum(1 for row in rows if row.result == Result.ADDED and row.message)
        counts["noted"] += noted
        self.lease.progress(done=self.file.done + len(chunk), counts=dict(counts))
        for plan in plans:
            self.by_id |= dict.fromkeys(plan.item.ids.items(), plan.pk) if plan.pk else {}

    def _let_others(self):
        """Back into the queue, behind what came in the meantime."""
        with transaction.atomic():
            self.lease.release(attempts=0, deaths=0, due=end_of_lease())
            if self.queued:
                runner.enqueue_work(IMPORTS, self.file.pk)

    def _complete(self):
        """The file has done its work and is deleted; what became of its rows is kept."""
        key, total = self.file.key, self.file.done
        with transaction.atomic():
            ended = {"state": State.COMPLETE, "error": "", "finished": timezone.now()}
            self.lease.release(key="", total=total, attempts=0, deaths=0, **ended)
            _tell_end(self.file)
            transaction.on_commit(partial(default_storage.delete, key))


def _kind_of(row: row_outcomes.Plan, seen: dict[int, set[str]]) -> str:
    """new, updated, owned, bad or left_out; a book that was in an earlier row of the file is filled in, as it will be."""
    if row.result in (Result.FAILED, Result.SKIPPED):
        return "bad" if row.result == Result.FAILED else "left_out"
    if row.result != Result.ADDED:
        return "updated" if row.result == Result.UPDATED else "owned"
    item = row.item
    keys = {hash(key) for key in item.ids.items()} or {hash(owned_matching.isbn_of(item) or owned_matching.work_of(item))}
    before = next((seen[key] for key in keys if key in seen), None)
    if before is None or item.is_a_copy:
        seen |= dict.fromkeys(keys, gains.names_in_item(item))
        return "new"
    row.gains = gains.gains_of(item, before)
    before |= row.gains
    return "updated" if row.gains and not item.whole else "owned"


def _preview(row: row_outcomes.Plan, kind: str) -> dict:
    item = row.item
    values = {"line": row.line, "kind": kind, "title": item.title, "isbn13": item.isbn13, "message": row.message[:300]}
    return values | {"authors": item.facts.get("authors", []), "raw": {name: text[:80] for name, text in row.raw.items()}}


# ── One row again ───────────────────────────────────────────────────────────────────────────────────────────────────
def try_again(row: ImportRow, changes: dict | None = None, another: bool = False) -> ImportRow:
    """A row once more, with `changes` to its facts; `another` adds a copy although the book is there."""
    file = row.file
    item = Item.from_dict(row.data)
    raw = row.data.get("raw", {})
    if changes is not None:
        item.facts |= changes
        item.problem = item.left_out = ""
        item.notes = []
    if another:
        file.options = file.options | {"on_duplicate": row_outcomes.ANYWAY}
    row_outcomes.prepare([(row.number, item, raw)])
    with transaction.atomic():
        row_outcomes.lock(file.user)
        row = ImportRow.objects.select_for_update().get(pk=row.pk)
        if row.result in (Result.ADDED, Result.UPDATED):
            return row
        (plan,) = row_outcomes.plan(file, [(row.number, item, raw)], owned_matching.ids_of(file.user))
        (fresh,) = row_outcomes.write(file, [plan], {})
        for name in ("data", "result", "message", "copy_id"):
            setattr(row, name, getattr(fresh, name))
        row.save()
        _recount(file)
    return row


def _recount(file: Import):
    by_result = file.rows.order_by().values_list("result").annotate(rows=Count("pk"))
    noted = file.rows.filter(result=Result.ADDED).exclude(message="").count()
    Import.objects.filter(pk=file.pk).update(counts=dict(by_result) | {"noted": noted})
