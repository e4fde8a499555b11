"""The image and the composition of it: everything that runs is in it, every name that is set is a setting, its health is told."""

import http.server
import re
import threading
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from bookimg import container_healthcheck
from tests.bookimg.test_settings import settings_read

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
READ_BY_BOTO3 = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def test_the_image_holds_every_room_of_the_product_and_the_build_is_sent_them():
    copied = set(re.findall(r"^COPY (\S+) \S+$", DOCKERFILE, re.MULTILINE))
    rooms = {name for name in settings.INSTALLED_APPS if "." not in name and (ROOT / name).is_dir()}
    assert rooms | {"static", "templates", "manage.py"} == copied
    sent = set(re.findall("^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert copied | {"requirements.txt", "requirements-model.txt", "requirements-tracing.txt"} == sent


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-tracing"])
def test_every_package_is_pinned_and_none_comes_from_a_place_of_its_own(name):
    named = re.findall(r"^(\w[\w-]+)", (ROOT / f"{name}.in").read_text(), re.MULTILINE)
    compiled = re.sub(r"^ *#.*\n", "", (ROOT / f"{name}.txt").read_text(), flags=re.MULTILINE)
    pinned = re.findall(r"^([a-z0-9-]+)(?:\[[a-z0-9,]+\])?==[\w.]+(?: ;.*)?$", compiled, re.MULTILINE)
    assert len(pinned) == len(compiled.splitlines()), "a line that is no pin"
    assert {package.lower().replace("_", "-") for package in named} <= set(pinned), "make lock"


def test_it_runs_as_nobody_and_tells_its_health():
    assert re.search(r"^USER [1-9]\d+$", DOCKERFILE, re.MULTILINE) and "HEALTHCHECK" in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE, "the model is taken by its hash"


def test_what_the_composition_sets_are_settings():
    told = set(COMPOSE["x-bookimg"]["environment"])
    assert told <= set(settings_read()) | READ_BY_BOTO3


def test_every_service_that_is_waited_for_says_when_it_is_ready():
    services = COMPOSE["services"]
    assert {"web", "worker", "postgres", "redis", "minio"} <= set(services)
    for service in services.values():
        for other, condition in service.get("depends_on", {}).items():
            if condition["condition"] == "service_healthy":
                assert "test" in services[other]["healthcheck"]


def test_no_key_is_written_down():
    said = (ROOT / "compose.yaml").read_text()
    keys = re.findall(r"(?:PASSWORD|SECRET_KEY|SECRET_ACCESS_KEY): (\S+)", said)
    assert keys and all(re.fullmatch(r"\$\{\w+:\?\}", key) for key in keys)
    asked = set(re.findall(r"\$\{(\w+)", said)) - {"PORT"}
    assert asked == set(re.findall(r"^#?(\w+)=", (ROOT / ".env.compose.example").read_text(), re.MULTILINE))


def test_pages_are_asked_and_workers_are_not():
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    web, address = b"python\0manage.py\0web\0--host\0000.0.0.0\0", f"http://127.0.0.1:{server.server_port}/"
    assert container_healthcheck.check_health(web, address) == 0
    server.shutdown()
    server.server_close()
    assert container_healthcheck.check_health(web, address) == 1
    assert container_healthcheck.check_health(b"python\0manage.py\0worker\0", address) == 0
