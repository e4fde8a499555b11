"""The alerts and the dashboard ask for metrics that exist, and Prometheus understands them."""

import json
import re
import shutil
import subprocess

import pytest
from prometheus_client import Counter, Histogram
from prometheus_client.parser import text_string_to_metric_families

from bookimg import measurements
from scanning.models import Purchase
from tests.services.product import ROOT

FOLDER = ROOT / "deploy" / "monitoring"
COMMANDS = ["check config --syntax-only prometheus.yml", "check rules alerts.yml", "test rules alerts_test.yml"]


def test_every_metric_in_the_alerts_and_the_dashboard_exists(client, owner):
    Purchase.objects.create(user=owner, service="textract", usd=0.01)
    client.get("/healthz")
    page = client.get("/metrics").content.decode()
    measured = [value for value in vars(measurements).values() if isinstance(value, Counter | Histogram)]
    exported = {family.name for family in text_string_to_metric_families(page)} | {
        metric.describe()[0].name for metric in measured
    }
    text = "".join(path.read_text() for path in FOLDER.iterdir())
    named = {re.sub("_(bucket|count|total)$", "", name) for name in re.findall(r"bookimg_\w+", text)}
    assert len(named) >= 12 and named <= exported


def test_the_dashboard_has_the_fifteen_numbers_of_an_operator():
    panels = json.loads((FOLDER / "grafana-dashboard.json").read_text())["panels"]
    assert len(panels) == 15 and len({panel["id"] for panel in panels}) == 15
    assert all(target["expr"] for panel in panels for target in panel["targets"])


@pytest.mark.services
@pytest.mark.needs("promtool")
@pytest.mark.parametrize(
    "command", ["check config --syntax-only prometheus.yml", "check rules alerts.yml", "test rules alerts_test.yml"]
)
def test_promtool_accepts_the_files(command):
    done = subprocess.run([shutil.which("promtool"), *command.split()], cwd=FOLDER, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
