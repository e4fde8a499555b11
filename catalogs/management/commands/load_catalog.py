"""Loads a file into the local catalogue, with progress. Ctrl-C stops it, and the same command continues."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalogs import loading

SHOWN = 100  # problems listed in full


class Command(BaseCommand):
    help = "Loads books into the local catalogue from a CSV table, an Open Library dump or MARC records. Files may be gzipped."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--format", choices=loading.FORMATS, default="", help="detected from the file by default")
        parser.add_argument("--authors", type=Path, help="the authors dump that belongs to an editions dump of Open Library")
        parser.add_argument("--again", action="store_true", help="read a file again that has already been loaded")
        parser.add_argument("--builtin", action="store_true", help="load the list of well-known books that comes with BookImg")

    def handle(self, *args, file, authors, **options):
        if options["builtin"]:
            self.stdout.write(f"{loading.ensure_builtin()} books added from the built-in list.")
            return
        if file is None:
            raise CommandError("Give the name of a file, or --builtin.")
        for path in filter(None, (file, authors)):
            if not path.is_file():
                raise CommandError(f"There is no file {path}.")
        self._load(file, authors, options)

    def _load(self, file: Path, authors: Path | None, options: dict) -> None:
        with tqdm(total=file.stat().st_size, unit="B", unit_scale=True, desc=file.name, disable=None) as bar:

            def progress(position: int, records: int) -> None:
                bar.update(position - bar.n)
                bar.set_postfix_str(f"{records:,} rows", refresh=False)

            try:
                loaded = loading.load_file(file, options["format"], authors, options["again"], progress)
            except KeyboardInterrupt:
                bar.close()
                raise CommandError("Stopped. Everything read so far is saved; run the same command to continue.") from None
            except (ValueError, EOFError, OSError) as error:
                raise CommandError(f"{file.name} cannot be loaded: {error}") from error
        self._report(loaded)

    def _report(self, loaded: loading.Loaded) -> None:
        state = loaded.state
        if loaded.resumed_at == state.rows and not loaded.problems:
            self.stdout.write(f"{state.name} has already been loaded. To read it again, use --again.")
            return
        if loaded.resumed_at:
            self.stdout.write(f"Continued after row {loaded.resumed_at:,}.")
        self.stdout.write(f"{state.rows:,} rows read, {state.added:,} books added, {state.skipped:,} rows skipped.")
        for line, problem in loaded.problems[:SHOWN]:
            self.stdout.write(f"  line {line}: {problem}")
        rest = [str(line) for line, _ in loaded.problems[SHOWN:]]
        if rest:
            self.stdout.write(f"  and lines {', '.join(rest)}")
