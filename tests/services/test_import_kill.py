"""Kill -9 of the worker in the middle of a long import: another one goes on, every row is there, none is there twice."""

import json
import subprocess
import sys

import pytest

from tests.requirements import THOROUGH
from tests.services.product import ROOT, Product, until

pytestmark = pytest.mark.services
ROWS = 4000 if THOROUGH else 1500
SEED = """
import django; django.setup()
from tests.factories import UserFactory, make_import
from transfer import import_run
header = "Book Id,Title,Author,Author l-f,ISBN,ISBN13,My Rating,Bookshelves,Exclusive Shelf\\n"
rows = "".join(f"{{n}},Volume {{n}},Writer {{n % 900}},,,,{{n % 6}},tag{{n % 9}},read\\n" for n in range({rows}))
file = make_import(UserFactory(username="olive"), header + rows, here=True)
import_run.start(file, {{}})
"""


@pytest.fixture
def product(tmp_path, migrated):
    product = Product(tmp_path, migrated).start()
    yield product
    product.stop()


def test_a_worker_killed_in_the_middle_of_an_import_loses_nothing_and_doubles_nothing(product):
    seed = [sys.executable, "-c", SEED.format(rows=ROWS)]
    subprocess.run(seed, cwd=ROOT, env=product.environment, check=True, timeout=120)
    until(lambda: product.ask("SELECT 1 FROM transfer_import WHERE state = 'running' AND done >= 400"), 60, "the work")
    product.kill(product.cluster()[0])
    ((done,),) = product.ask("SELECT done FROM transfer_import")
    assert done < ROWS, "it was over before it was killed"
    until(lambda: product.ask("SELECT 1 FROM transfer_import WHERE state = 'complete'"), 240, "the end of the import")
    ((counts,),) = product.ask("SELECT counts FROM transfer_import")
    assert json.loads(counts)["added"] == ROWS
    assert product.ask("SELECT count(*), count(DISTINCT title) FROM library_userbook") == [(ROWS, ROWS)]
    assert product.ask("SELECT count(*), count(DISTINCT number) FROM transfer_importrow") == [(ROWS, ROWS)]
