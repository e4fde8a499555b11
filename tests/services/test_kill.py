"""Kill -9 of every process at every stage: each scan completes, no book comes twice, no process is left behind."""

import itertools

import pytest

from tests.services.product import Product, until

pytestmark = pytest.mark.services
names = itertools.count(1)


@pytest.fixture(scope="module")
def product(tmp_path_factory, migrated):
    product = Product(tmp_path_factory.mktemp("product"), migrated)
    product.environment["FAKE_READ_SECONDS"] = "3"  # long enough to be seen on a busy machine
    yield product.start()
    product.stop()


@pytest.fixture
def job(product):
    """A scan that has just been handed in."""
    until(lambda: len(product.cluster()) == 3, 15, "a full cluster")
    return product.scan(f"job-{next(names)}")


@pytest.mark.parametrize("stage", ["read", "propose", "validate", "finish"])
def test_a_worker_killed_at_work_costs_a_repeat(product, job, stage):
    product.wait_for_stage(job, stage)
    product.kill(product.cluster()[0])
    product.assert_completes(job)


@pytest.mark.parametrize("number", [0, 1, 2, 3], ids=["outgoing", "worker", "monitor", "pusher"])
def test_an_idle_process_of_the_cluster_takes_no_lock_to_its_grave(product, number):
    until(lambda: len(product.cluster()) == 3, 15, "a full cluster")
    guard, victim = product.child("worker"), product.at_work()[number]
    product.kill(victim)
    product.assert_gone([guard])
    product.assert_completes(product.scan(f"job-{next(names)}"))


def test_a_worker_that_is_told_to_end_is_replaced_and_the_others_go_on(product, job):
    product.wait_for_stage(job, "read")
    product.cluster()[0].terminate()
    product.assert_completes(job)


def test_the_guard_of_the_cluster_takes_its_workers_with_it(product, job):
    product.wait_for_stage(job, "read")
    cluster = product.at_work()
    product.kill(product.child("worker"))
    product.assert_gone(cluster)
    product.assert_completes(job)


def test_the_web_process_comes_back_and_the_scan_does_not_notice(product, job):
    product.wait_for_stage(job, "read")
    product.kill(product.child("web"))
    until(lambda: not product.answers(), 5, "the end of the web process")
    until(product.answers, 10, "its return")
    product.assert_completes(job)


def test_a_killed_supervisor_leaves_nothing_behind_and_the_next_start_goes_on(product, job):
    product.wait_for_stage(job, "read")
    family = product.family()
    assert len(family) == 6
    product.supervisor.kill()
    product.supervisor.wait()
    product.assert_gone(family)
    product.start()
    product.assert_completes(job)
