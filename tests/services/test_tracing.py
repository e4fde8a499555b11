"""Traces from a click to its last event, as a server that receives OpenTelemetry's protocol sees them."""

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from PIL import Image

from tests.services.product import ROOT, Product, until

pytestmark = pytest.mark.services
SEED = """
import django; django.setup()
from accounts import tokens
from accounts.models import Webhook
from tests.factories import UserFactory
user = UserFactory(username="olive")
Webhook.objects.create(user=user, url="{address}/hook", events=["scan.completed"], secret="whsec_AAAA")
print(tokens.make_api_token(user, "scanner", ["write"])[1])
"""
ANSWER = {"spines": [{"lines": [0], "title": "Middlemarch", "author": "George Eliot", "confidence": 0.9}]}
SECRETS = ("Middlemarch", "olive", "whsec", "Bearer", "shelf-of-olive.jpg")


class Outside(BaseHTTPRequestHandler):
    """A collector, a model and the server of a webhook."""

    spans: list
    raw: list

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = b"{}"
        if self.path == "/v1/traces":
            body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            self.raw.append(body)
            for group in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.spans += [span for scope in group.scope_spans for span in scope.spans]
            answer = b""
        elif self.path == "/chat/completions":
            message = {"role": "assistant", "content": json.dumps(ANSWER)}
            answer = json.dumps(
                {"choices": [{"message": message}], "usage": {"prompt_tokens": 321, "completion_tokens": 45}}
            ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


@pytest.fixture
def outside():
    handler = type("Handler", (Outside,), {"spans": [], "raw": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()


def values(span) -> dict:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in span.attributes}


def test_one_click_is_one_trace_to_its_last_event_and_webhook(outside, tmp_path, migrated):
    address, seen = outside
    product = Product(tmp_path, migrated)
    product.environment |= {
        "OTEL_EXPORTER_OTLP_ENDPOINT": address,
        "PROPOSER": "openai",
        "PROPOSER_URL": address,
        "PROPOSER_MODEL": "gemma",
        "WEBHOOKS_PRIVATE": "1",
        "WEBHOOK_PORTS": address.rpartition(":")[2],
    }
    product.start()
    try:
        seed = [sys.executable, "-c", SEED.format(address=address)]
        done = subprocess.run(seed, cwd=ROOT, env=product.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        Image.new("RGB", (900, 700), "ivory").save(tmp_path / "shelf-of-olive.jpg")
        headers = {"Authorization": f"Bearer {done.stdout.split()[-1]}"}
        with (tmp_path / "shelf-of-olive.jpg").open("rb") as photo:
            api = f"http://127.0.0.1:{product.port}/api/v1/scans"
            assert httpx.post(api, files={"photo": photo}, headers=headers, timeout=60).status_code == 202
        until(lambda: any(span.name == "webhook" for span in seen.spans), 60, "the span of the webhook")
    finally:
        product.stop()

    [click] = [span for span in seen.spans if span.name == "POST api/v1/scans"]
    trace = {span.span_id: span for span in seen.spans if span.trace_id == click.trace_id}
    names = {span.name for span in trace.values()}
    assert {"scan read", "scan propose", "scan validate", "scan finish", "webhook", "openai"} <= names
    assert all(span.parent_span_id in trace for span in trace.values() if span != click)
    [model] = [span for span in trace.values() if span.name == "openai"]
    assert trace[model.parent_span_id].name == "scan propose"
    about = values(model)
    assert (about["gen_ai.usage.input_tokens"], about["gen_ai.usage.output_tokens"], about["bookimg.usd"]) == (321, 45, 0)
    events = [event.name for span in trace.values() for event in span.events]
    assert events.count("processingComplete") == 1
    assert values(click)["http.response.status_code"] == 202
    assert not any(secret.encode() in body for body in seen.raw for secret in SECRETS)


def test_a_collector_that_is_not_there_disturbs_nothing(tmp_path, migrated):
    product = Product(tmp_path, migrated)
    product.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9"
    product.start()
    try:
        product.assert_completes(product.scan("job-1"))
    finally:
        product.stop()


@pytest.mark.parametrize(("address", "loaded"), [("", False), ("http://127.0.0.1:9", True)])
def test_nothing_is_loaded_unless_traces_are_wanted(address, loaded, tmp_path):
    script = "import sys, django; django.setup(); print(any(name.startswith('opentelemetry') for name in sys.modules))"
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "OTEL_EXPORTER_OTLP_ENDPOINT": address}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == str(loaded)
