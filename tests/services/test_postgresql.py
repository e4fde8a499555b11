"""The pipeline and the library on PostgreSQL, where writers run side by side and rows are really locked: the same tests again."""

import os
import subprocess
import sys

import pytest

from tests.requirements import THOROUGH, postgresql
from tests.services.product import ROOT

pytestmark = [pytest.mark.services, pytest.mark.needs("postgresql")]
SCANNING = ("pipeline", "leases", "events", *(("consumers", "results", "admin") if THOROUGH else ()))
PIPELINE = [f"tests/scanning/test_{name}.py" for name in SCANNING]
KEEPING = ("imports_work", "merging", *(("bulk", "filters", "round_trip", "trash") if THOROUGH else ()))
LIBRARY = [f"tests/library/test_{name}.py" for name in KEEPING]


@pytest.mark.parametrize("files", [PIPELINE, LIBRARY], ids=["pipeline", "library"])
def test_promises_are_kept_on_postgresql(files, tmp_path):
    environment = {**os.environ, "DATABASE_URL": postgresql(), "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-5000:]
