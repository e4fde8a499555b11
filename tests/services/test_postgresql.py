"""The pipeline and the library on PostgreSQL, where writers run side by side and rows are really locked: the same tests again."""

import os
import subprocess
import sys

import pytest

from tests.requirements import THOROUGH, postgresql
from tests.services.product import ROOT

pytestmark = [pytest.mark.services, pytest.mark.needs("postgresql")]
SCANNING = ("pipeline", "events", *(("consumers", "results", "admin") if THOROUGH else ()))
KEEPING = ("merging", "trash", *(("bulk", "filters") if THOROUGH else ()))
FINDING = ("text", "index", *(("pages", "meaning") if THOROUGH else ()))
MOVING = ("import_run", "round_trip") if THOROUGH else ()
FILES = [
    "tests/jobs",
    *(f"tests/transfer/test_{name}.py" for name in MOVING),
    *(f"tests/scanning/test_{name}.py" for name in SCANNING),
    *(f"tests/library/test_{name}.py" for name in KEEPING),
    *(f"tests/library/search/test_{name}.py" for name in FINDING),
    "tests/chat/test_planner.py",
]


def test_promises_are_kept_on_postgresql(tmp_path):
    environment = {**os.environ, "DATABASE_URL": postgresql(), "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *FILES]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout[-5000:]
