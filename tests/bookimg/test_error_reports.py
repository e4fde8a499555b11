"""Errors are reported to a server that speaks Sentry's protocol, without anything about people."""

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.services.product import ROOT, begin_with

pytestmark = pytest.mark.services

SCRIPT = """
import asyncio, httpx, sentry_sdk
from bookimg.asgi import application
from bookimg import urls
from django.urls import path

def fail(request, secret):
    address = "olive@example.org"
    raise RuntimeError("the shelf broke")

urls.urlpatterns.insert(0, path("feeds/<str:secret>/x", fail))

async def call():
    secrets = {"Authorization": "Bearer tok-of-olive", "Cookie": "sessionid=cookie-of-olive"}
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=secrets) as client:
        await client.get("/feeds/secret-of-olive/x?q=query-of-olive")

asyncio.run(call())
sentry_sdk.flush(10)
"""


@pytest.fixture
def reports():
    """A server and what it received."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body).decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, received
    server.shutdown()
    server.server_close()


def test_an_error_is_reported_without_anything_about_people(reports, tmp_path, migrated):
    begin_with(migrated, tmp_path)
    port, received = reports
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "bookimg.settings", "DATA_DIR": str(tmp_path), "SENTRY_DSN": f"http://key@127.0.0.1:{port}/1",
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    report = "".join(received)
    [event] = [json.loads(line) for line in report.splitlines() if '"exception"' in line]
    assert event["exception"]["values"][-1]["value"] == "the shelf broke"
    assert event["request"] == {"method": "GET", "url": "http://localhost/feeds/…/x"}
    assert "of-olive" not in report and "olive@example.org" not in report


def test_an_address_that_is_none_is_named(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bookimg.settings",
        "DATA_DIR": str(tmp_path),
        "SENTRY_DSN": "nonsense",
    }
    command = [sys.executable, "-c", "from django.conf import settings; settings.DEBUG"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert "SENTRY_DSN must be the address of a project" in done.stderr
