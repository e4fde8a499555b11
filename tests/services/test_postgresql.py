"""The pipeline on PostgreSQL, where writers run side by side and rows are really locked: the same tests once more."""

import os
import subprocess
import sys

import pytest

from tests.requirements import postgresql
from tests.services.product import ROOT

pytestmark = [pytest.mark.services, pytest.mark.needs("postgresql")]
FILES = [f"tests/scanning/test_{name}.py" for name in ("pipeline", "leases", "events", "consumers", "results", "admin")]


def test_the_pipeline_keeps_its_promises_on_postgresql(tmp_path):
    environment = {**os.environ, "DATABASE_URL": postgresql(), "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *FILES]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout[-5000:]
