"""What Prometheus is told, and who may ask."""

from django.test import Client

from scanning.models import Purchase
from tests.factories import make_scan


def test_requests_scans_and_the_queue_are_counted(client, owner):
    make_scan(owner, complete=True)
    client.get("/healthz")
    page = client.get("/metrics").content.decode()
    assert 'bookimg_requests_total{method="GET",status="200"}' in page
    assert 'bookimg_scans{status="complete"} 1.0' in page
    assert 'bookimg_tasks_waiting{queue="bookimg"} 0.0' in page and 'bookimg_queue_up{queue="bookimg"} 1.0' in page


def test_what_photos_have_cost_is_told(client, owner):
    for usd in (0.0015, 0.0015):
        Purchase.objects.create(user=owner, service="textract", usd=usd)
    Purchase.objects.filter(pk=Purchase.objects.first().pk).update(created="2020-01-01T00:00Z")
    page = client.get("/metrics").content.decode()
    assert 'bookimg_spent_usd{service="textract"} 0.003' in page
    assert 'bookimg_spent_usd_this_month{service="textract"} 0.0015' in page


def test_they_are_for_this_machine_or_for_who_has_the_token(client, settings, db):
    assert client.get("/metrics", REMOTE_ADDR="93.184.216.34").status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "93.184.216.34"}).status_code == 403
    settings.METRICS_TOKEN = "a-long-secret"
    assert client.get("/metrics").status_code == 403
    prometheus = Client(headers={"Authorization": "Bearer a-long-secret"})
    assert prometheus.get("/metrics", REMOTE_ADDR="93.184.216.34").status_code == 200
