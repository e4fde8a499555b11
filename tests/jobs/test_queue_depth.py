"""What waits in the background, whoever carries it."""

import pytest
from django.test import Client
from django.urls import reverse
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.tasks import async_task

from jobs import queue_depth

pytestmark = pytest.mark.django_db


class Away(ORM):
    """Answers for the first queue alone."""

    def queue_size(self):
        if self.list_key != "bookimg":
            raise ConnectionError("no queue")
        return super().queue_size()

    def lock_size(self):
        """As Redis, which keeps no count of what is taken."""
        return


@pytest.fixture
def overview(django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("root", "root@example.org", "root-of-all"))
    return lambda: " ".join(client.get(reverse("admin:index")).content.decode().split())


@pytest.fixture
def queues(settings):
    settings.QUEUES = {"": "bookimg", "read": "bookimg-read", "validate": "bookimg-validate"}


def test_every_queue_is_counted(queues, overview):
    for queue in (None, None, "bookimg-read"):
        async_task("anything", cluster=queue)
    assert queue_depth.queue_depths() == {"bookimg": 2, "bookimg-read": 1, "bookimg-validate": 0}
    assert "<strong>3</strong>tasks waiting" in overview()


def test_a_queue_that_does_not_answer_has_no_number(queues, overview, monkeypatch):
    monkeypatch.setattr(Conf, "BROKER_CLASS", f"{__name__}.Away")
    OrmQ.objects.all().delete()
    assert queue_depth.queue_depths() == {"bookimg": 0, "bookimg-read": None, "bookimg-validate": None}
    assert "The queue is not responding" in overview()


def test_where_the_queue_is_elsewhere_there_is_no_list_of_it_here(settings, overview):
    assert reverse("admin:django_q_ormq_changelist") in overview().split("tasks waiting")[0]
    settings.BROKER = "sqs"
    tile = overview().split("tasks waiting")[0].rpartition("overview-tile")[2]
    assert "ormq" not in tile
