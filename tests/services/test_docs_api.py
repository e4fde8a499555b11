"""The lines of docs/api.md, run as they stand, against the whole product."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from tests.scanning.photos import photo
from tests.services.product import ROOT, Product

pytestmark = pytest.mark.services
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/api.md").read_text(), re.S)
SEED = """
import django; django.setup()
from accounts import tokens
from tests.factories import UserFactory
print(tokens.make_api_token(UserFactory(username="olive"), "docs", ["write"])[1])
"""
# What each curl was answered goes to a file, so that the lines themselves stay as they are.
AROUND = f"""set -e
curl() {{ command curl -w '%{{stderr}}%{{http_code}} %{{url_effective}}\\n' "$@" 2>>statuses; }}
bookimg() {{ {sys.executable} {ROOT}/clients/bookimg.py "$@"; }}
python3() {{ {sys.executable} "$@"; }}
"""


@pytest.fixture
def product(tmp_path, migrated):
    product = Product(tmp_path, migrated)
    product.environment |= {"FAKE_READ_SECONDS": "0", "FAKE_PROPOSE_SECONDS": "0", "FAKE_CATALOG_SECONDS": "0"}
    yield product.start()
    product.stop()


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl on the PATH")
def test_the_lines_of_the_docs_run_as_they_stand(product, tmp_path):
    made = subprocess.run(
        [sys.executable, "-c", SEED], cwd=ROOT, env=product.environment, check=True, capture_output=True, text=True
    )
    world = {**product.environment, "SERVER": f"http://127.0.0.1:{product.port}", "TOKEN": made.stdout.split()[-1]}
    (tmp_path / "shelf.jpg").write_bytes(photo().getvalue())
    lines = [block for block in BLOCKS if "export SERVER" not in block]
    assert len(lines) > 8
    for block in lines:
        done = subprocess.run(
            ["bash", "-c", AROUND + block], cwd=tmp_path, env=world, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    statuses = (tmp_path / "statuses").read_text().splitlines()
    assert len(statuses) == sum(block.count("curl -s") for block in lines)
    assert not [line for line in statuses if not line.startswith("2")], statuses
    assert (tmp_path / "books.csv").read_text().startswith("Book Id")
    assert json.loads((tmp_path / "books.json").read_text())["books"]
