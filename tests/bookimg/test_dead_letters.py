"""Work that was given up, in the administration: why, what it was about, and once more."""

import pytest
from django.urls import reverse

from accounts.models import Delivery, Webhook
from jobs.dead_letters import count_dead_letters, list_dead_letters, requeue_dead_letters
from scanning.models import Scan
from tests.factories import make_scan
from tests.work import queued
from transfer.models import Import

pytestmark = pytest.mark.django_db
PAGE = "/admin/dead-letters/"


@pytest.fixture
def letters(owner):
    """A scan, a message and an import that failed, and one of each that did not."""
    make_scan(owner, status=Scan.Status.FAILED, error="The photo is stored, but its <reader> is busy.", retryable=True)
    make_scan(owner, status=Scan.Status.FAILED, error="This is not a photo.", retryable=False)
    make_scan(owner, status=Scan.Status.COMPLETE)
    webhook = Webhook.objects.create(user=owner, url="https://example.org/hook")
    for state in (Delivery.State.FAILED, Delivery.State.DELIVERED):
        Delivery.objects.create(webhook=webhook, event="book.added", payload={"id": 7}, state=state, answer="503", attempts=8)
    for name, state in {"failed": Import.State.FAILED, "complete": Import.State.COMPLETE}.items():
        Import.objects.create(
            user=owner, name=f"{name}.csv", key=f"imports/{name}.dat", format="csv", state=state, error="Row 7 …"
        )
    return {letter.key.partition(":")[0]: letter for letter in list_dead_letters()}


def test_there_is_one_of_each_kind_with_its_reason_and_payload(letters, admin_client):
    assert {kind: letter.reason for kind, letter in letters.items()} == {
        "scan": "The photo is stored, but its <reader> is busy.", "webhook": "503", "import": "Row 7 …",
    }  # fmt: skip
    assert '"photo": "uploads/' in letters["scan"].payload and '"name": "failed.csv"' in letters["import"].payload
    page = admin_client.get(PAGE).content.decode()
    for text in ("its &lt;reader&gt; is busy", "Message", "503", "failed.csv", "of olive"):
        assert text in page
    assert "<strong>3</strong>dead letters" in admin_client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize(("chosen", "left"), [(["scan"], 2), (["scan", "webhook", "import"], 0), ([], 3)])
def test_those_chosen_are_queued_again_and_no_others(letters, admin_client, django_capture_on_commit_callbacks, chosen, left):
    with django_capture_on_commit_callbacks(execute=True):
        page = admin_client.post(PAGE, {"work": [letters[kind].key for kind in chosen]}, follow=True)
    assert (f"{len(chosen)} queued again" if chosen else "Nothing was queued again") in page.content.decode()
    assert count_dead_letters() == left
    assert sorted(task.split()[0] for task in queued()) == sorted({*chosen} - {"webhook"}), "messages need no queue"


@pytest.mark.parametrize("key", ["scan:0", "scan:x", "scan:", "nothing:1", "", "scan:" + "9" * 30, "scan:²"])
def test_a_key_of_nothing_queues_nothing(letters, key):
    assert requeue_dead_letters([key]) == 0


def test_what_is_no_longer_given_up_is_left_alone(letters):
    Scan.objects.update(status=Scan.Status.COMPLETE)
    assert requeue_dead_letters([letters["scan"].key]) == 0


def test_only_superusers_see_what_others_were_about(letters, client, owner_client, owner, django_assert_max_num_queries):
    assert client.get(PAGE).status_code == 302
    owner.is_staff = True
    owner.save()
    assert owner_client.get(PAGE).status_code == 403
    owner.is_superuser = True
    owner.save()
    with django_assert_max_num_queries(12):
        assert owner_client.get(PAGE).status_code == 200
