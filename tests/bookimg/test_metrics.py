"""What Prometheus is told, and who may ask."""

import os
import subprocess
import sys

import httpx
from django.test import Client

from catalogs.retrying_transport import RetryingTransport
from scanning import pipeline
from scanning.models import Purchase
from tests.factories import UserFactory, make_scan
from tests.work import FAKES, work_off


def test_requests_scans_and_the_queue_are_counted(client, owner):
    make_scan(owner, complete=True)
    client.get("/healthz")
    page = client.get("/metrics").content.decode()
    assert 'bookimg_requests_total{method="GET",route="none",status="200"}' in page
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


def number_of(client, series: str) -> float:
    """The value of a series, 0 if it does not exist yet: other tests of this process count too."""
    lines = client.get("/metrics").content.decode().splitlines()
    return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(series + " ")), 0.0)


def test_requests_are_measured_by_route_and_not_by_address(client, db):
    series = 'bookimg_request_seconds_count{route="accounts/login/"}'
    before = number_of(client, series)
    client.get("/accounts/login/?next=/a")
    client.get("/accounts/login/?next=/b")
    assert number_of(client, series) == before + 2


def test_attempts_at_work_are_measured_by_stage_and_how_they_ended(client, transactional_db, settings):
    for name, value in FAKES.items():
        setattr(settings, name, value)
    series = 'bookimg_work_seconds_count{stage="read",state="done",work="scan"}'
    before = number_of(client, series)
    pipeline.start(make_scan(UserFactory()))
    assert number_of(client, 'bookimg_oldest_work_seconds{work="scan"}') > 0
    work_off()
    assert number_of(client, series) == before + 1
    assert number_of(client, 'bookimg_oldest_work_seconds{work="scan"}') == 0


def test_calls_of_a_catalogue_are_measured_by_result(client, db):
    answers = iter([httpx.Response(503), httpx.Response(200, json={})])
    transport = RetryingTransport(httpx.MockTransport(lambda request: next(answers)), sleep=lambda seconds: None)
    series = 'bookimg_call_seconds_count{{result="{}",service="catalogue.example"}}'
    before = [number_of(client, series.format(result)) for result in ("failed", "200")]
    httpx.Client(transport=transport).get("https://catalogue.example/")
    assert [number_of(client, series.format(result)) for result in ("failed", "200")] == [count + 1 for count in before]


def test_what_a_killed_process_measured_still_counts(client, db):
    code = "import django; django.setup(); import logging; logging.getLogger('x').info('x', extra={}); import os; os._exit(9)"
    fields = {"service": "of a killed process", "result": "ok", "usd": 0.5, "duration_ms": 5}
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bookimg.settings"}
    before = number_of(client, 'bookimg_call_usd_total{service="of a killed process"}')
    subprocess.run([sys.executable, "-c", code.replace("{}", repr(fields))], env=environment)
    assert number_of(client, 'bookimg_call_usd_total{service="of a killed process"}') == before + 0.5
