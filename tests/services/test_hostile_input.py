"""A budget for every door: whatever a call, a form or a file brings, the web process goes on answering, and hardly grows.

The doors come from the OpenAPI and from the forms of the pages, so that a new one is tried by itself."""

import gzip
import io
import json
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from django.urls import Resolver404, resolve
from PIL import Image

from tests.api.openapi import CALLS
from tests.services.product import ROOT, Product

pytestmark = [pytest.mark.services, pytest.mark.slow]
MOST_GROWTH = 400_000_000  # bytes above what the process holds with the models of the search loaded
MARKS = "a" + "\u0301" * 150_000
NESTED = b"[" * 100_000
MANY = {"RATE_LIMIT": "900000/m", "RATE_LIMIT_SCANS": "900000/m", "RATE_LIMIT_CHAT": "900000/m"}
SEED = """
import django, json; django.setup()
from accounts import jwts
from tests.api.openapi import CALLS
from tests.api.test_permissions import Things
from tests.factories import UserFactory
user = UserFactory(username="olive")
user.set_password("shelf-of-olive"); user.save()
things = Things(user)
keys = {key: str(getattr(things, key)) for key in {key for call in CALLS for key in call.keys}}
print(json.dumps({"token": jwts.begin_token_family(user)["access"], "keys": keys}))
"""


class Watch(threading.Thread):
    """Asks for /healthz all the time, and notes the largest size of the web process."""

    def __init__(self, product: Product):
        super().__init__(daemon=True)
        self.product, self.process = product, product.child("web")
        self.over, self.slowest, self.unanswered = threading.Event(), 0.0, 0
        self.size_before = self.largest = self.process.memory_info().rss

    def run(self):
        while not self.over.wait(0.1):
            began = time.monotonic()
            try:
                httpx.get(f"http://127.0.0.1:{self.product.port}/healthz", timeout=20)
            except httpx.HTTPError:
                self.unanswered += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.largest = max(self.largest, self.process.memory_info().rss)


@pytest.fixture(scope="module")
def product(tmp_path_factory, migrated):
    product = Product(tmp_path_factory.mktemp("product"), migrated)
    product.environment |= MANY | {"WEBHOOKS_PRIVATE": "1"}
    yield product.start()
    product.stop()


@pytest.fixture(scope="module")
def seeded(product) -> dict:
    seed = [sys.executable, "-c", SEED]
    done = subprocess.run(seed, cwd=ROOT, env=product.environment, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    search = f"http://127.0.0.1:{product.port}/api/v1/search?q=What is Dune about?&answer=1"  # which loads the models
    assert httpx.get(search, headers={"Authorization": f"Bearer {found['token']}"}, timeout=120).status_code == 200
    return found


@pytest.fixture
def watched(product, seeded):
    """The client of a test; at its end, the web process must have been answering throughout, and hardly have grown."""
    watch = Watch(product)
    watch.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{product.port}", timeout=120) as client:
        yield client
    watch.over.set()
    watch.join()
    grown = watch.largest - watch.size_before
    print(f"slowest /healthz {watch.slowest:.2f} s, largest {watch.largest / 1e6:.0f} MB, {grown / 1e6:.0f} more than before")
    assert (watch.unanswered, watch.process.is_running()) == (0, True)
    assert grown < MOST_GROWTH


def refused_with_a_sentence(response) -> bool:
    return 400 <= response.status_code < 500 and 10 < len(response.json()["detail"]) < 3000


# ── Calls with JSON ─────────────────────────────────────────────────────────────────────────────────────────────────
def hostile(value):
    """The same body with combining marks in place of every text."""
    if isinstance(value, dict):
        return {name: hostile(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [hostile(inner) for inner in value]
    return MARKS if isinstance(value, str) else value


def bodies(call):
    yield NESTED
    yield b'{"a":' * 50_000
    yield json.dumps({str(number): number for number in range(200_000)}).encode()
    if call.body() is not None:
        yield json.dumps(hostile(call.body())).encode()


def test_calls_refuse_hostile_json(seeded, watched):
    calls = [call for call in CALLS if "application/json" in call.details.get("requestBody", {}).get("content", {})]
    statuses, accepted = Counter(), []
    for call in calls:
        path = "/api/v1" + call.path.format(**{key: seeded["keys"][key] for key in call.keys})
        headers = {"Authorization": f"Bearer {seeded['token']}", "Content-Type": "application/json"}
        for body in bodies(call):
            response = watched.request(call.method.upper(), path, content=body, headers=headers)
            statuses[response.status_code] += 1
            assert response.status_code < 500, (call.name, body[:40], response.text[:300])
            if not refused_with_a_sentence(response):
                accepted.append((call.name, body[:40], response.status_code))
    print(f"{len(calls)} calls, {statuses.total()} bodies: {dict(statuses)}")
    assert not [item for item in accepted if item[1].startswith((b"[", b'{"a":'))], "deep nesting is refused everywhere"
    assert len(accepted) < len(calls), accepted


def test_calls_take_hostile_parameters(seeded, watched):
    calls = [call for call in CALLS if call.method == "get"]
    statuses = Counter()
    for call in calls:
        path = "/api/v1" + call.path.format(**{key: seeded["keys"][key] for key in call.keys})
        names = [item["name"] for item in call.details.get("parameters", []) if item["in"] == "query"]
        text = MARKS[: 9_000 // max(len(names), 1)]  # six bytes a mark: as much as an address may hold
        response = watched.get(path, params=dict.fromkeys(names, text), headers={"Authorization": f"Bearer {seeded['token']}"})
        statuses[response.status_code] += 1
        assert response.status_code < 500, (call.name, response.text[:300])
    print(f"{len(calls)} calls: {dict(statuses)}")


# ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def picture(mode: str, form: str, **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (8_888, 8_888)).save(out, form, **options)
    return out.getvalue()


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("books.csv", "metadata.db", "export.json"):
            archive.writestr(name, b"0" * 200_000_000)
    return out.getvalue()


def files() -> dict[str, bytes]:
    return {
        "79-megapixels.png": picture("L", "PNG"),
        "79-megapixels-transparent.png": picture("RGBA", "PNG"),
        "progressive.jpg": picture("RGB", "JPEG", progressive=True, subsampling=0, quality=20),
        "nested.json": NESTED,
        "nested-books.json": b'{"books":' + NESTED,
        "bomb.zip": zip_bomb(),
        "bomb.csv.gz": gzip.compress(b"Title,Author\n" * 20_000_000, 1),
        "wide.csv": b"Title," * 1_000_000 + b"\n" + b"a," * 1_000_000,
        "marks.csv": f"Title,Author\n{MARKS},{MARKS}\n".encode(),
        "quote.csv": b'Title,Author\n"' + b"a" * 5_000_000,
        "nothing.csv": b"\0" * 5_000_000,
    }


def test_files_of_every_kind_at_every_call_that_takes_one(seeded, watched):
    calls = [call for call in CALLS if "multipart/form-data" in call.details.get("requestBody", {}).get("content", {})]
    statuses = Counter()
    for name, data in files().items():
        for call in calls:
            schema = call.details["requestBody"]["content"]["multipart/form-data"]["schema"]
            (field,) = [key for key, value in schema["properties"].items() if value.get("format") == "binary"]
            path = "/api/v1" + call.path.format(**{key: seeded["keys"][key] for key in call.keys})
            response = watched.request(
                call.method.upper(), path, files={field: (name, data)}, headers={"Authorization": f"Bearer {seeded['token']}"}
            )
            statuses[f"{call.name} {response.status_code}"] += 1
            assert response.status_code < 500, (call.name, name, response.text[:300])
            assert response.status_code < 300 or refused_with_a_sentence(response), (call.name, name, response.text[:300])
    print(dict(statuses))


# ── Forms of pages ──────────────────────────────────────────────────────────────────────────────────────────────────
class Page(HTMLParser):
    """The links of a page, and its forms that are posted: their address and the names, types and values of their fields."""

    def __init__(self, html: str):
        super().__init__()
        self.links, self.forms, self.inside = [], [], False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form":
            self.inside = given.get("method") == "post"
            if self.inside:
                self.forms.append((given.get("action") or "", []))
        elif tag in ("input", "textarea", "select") and self.inside and given.get("name"):
            self.forms[-1][1].append((given["name"], given.get("type", tag), given.get("value") or ""))

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "form"


TYPED = ("text", "textarea", "input", "search", "url", "email", "password", "number", "date", "select", "tel")


def view_of(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def forms_of_all_pages(client):
    """Follows links, to one page of each kind; yields each form once."""
    waiting, seen, posted = ["/", "/settings/", "/accounts/email/", "/accounts/password/change/"], set(), set()
    while waiting:
        path = waiting.pop()
        view = view_of(path)
        if not path.startswith("/") or not view or view in seen or "logout" in view:
            continue
        seen.add(view)
        page = client.get(path)
        assert page.status_code < 500, (path, page.status_code)
        if "text/html" not in page.headers.get("content-type", ""):
            continue
        found = Page(page.text)
        waiting += [urljoin(path, link) for link in found.links]
        for action, fields in found.forms:
            names = tuple(name for name, _, _ in fields)
            if (view_of(urljoin(path, action)), names) not in posted and any(kind in TYPED for _, kind, _ in fields):
                posted.add((view_of(urljoin(path, action)), names))
                yield urljoin(path, action), fields


def test_forms_refuse_hostile_text(seeded, watched):
    page = Page(watched.get("/accounts/login/").text)
    hidden = {name: value for name, kind, value in page.forms[0][1] if kind == "hidden"}
    signed_in = watched.post("/accounts/login/", data=hidden | {"login": "olive", "password": "shelf-of-olive"})
    assert signed_in.status_code == 302
    statuses = Counter()
    for action, fields in forms_of_all_pages(watched):
        values = {name: MARKS if kind in TYPED else value for name, kind, value in fields}
        for form in (values, values | {f"more-{number}": "a" for number in range(3_000)}):
            response = watched.post(action, data=form, headers={"Referer": str(watched.base_url)})
            statuses[response.status_code] += 1
            assert response.status_code < 500, (action, response.text[:300])
    print(f"{statuses.total()} posts: {dict(statuses)}")
    assert statuses.total() > 40 and statuses[400] >= statuses.total() / 2 - 5, statuses


# ── Half of a request ───────────────────────────────────────────────────────────────────────────────────────────────
HEAD = b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
HALVES = {
    "half a head": (HEAD, b""),
    "half a body": (HEAD + b"Content-Length: 1000\r\n\r\nabc", b"408"),
    "nothing": (b"", b""),
    "an endless head": (HEAD + b"X-A: " + b"a" * 200_000, b"400"),
    "an endless body": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"fffffff\r\n" + b"a" * 200_000, b"413"),
}


def test_half_a_request_ends_after_a_while(product, watched):
    opened = {}
    for name, (sent, _) in HALVES.items():
        opened[name] = socket.create_connection(("127.0.0.1", product.port), timeout=60)
        opened[name].sendall(sent)
    for name, (_, status) in HALVES.items():
        with opened[name] as connection:
            assert connection.recv(1000).partition(b"\r\n")[0].partition(b" ")[2][:3] == status, name
