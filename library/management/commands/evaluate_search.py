"""Measures how well the search works, with the first books of a catalogue in a temporary library."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from library.models import UserBook
from library.search import choosing, embedding, evaluation, hybrid

MARK = "BOOKIMG_EVALUATE_SEARCH"
NAME = "evaluate-search"


class Command(BaseCommand):
    help = "Prints recall@10 of the search by words, meaning and both, by group of queries. FILE is a table as for load_catalog."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help="a CSV table of books, optionally gzipped")
        parser.add_argument("--books", type=int, default=10_000, help="how many of its first books to use")
        parser.add_argument("--queries", type=Path, help="your own CSV file with group, query, wanted (titles joined by |)")
        parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the library in this folder for another run")
        parser.add_argument("--misses", action="store_true", help="list the queries that the search by both does not answer")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, file, books, queries, keep, misses, **options):
        if not file.exists():
            raise CommandError(f"There is no file {file}.")
        if MARK not in os.environ:
            return self.run_apart(keep)
        user, _ = get_user_model().objects.get_or_create(username=NAME)
        if not UserBook.objects.of(user).exists():
            evaluation.fill(user, file, books)
        made = embedding.everything_of(user)
        asked = evaluation.read(queries) if queries else evaluation.read()
        table = evaluation.measure(user, asked)
        if options["json"]:
            return self.stdout.write(json.dumps(table, indent=1))
        count = UserBook.objects.of(user).count()
        self.stdout.write(
            f"{count:,} books, {len(asked)} queries, meaning with {choosing.embedder().name} ({made:,} vectors computed)"
        )
        self.stdout.write(f"{'recall@10':<12}{'n':>5}" + "".join(f"{mode:>10}" for mode in hybrid.MODES))
        for group, by_mode in table.items():
            number = sum(group in (each.group, "all") for each in asked)
            self.stdout.write(f"{group:<12}{number:>5}" + "".join(f"{by_mode[mode]:>10.3f}" for mode in hybrid.MODES))
        for line in evaluation.misses(user, asked, "hybrid") if misses else ():
            self.stdout.write(line)

    def run_apart(self, keep: Path | None):
        """Runs in a database that nobody else uses."""
        with tempfile.TemporaryDirectory(prefix="bookimg-search-") as place:
            place = str(keep.resolve()) if keep else place
            own = {"DATA_DIR": place, "DATABASE_URL": f"sqlite:///{place}/bookimg.sqlite3", MARK: "1"}
            manage = [sys.executable, sys.argv[0]]
            Path(place).mkdir(parents=True, exist_ok=True)
            subprocess.run([*manage, "migrate", "-v0"], env=os.environ | own, check=True)
            if subprocess.run([sys.executable, *sys.argv], env=os.environ | own).returncode:
                raise CommandError("The measurement failed.")
