"""Runs the benchmarks and compares each figure with its target, without touching anyone's data."""

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.core.management.base import BaseCommand, CommandError

from bookimg.benchmarks import Options, bulk, catalog, growth, library, live, processes, recognition, search

MEASURES = {
    "live": live.measure_live,
    "recognition": recognition.measure_recognition,
    "catalog": catalog.measure_catalog,
    "library": library.measure_library,
    "search": search.measure_search,
    "growth": growth.measure_growth,
    "processes": processes.measure_processes,
    "bulk": bulk.measure_bulk,
}
ON_POSTGRESQL = ("catalog", "library", "search", "growth")  # also measured on PostgreSQL if TEST_DATABASE_URL is set
MARK = "BOOKIMG_BENCHMARK"


class Command(BaseCommand):
    help = "Measures performance in a separate data directory. Every ratio should be at least 1."

    def add_arguments(self, parser):
        parser.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))
        parser.add_argument("--photos", type=Path, metavar="DIR", help="recognition: also measure the photos in this folder")
        parser.add_argument(
            "--records",
            type=int,
            nargs="+",
            default=(),
            metavar="N",
            help="catalog, growth: these sizes; library, search: N books among N; processes: N books; bulk: N rows",
        )

    def handle(self, *, measures, photos, records, **options):
        if unknown := [name for name in measures if name not in MEASURES]:
            raise CommandError(f"There is no benchmark called {unknown[0]}. Choose from: {', '.join(MEASURES)}")
        chosen = Options(photos.resolve() if photos else None, tuple(records))
        if MARK not in os.environ:
            return _run_apart(list(measures or MEASURES), chosen)
        figures = [figure for name in measures for figure in MEASURES[name](chosen)]
        for figure in figures:
            self.stdout.write(str(figure), self.style.SUCCESS if figure.ratio >= 1 else self.style.ERROR)
        if any(figure.ratio < 1 for figure in figures):
            raise CommandError("Some results are below their target.")


def _run_apart(measures: list[str], options: Options):
    """Runs each benchmark in a process of its own with an empty database."""
    passed = []
    for name in measures:
        with _on_sqlite() as environment:
            passed.append(_run_benchmark(name, options, environment))
        if name in ON_POSTGRESQL and (server := os.environ.get("TEST_DATABASE_URL")):
            with _on_postgresql(server) as environment:
                passed.append(_run_benchmark(name, options, environment))
    if not all(passed):
        raise CommandError("The benchmark failed.")


def _run_benchmark(name: str, options: Options, environment: dict) -> bool:
    manage = [sys.executable, sys.argv[0]]
    subprocess.run([*manage, "migrate", "-v0"], env=environment, check=True)
    subprocess.run([*manage, "createcachetable", "-v0"], env=environment, check=True)
    chosen = ["--photos", str(options.photos)] if options.photos else []
    chosen += ["--records", *map(str, options.records)] if options.records else []
    return subprocess.run([*manage, "benchmark", name, *chosen], env=environment).returncode == 0


@contextmanager
def _on_sqlite() -> Iterator[dict]:
    with tempfile.TemporaryDirectory(prefix="bookimg-benchmark-") as place:
        own = {"DATA_DIR": place, "DATABASE_URL": f"sqlite:///{place}/bookimg.sqlite3", "CATALOGS": "local", MARK: "1"}
        yield os.environ | own


@contextmanager
def _on_postgresql(server: str) -> Iterator[dict]:
    """A temporary database on `server`."""
    name = f"bookimg_benchmark_{uuid.uuid4().hex}"
    address = urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        with _on_sqlite() as environment:
            yield environment | {"DATABASE_URL": address}
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
