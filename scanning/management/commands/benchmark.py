"""The measures of performance, each as a ratio against what is asked of it, in one run and beside nobody's data."""

import os
import subprocess
import sys
import tempfile

from django.core.management.base import BaseCommand, CommandError

from scanning.benchmarks import live

MEASURES = {"live": live.measure}
MARK = "BOOKIMG_BENCHMARK"


class Command(BaseCommand):
    help = "Measures performance in a data directory of its own; every ratio should be at least 1."

    def add_arguments(self, parser):
        parser.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))

    def handle(self, *, measures, **options):
        if unknown := [name for name in measures if name not in MEASURES]:
            raise CommandError(f"There is no measure called {unknown[0]}; there are: {', '.join(MEASURES)}")
        if MARK not in os.environ:
            return in_a_place_of_its_own(measures)
        figures = [figure for name in measures or MEASURES for figure in MEASURES[name]()]
        for figure in figures:
            self.stdout.write(str(figure), self.style.SUCCESS if figure.ratio >= 1 else self.style.ERROR)
        if any(figure.ratio < 1 for figure in figures):
            raise CommandError("Not everything is as quick as it should be.")


def in_a_place_of_its_own(measures: list[str]):
    """The same command once more, in a process that knows nothing but an empty database."""
    with tempfile.TemporaryDirectory() as place:
        environment = {**os.environ, "DATA_DIR": place, "DATABASE_URL": f"sqlite:///{place}/bookimg.sqlite3", MARK: "1"}
        manage = [sys.executable, sys.argv[0]]
        subprocess.run([*manage, "migrate", "-v0"], env=environment, check=True)
        subprocess.run([*manage, "createcachetable", "-v0"], env=environment, check=True)
        if subprocess.run([*manage, "benchmark", *measures], env=environment).returncode:
            raise CommandError("The benchmark did not pass.")
