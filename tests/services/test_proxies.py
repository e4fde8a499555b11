"""The blocks for nginx and Caddy in the docs, run by the real programs in front of the real product."""

import html
import re
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from PIL import Image
from websockets.sync.client import connect

from tests.requirements import caddy, nginx
from tests.services.product import ROOT, Product, until

pytestmark = pytest.mark.services
CLIENT = "127.0.0.2"  # another address of this machine, so that it can be told from the proxy's
FORGED = {"X-Forwarded-For": "203.0.113.9", "X-Real-Ip": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
BLOCKS = re.findall(r"```\n((?:location|(?:books\.)?example\.org) .+?)```", (ROOT / "docs/running.md").read_text(), re.DOTALL)
NGINX = """
daemon off; master_process off; pid {place}/nginx.pid; error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/f;
    uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
    map $http_upgrade $connection_upgrade {{ default upgrade; "" close; }}
    server {{ listen 127.0.0.1:{port}; {block} }}
}}
"""
CADDY = "{{\n admin off\n}}\n{block}"
SEED = """
import django; django.setup()
from accounts import tokens
from tests.factories import UserFactory
user = UserFactory(username="olive")
user.set_password("shelf-of-olive"); user.save()
print(tokens.make_api_token(user, "scanner", ["write"])[1])
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory, migrated):
    product = Product(tmp_path_factory.mktemp("product"), migrated).start()
    yield product
    product.stop()


@pytest.fixture(scope="module")
def token(product) -> str:
    seed = [sys.executable, "-c", SEED]
    done = subprocess.run(seed, cwd=ROOT, env=product.environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def command_of_nginx(place: Path, port: int, upstream: int, path: str = "") -> list[str]:
    (block,) = [block for block in BLOCKS if block.startswith("location")]
    if path:  # as the docs say
        block = block.replace("location /", f"location {path}/").replace(":8000;", ":8000/;")
    (place / "conf").write_text(NGINX.format(place=place, port=port, block=block.replace(":8000", f":{upstream}")))
    return [nginx(), "-e", "stderr", "-p", str(place), "-c", str(place / "conf")]


def command_of_caddy(place: Path, port: int, upstream: int, path: str = "") -> list[str]:
    site = "example.org" if path else "books.example.org"
    (block,) = [block for block in BLOCKS if block.startswith(f"{site} ")]
    block = block.replace(site, f"http://127.0.0.1:{port}").replace(":8000", f":{upstream}")
    (place / "Caddyfile").write_text(CADDY.format(block=block))
    return [caddy(), "run", "--config", str(place / "Caddyfile"), "--adapter", "caddyfile"]


@contextmanager
def running(command, place: Path, upstream: int, *more):
    """The port of the proxy."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (place / "log").open("w") as log:
        home = {"HOME": str(place), "PATH": "/usr/bin:/bin"}
        process = subprocess.Popen(command(place, port, upstream, *more), stdout=log, stderr=log, env=home)
    try:
        until(lambda: is_open(port), 20, "the proxy")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


PROXIES = [
    pytest.param(command_of_nginx, id="nginx", marks=pytest.mark.needs("nginx")),
    pytest.param(command_of_caddy, id="caddy", marks=pytest.mark.needs("caddy")),
]


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request, product, tmp_path_factory):
    with running(request.param, tmp_path_factory.mktemp("proxy"), product.port) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def client(proxy):
    with httpx.Client(base_url=proxy, timeout=60, transport=httpx.HTTPTransport(local_address=CLIENT), headers=FORGED) as client:
        yield client


def signed_in(client: httpx.Client) -> str:
    """The cookies of a browser that has signed in."""
    client.get("/accounts/login/")
    form = {"login": "olive", "password": "shelf-of-olive", "csrfmiddlewaretoken": client.cookies["csrftoken"]}
    assert client.post("/accounts/login/", data=form, headers={"Referer": f"{client.base_url}/"}).status_code == 302
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def test_the_address_of_a_client_is_its_own_whatever_it_claims(product, token, client):
    signed_in(client)
    assert set(product.ask("SELECT ip FROM usersessions_usersession")) == {(CLIENT,)}


def test_a_stranger_who_guesses_locks_nobody_else_out(token, client, proxy):
    with httpx.Client(base_url=proxy, transport=httpx.HTTPTransport(local_address="127.0.0.3"), timeout=60) as stranger:
        codes = []
        for number in range(25):
            values = {"username": "olive", "password": "guess"}
            forged = {"X-Forwarded-For": f"203.0.113.{number}"}
            codes.append(stranger.post("/api/v1/auth/token", json=values, headers=forged).json()["code"])
    assert codes[-1] == "too-many-attempts", "another claim is not another address"
    signed_in(client)


def test_a_websocket_passes_for_pages_of_the_site_alone(token, client, proxy):
    cookie = signed_in(client)
    address = f"{proxy.replace('http', 'ws')}/ws/scans/"
    with connect(address, origin=proxy, additional_headers={"Cookie": cookie}) as page:
        page.send('{"action": "ping"}')
        assert "pong" in page.recv(10)
    with pytest.raises(Exception, match="403"):
        connect(address, origin="http://127.0.0.1:1", additional_headers={"Cookie": cookie})


def test_a_photo_of_25_megabytes_passes(token, client, tmp_path):
    noise = Image.effect_noise((2900, 2950), 90)
    Image.merge("RGB", [noise, noise.rotate(90).resize(noise.size), noise.rotate(180)]).save(tmp_path / "a.png")
    size = (tmp_path / "a.png").stat().st_size
    assert 23_500_000 < size < 25 * 1024 * 1024
    with (tmp_path / "a.png").open("rb") as photo:
        response = client.post("/api/v1/scans", files={"photo": photo}, headers={"Authorization": f"Bearer {token}"})
    assert response.status_code in (202, 409), response.text  # the second proxy brings the same photo


def test_a_body_that_is_too_large_is_refused(client):
    response = client.post("/accounts/login/", content=b"a" * 2_000_000)
    assert (response.status_code, response.text) == (413, "Without signing in, a request may have at most 64 kB.")


def test_the_metrics_are_closed(product, client):
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    assert httpx.get(f"http://127.0.0.1:{product.port}/metrics").status_code == 200


# ── Under a path of another site ────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def product_under_a_path(tmp_path_factory, migrated):
    product = Product(tmp_path_factory.mktemp("below"), migrated)
    product.environment["PUBLIC_URL"] = "http://127.0.0.1/books"
    yield product.start()
    product.stop()


@pytest.fixture(params=PROXIES)
def below(request, product_under_a_path, tmp_path):
    product, name = product_under_a_path, f"olive-{tmp_path.name}"
    seed = [sys.executable, "-c", SEED.replace('"olive"', f'"{name}"')]
    done = subprocess.run(seed, cwd=ROOT, env=product.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with running(request.param, tmp_path, product.port, "/books") as port:
        headers = {"Authorization": f"Bearer {done.stdout.split()[-1]}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/books/", timeout=60) as client:
            yield client, headers, name


def links_of(response: httpx.Response) -> set[str]:
    """The addresses of this site in a page, as a browser would request them."""
    found = re.findall(r'(?:href|src|action|data-[a-z-]+)="(/[^"#]*)', response.text)
    return {html.unescape(link) for link in found}


def test_every_link_of_every_page_stays_below_the_path(below):
    client, _, name = below
    page = client.get("accounts/login/")
    form = {"login": name, "password": "shelf-of-olive", "csrfmiddlewaretoken": client.cookies["csrftoken"]}
    answer = client.post("accounts/login/", data=form, headers={"Referer": str(page.url)})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/books/")
    assert {cookie.path for cookie in client.cookies.jar if cookie.name in ("sessionid", "csrftoken")} == {"/books/"}

    waiting, seen, wrong = ["/books/"], set(), []
    while waiting and len(seen) < 150:
        link = waiting.pop(0)
        seen.add(link)
        response = client.get(f"http://127.0.0.1:{client.base_url.port}{link}", follow_redirects=True)
        if not link.startswith("/books/") or response.status_code not in (200, 405):
            wrong.append((link, response.status_code))
        if "logout" not in link and "text/html" in response.headers.get("Content-Type", ""):
            waiting += sorted(links_of(response) - seen - set(waiting))
    assert not wrong
    assert len(seen) > 60 and any("/static/" in link for link in seen)


def test_programs_and_sockets_find_their_way_below_the_path(below):
    client, headers, _ = below
    answer = client.post("api/v1/shelves", json={"name": "Attic"}, headers=headers)
    assert answer.headers["Location"].startswith("/books/api/v1/shelves/")
    assert client.get(f"http://127.0.0.1:{client.base_url.port}{answer.headers['Location']}", headers=headers).status_code == 200
    assert client.get("api/v1/nothing", headers=headers).json()["code"] == "no-such-call"
    address = f"ws://127.0.0.1:{client.base_url.port}/books/ws/scans/"
    with connect(address, additional_headers=headers) as page:
        page.send('{"action": "ping"}')
        assert "pong" in page.recv(10)
