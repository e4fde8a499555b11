"""Work that waits for servers of strangers: whose turn it is."""

from concurrent.futures import Future

import pytest

from accounts.models import Delivery
from jobs.outgoing import OUTGOING_KINDS, OutgoingWork
from jobs.runner import WORK_KINDS, sweep_work
from library.copies.isbn_entry import add_isbns
from tests.factories import DeliveryFactory, UserFactory, WebhookFactory
from tests.work import queued

pytestmark = pytest.mark.django_db


class HeldPool:
    """Threads that begin what they are given and never finish it."""

    def __init__(self):
        self.begun = []

    def submit(self, function, work, pk) -> Future:
        self.begun.append(pk)
        return Future()


@pytest.fixture
def outgoing():
    return OutgoingWork(HeldPool())


def messages(person, number: int) -> list[int]:
    hook = WebhookFactory(user=person)
    return [DeliveryFactory(webhook=hook).pk for _ in range(number)]


def test_it_is_not_the_work_of_those_who_read_photos(owner):
    messages(owner, 2)
    assert sweep_work() == 0 and queued() == []
    assert not set(WORK_KINDS) & {kind.work.name for kind in OUTGOING_KINDS}


def test_a_person_has_one_message_in_progress_and_does_not_hold_up_others(owner, stranger, outgoing):
    first, *_ = messages(owner, 30)
    (other,) = messages(stranger, 1)
    outgoing.begin_due()
    outgoing.begin_due()
    assert outgoing.pool.begun == [first, other]


def test_the_next_message_begins_when_the_one_before_is_done(owner, outgoing):
    first, second = messages(owner, 2)
    outgoing.begin_due()
    Delivery.objects.filter(pk=first).update(state="delivered")
    next(iter(outgoing.busy)).set_result(None)
    outgoing.wait_for_change()
    outgoing.begin_due()
    assert outgoing.pool.begun == [first, second]


def test_no_more_is_begun_than_there_are_threads(outgoing, django_assert_num_queries):
    most = OUTGOING_KINDS[0].threads
    for _ in range(most + 4):
        messages(UserFactory(), 2)
    with django_assert_num_queries(len(OUTGOING_KINDS)):
        outgoing.begin_due()
    outgoing.begin_due()
    assert len(outgoing.pool.begun) == most


def test_look_ups_do_not_wait_for_messages_that_nobody_receives(outgoing, owner):
    for _ in range(OUTGOING_KINDS[0].threads):
        messages(UserFactory(), 1)
    outgoing.begin_due()
    add_isbns(owner, ["9780441172719"])
    outgoing.begin_due()
    assert outgoing.pool.begun[-1] == owner.pk
