"""Imports a list of books into a person's library, as in the browser. Ctrl-C stops it, and the same command continues."""

from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.user_files import sha256_of
from jobs.leases import nobody_holds_it
from library.copies import tagging
from library.models import Status
from transfer import detect, fields, gains, import_run, row_outcomes
from transfer.items import NotReadable
from transfer.models import Import, ImportRow

SHOWN = 100  # failures listed in full


class Command(BaseCommand):
    help = f"Imports books from {', '.join(detect.LABELS)} or any list."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--user", required=True, help="whose library")
        parser.add_argument("--format", choices=["auto", *detect.FORMATS], default="auto")
        parser.add_argument("--status", choices=Status.values, default="", help="if the file has none")
        parser.add_argument("--tags", default="", help="tags for all books, separated by commas")
        parser.add_argument("--on-duplicate", choices=list(row_outcomes.ON_DUPLICATE), default=row_outcomes.UPDATE)

    def handle(self, *, file: Path, user, **options):
        owner = get_user_model().objects.filter(username=user).first()
        if owner is None:
            raise CommandError(f"There is no user called {user}.")
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            job = self._begun(owner, file) or self._taken(owner, file, options)
            self._work(job)
        except NotReadable as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Stopped. Books imported so far are saved; run the same command to continue.") from None
        self._report(job)

    def _begun(self, owner, file: Path) -> Import | None:
        """An interrupted import of the same file."""
        with file.open("rb") as stream:
            digest = sha256_of(stream)
        stopped = Import.objects.filter(user=owner, sha256=digest, state__in=(Import.State.RUNNING, Import.State.QUEUED))
        job = stopped.filter(done__gt=0).first()
        if job:
            self.stdout.write(f"Continuing after row {job.done:,}.")
            Import.objects.filter(pk=job.pk).update(**nobody_holds_it())
        return job

    def _taken(self, owner, file: Path, options: dict) -> Import:
        with file.open("rb") as stream:
            job = import_run.take(owner, File(stream, file.name), file.name, options["format"], here=True)
        tags = tagging.split_tags(options["tags"])
        chosen = {"status": options["status"], "tags": tags, "on_duplicate": options["on_duplicate"]}
        import_run.start(job, chosen, here=True)
        return job

    def _work(self, job: Import):
        job.refresh_from_db()
        with tqdm(total=job.total, unit=" rows", desc=job.name, disable=None) as bar:
            while job.is_active:
                bar.update(job.done - bar.n)
                import_run.run_import(job.pk, seconds=10, queued=False)
                job.refresh_from_db()
            bar.update(job.done - bar.n)
        if job.error:
            raise CommandError(job.error)

    def _report(self, job: Import):
        words = {Import.State.COMPLETE: "Done"}.get(job.state, job.get_state_display())
        counts = ", ".join(
            f"{job.counts[value]:,} {label.lower()}" for value, label in ImportRow.Result.choices if value in job.counts
        )
        self.stdout.write(f"{words}: {job.done:,} rows. {counts or 'The file is empty'}.")
        kept = ", ".join(job.columns_aside(fields.KEEP))
        sentences = {
            "Books you already have": gains.gains_in_words(job.counts, "gained"),
            "BookImg has no field for these columns, so they are kept with the book as imported": kept,
            "Not imported": ", ".join(job.columns_aside(fields.DROP)),
        }
        for sentence, words in sentences.items():
            if words:
                self.stdout.write(f"{sentence}: {words}.")
        for row in job.rows.filter(result=ImportRow.Result.FAILED)[:SHOWN]:
            self.stdout.write(f"  line {row.number}: {row.message}")
