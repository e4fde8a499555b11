"""`manage.py up` from outside: it starts, says when it cannot, and stops tidily."""

import signal
import sqlite3
import subprocess
import sys

import psutil
import pytest

from tests.services.product import ROOT, Product, until

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("product")


@pytest.fixture
def product(place, request):
    """Running, with what a test wants otherwise in its environment."""
    product = Product(place)
    product.environment |= getattr(request, "param", {})
    yield product.start()
    if product.supervisor.poll() is None:
        product.stop()


@pytest.mark.parametrize("product", [{"FAKE_READ_SECONDS": "2"}], indirect=True)
def test_stopping_lets_the_running_stage_finish_and_the_next_start_goes_on(product):
    job = product.scan("job-1")
    product.wait_for_stage(job, "read")
    assert product.stop() == 0
    assert product.ask("SELECT stage, attempts, lease FROM scanning_scan") == [("propose", 0, "")]
    product.start()
    product.assert_completes(job)


def test_a_taken_port_is_told_in_a_sentence(product):
    command = [sys.executable, "manage.py", "up", "--port", str(product.port)]
    done = subprocess.run(command, cwd=ROOT, env=product.environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert f"127.0.0.1:{product.port} cannot be used" in done.stderr
    until(product.answers, 5, "the first one, undisturbed")


def test_a_database_that_cannot_be_used_ends_it_with_the_reason(tmp_path):
    product = Product(tmp_path)
    with sqlite3.connect(tmp_path / "bookimg.sqlite3") as database:
        database.execute("CREATE TABLE django_migrations (id integer, app text, name text, applied text)")
        database.execute("INSERT INTO django_migrations VALUES (1, 'library', '0002_of_an_earlier_version', '2026-01-01')")
    command = [sys.executable, "manage.py", "up", "--port", str(product.port)]
    done = subprocess.run(command, cwd=ROOT, env=product.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.count("was created by an earlier version") == 1 and "Traceback" not in done.stderr


def test_the_supervisor_stays_small_and_loads_no_apps(product):
    own = psutil.Process(product.supervisor.pid).memory_full_info().uss
    web = psutil.Process(product.child("web").pid).memory_full_info().uss
    assert own < web / 2


@pytest.mark.parametrize("product", [{"FAKE_READ_SECONDS": "40"}], indirect=True)
def test_a_second_ctrl_c_stops_at_once(product):
    product.wait_for_stage(product.scan("job-2"), "read")
    family = product.family()
    product.supervisor.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        product.supervisor.wait(0.5)
    product.supervisor.send_signal(signal.SIGINT)
    product.supervisor.wait(20)  # the reading has more than thirty left
    product.assert_gone(family, seconds=5)
    assert product.ask("SELECT lease != '' FROM scanning_scan WHERE job_id = 'job-2'") == [(1,)]  # cut off, to be repeated
