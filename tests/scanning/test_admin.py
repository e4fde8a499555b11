import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from scanning import events, pipeline
from scanning.models import Scan
from tests.factories import make_candidate, make_record, make_scan
from tests.work import queued

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(owner):
    scan = make_scan(owner, status=Scan.Status.FAILED, error="The reader is busy.", attempts=3)
    events.report_progress(scan, "read", 1, 4, "Read 1 of 4 parts")
    make_candidate(scan, make_record("Walden"))
    return scan


def test_a_scan_shows_its_errors_events_and_books(admin_client, failed):
    page = admin_client.get(reverse("admin:scanning_scan_change", args=[failed.pk])).content.decode()
    for text in ("The reader is busy.", "Read 1 of 4 parts", "Walden", "What is read again", '<td class="field-stage">'):
        assert text in page


@pytest.mark.parametrize("model", ["scan", "candidate", "scanevent"])
def test_the_lists_open_and_can_be_searched(admin_client, failed, model):
    page = admin_client.get(reverse(f"admin:scanning_{model}_changelist"), {"q": failed.job_id})
    assert page.status_code == 200
    assert page.context["cl"].result_count == 1


def test_a_failed_scan_is_tried_again_from_the_list(admin_client, failed, django_capture_on_commit_callbacks):
    action = {"action": "retry", "_selected_action": [failed.pk]}
    with django_capture_on_commit_callbacks(execute=True):
        page = admin_client.post(reverse("admin:scanning_scan_changelist"), action, follow=True)
    assert "1 queued again." in page.content.decode()
    failed.refresh_from_db()
    assert failed.status == Scan.Status.QUEUED
    assert queued() == ["scan read"]


def test_deleting_a_scan_deletes_its_files(admin_client, failed, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(reverse("admin:scanning_scan_delete", args=[failed.pk]), {"post": "yes"})
    assert not Scan.objects.exists()
    assert not default_storage.exists(failed.photo)


def test_the_tasks_of_the_queue_are_visible(admin_client):
    for model in ("schedule", "success", "failure", "ormq"):
        assert admin_client.get(reverse(f"admin:django_q_{model}_changelist")).status_code == 200


def test_nobody_else_gets_in(owner_client, failed):
    assert owner_client.get(reverse("admin:scanning_scan_changelist")).status_code == 302


def test_a_running_scan_is_stopped_from_the_list(admin_client, owner):
    scan = make_scan(owner)
    action = {"action": "cancel", "_selected_action": [scan.pk]}
    admin_client.post(reverse("admin:scanning_scan_changelist"), action)
    scan.refresh_from_db()
    assert (scan.status, scan.error) == (Scan.Status.CANCELLED, pipeline.CANCELLED)
