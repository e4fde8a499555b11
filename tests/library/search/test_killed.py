"""The index after a process was killed in the middle of its changes."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.requirements import THOROUGH
from tests.services.product import begin_with

EDITS = """
import itertools, random
from library.copies import tagging
from tests.factories import UserFactory, make_copy
user = UserFactory(username="olive")
copies = [make_copy(user, f"Volume {n}", "A. Author") for n in range(40)]
print("begun", flush=True)
for n in itertools.count():
    copy = random.choice(copies)
    copy.title = f"Title {n} {random.random()}"
    copy.notes = f"note {n}"
    copy.save()
    tagging.set_tags(copy, [f"tag{n % 7}"])
    if n % 10 == 0:
        user.books.update(review=f"review {n}")
"""


@pytest.mark.services
@pytest.mark.parametrize("seed", [1, 2, 3] if THOROUGH else [1])
def test_a_killed_process_leaves_index_and_books_in_step(tmp_path, migrated, seed):
    begin_with(migrated, tmp_path)
    own = os.environ | {"DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/bookimg.sqlite3", "EMBEDDER": "hash"}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], env=own, check=True)
    editing = subprocess.Popen([*manage, "shell", "-v0", "-c", EDITS], env=own, stdout=subprocess.PIPE, text=True)
    assert "begun" in editing.stdout.readline()
    time.sleep(random.Random(seed).uniform(0.5, 2))
    editing.send_signal(signal.SIGKILL)
    editing.wait()
    checked = subprocess.run([*manage, "check_index", "--vectors"], env=own, capture_output=True, text=True)
    assert "0 differences in the index, 0 in the vectors; 0 vectors" in checked.stdout, checked.stdout + checked.stderr
    assert checked.returncode == 0
