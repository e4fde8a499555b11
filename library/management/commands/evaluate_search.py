"""Measures how well the search works, with the first books of a catalogue in a temporary library."""

import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from catalogs import folding
from catalogs.files import csv_table
from library.copies.bulk_add import NewCopy, add_copies
from library.models import UserBook
from library.search import choosing, embedding, hybrid

QUERIES = Path(__file__).with_name("search_queries.csv")
AT = 10
CHUNK = 500


@dataclass(frozen=True)
class _LabelledQuery:
    """A query and the books that should be among the first ten results, by the beginnings of their titles."""

    group: str
    query: str
    wanted: tuple[str, ...]

    def recall(self, titles: list[str]) -> float:
        folded = [folding.fold(title) for title in titles]
        met = sum(any(title.startswith(folding.fold(wanted)) for title in folded) for wanted in self.wanted)
        return met / min(AT, len(self.wanted))


def _read_queries(path: Path = QUERIES) -> list[_LabelledQuery]:
    with path.open(newline="") as file:
        return [_LabelledQuery(row["group"], row["query"], tuple(row["wanted"].split("|"))) for row in csv.DictReader(file)]


def _fill_library(user, path: Path, count: int) -> int:
    """Adds the first books of a catalogue table to this person's library."""
    made = 0
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        rows = islice((row.record for row in csv_table.read_table(stream) if row.record), count)
        while chunk := list(islice(rows, CHUNK)):
            add_copies(user, [NewCopy(facts=_facts_of(record)) for record in chunk])
            made += len(chunk)
    return made


def _facts_of(record) -> dict:
    values = {
        name: getattr(record, name) for name in ("title", "subtitle", "publisher", "published_date", "language", "description")
    }
    return values | {"isbn13": record.isbn, "authors": list(record.authors), "categories": list(record.categories)}


def _measure_recall(user, labelled: list[_LabelledQuery], modes=hybrid.MODES) -> dict[str, dict[str, float]]:
    """Group -> mode -> mean recall@10; the group "all" is over all queries."""
    recalls: dict[str, dict[str, list[float]]] = {}
    for item in labelled:
        for mode in modes:
            found = hybrid.find_books(user, item.query, mode, limit=AT)
            titles = UserBook.objects.in_bulk(found.ids)
            recall = item.recall([titles[pk].title for pk in found.ids])
            for group in (item.group, "all"):
                recalls.setdefault(group, {}).setdefault(mode, []).append(recall)
    return {group: {mode: sum(item) / len(item) for mode, item in by_mode.items()} for group, by_mode in recalls.items()}


def _missed_queries(user, labelled: list[_LabelledQuery], mode: str) -> list[str]:
    """The queries for which this mode misses books, for improving the search."""
    found = []
    for item in labelled:
        ids = hybrid.find_books(user, item.query, mode, limit=AT).ids
        titles = UserBook.objects.in_bulk(ids)
        if item.recall([titles[pk].title for pk in ids]) < 1:
            found.append(f"{item.group}: {item.query} -> {'; '.join(titles[pk].title[:40] for pk in ids[:4])}")
    return found


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
            _fill_library(user, file, books)
        made = embedding.compute_all_vectors(user)
        labelled = _read_queries(queries) if queries else _read_queries()
        table = _measure_recall(user, labelled)
        if options["json"]:
            return self.stdout.write(json.dumps(table, indent=1))
        count = UserBook.objects.of(user).count()
        self.stdout.write(
            f"{count:,} books, {len(labelled)} queries, meaning with {choosing.embedder().name} ({made:,} vectors computed)"
        )
        self.stdout.write(f"{'recall@10':<12}{'n':>5}" + "".join(f"{mode:>10}" for mode in hybrid.MODES))
        for group, by_mode in table.items():
            number = sum(group in (item.group, "all") for item in labelled)
            self.stdout.write(f"{group:<12}{number:>5}" + "".join(f"{by_mode[mode]:>10.3f}" for mode in hybrid.MODES))
        for line in _missed_queries(user, labelled, "hybrid") if misses else ():
            self.stdout.write(line)

    def run_apart(self, keep: Path | None):
        """Runs the measurement in a database of its own."""
        with tempfile.TemporaryDirectory(prefix="bookimg-search-") as place:
            place = str(keep.resolve()) if keep else place
            own = {"DATA_DIR": place, "DATABASE_URL": f"sqlite:///{place}/bookimg.sqlite3", MARK: "1"}
            manage = [sys.executable, sys.argv[0]]
            Path(place).mkdir(parents=True, exist_ok=True)
            subprocess.run([*manage, "migrate", "-v0"], env=os.environ | own, check=True)
            if subprocess.run([sys.executable, *sys.argv], env=os.environ | own).returncode:
                raise CommandError("The measurement failed.")
