"""Vectors in the background: one task at a time, nobody has to announce them, and a service that is down is asked less often."""

import pytest

from jobs import runner
from library.models import Embedding, EmbeddingRun
from library.search.embedders import EmbedderError
from tests.factories import make_copy
from tests.work import queued, work_off

pytestmark = pytest.mark.django_db(transaction=True)


class Down:
    name = "down"

    def embed(self, texts):
        raise EmbedderError("The service for vectors does not answer.")


@pytest.fixture(autouse=True)
def embedder(settings):
    settings.EMBEDDER = "hash"


def test_the_sweep_finds_books_without_vectors_and_enqueues_one_task(owner):
    make_copy(owner, "Dune"), make_copy(owner, "Emma")
    runner.sweep_work()
    runner.sweep_work()
    assert queued().count("vectors") == 1
    work_off()
    assert not Embedding.objects.due().exists()
    assert (runner.enqueue_due(runner.WORK_KINDS["vectors"]), EmbeddingRun.objects.get().lease) == (0, "")


def test_a_service_that_is_down_is_asked_again_after_a_pause_and_never_given_up(owner, settings):
    settings.EMBEDDER = f"{__name__}.Down"
    make_copy(owner, "Dune")
    runner.sweep_work()
    run, attempts = EmbeddingRun.objects.get(), []
    for _ in range(5):
        runner.run_work("vectors", run.pk)
        run.refresh_from_db()
        attempts.append(run.attempts)
        EmbeddingRun.objects.update(lease_until=None)
    assert attempts == [1, 2, 3, 0, 1], "after a rest it begins anew"
    settings.EMBEDDER = "hash"
    runner.run_work("vectors", run.pk)
    assert not Embedding.objects.due().exists()
