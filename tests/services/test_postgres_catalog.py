"""The local catalogue on PostgreSQL: the same migrations, the same file, the same answers."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.requirements import postgresql

pytestmark = [pytest.mark.services, pytest.mark.needs("postgresql")]
ROOT = Path(__file__).parents[2]
SPINES = ["EMMA JANE AUSTEN PENGUIN", "THEBELLJAR PLATH", "DAS SCHL0SS KAFKA", "МАСТЕР И МАРГАРИТА", "?!"]
SEARCH = f"""
import json
from catalogs.local import LocalCatalog
print(json.dumps([[r.title for r in found[:1]] for found in LocalCatalog().search_many({SPINES!r})]))
"""


@pytest.fixture
def manage(tmp_path):
    """Runs manage.py on a database of its own, which is dropped afterwards."""
    address = urlsplit(postgresql())
    name = f"bookimg_{uuid.uuid4().hex}"
    with psycopg.connect(urlunsplit(address), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    environment = {**os.environ, "DATABASE_URL": urlunsplit(address._replace(path=f"/{name}")), "DATA_DIR": str(tmp_path)}

    def run(*args):
        done = subprocess.run(
            [sys.executable, "manage.py", *args], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    yield run
    with psycopg.connect(urlunsplit(address), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_spines_find_their_books_on_postgresql(manage):
    manage("migrate", "-v0")
    assert "books added" in manage("load_catalog", "--builtin")
    assert "0 books added" in manage("load_catalog", "--builtin")
    found = json.loads(manage("shell", "-v0", "-c", SEARCH).strip().splitlines()[-1])
    assert found == [["Emma"], ["The Bell Jar"], ["Das Schloss"], ["Мастер и Маргарита"], []]
