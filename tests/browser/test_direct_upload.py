"""Photos from the browser straight into the bucket, on Amazon's services as `make aws-local` plays them."""

import json
import os
import re
import socket
import subprocess
import sys
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, SECONDS, Visitor
from tests.services.product import ROOT, until

pytestmark = [pytest.mark.browser, pytest.mark.services]
SLOWLY = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 60_000}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def on_amazon(tmp_path_factory):
    """Its address, and the file of what it prints."""
    port, log = free_port(), tmp_path_factory.mktemp("amazon") / "log"
    fakes = {"OCR": "tests.fakes.Reader", "PROPOSER": "tests.fakes.Proposer", "CATALOGS": "tests.fakes.Catalog", "DEMO": "0"}
    with log.open("w") as said:
        command = [sys.executable, "-m", "tests.cloud.local", "--port", str(port)]
        running = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **fakes}, stdout=said, stderr=said)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(f"{address}/healthz"), 150, "the first page")
        yield address, log
    finally:
        running.terminate()
        assert running.wait(150) == 0  # a scan that is under way is finished first


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture
def visitor(browser, on_amazon):
    visitor = Visitor(browser, on_amazon[0], PHONE)
    yield visitor
    visitor.context.close()


def sent(page) -> list[str]:
    """What leaves the page, in its order: the word to the websocket, and each request that sends something."""
    order = []

    def said(text):
        order.append(f"ws {json.loads(text)['action']}")

    page.on("websocket", lambda socket: socket.on("framesent", said))
    page.on("request", lambda request: request.method != "GET" and order.append(f"{request.method} {kind_of(request.url)}"))
    return order


def kind_of(url: str) -> str:
    return "bucket" if "/bookimg-uploads/uploads/" in url else re.sub("^https?://[^/]+", "", url)


def test_a_photo_goes_past_the_site_with_its_progress_and_its_scan_is_followed(visitor, on_amazon, photo):
    page = visitor.sign_up("olive")
    page.goto("/scans/new/")
    order, shown = sent(page), page.locator(".upload-status")
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", SLOWLY)
    page.get_by_label("Choose photos").set_input_files(photo)
    expect(shown).to_have_text(re.compile(r"Uploading… \d+ %"), timeout=SECONDS * 1000)
    tools.send("Network.emulateNetworkConditions", SLOWLY | {"uploadThroughput": -1})
    page.wait_for_url(re.compile(r"/scans/job-\d+-[a-z0-9]{9}/$"), timeout=SECONDS * 1000)
    page.wait_for_selector('#status[data-active="no"]', state="attached", timeout=SECONDS * 1000)
    assert [step for step in order if step.startswith(("PUT", "POST"))] == [
        "POST /api/v1/uploads",
        "PUT bucket",
        "POST /scans/new/",
    ]
    assert order.index("ws subscribe") < order.index("PUT bucket")
    assert visitor.complaints == []
    told = f"SNS told: {page.url.rstrip('/').rsplit('/', 1)[1]} complete"
    until(lambda: told in on_amazon[1].read_text(), SECONDS, "the message of the topic")


def test_after_a_lost_line_it_is_sent_again_and_what_had_arrived_is_not(visitor, photo):
    page = visitor.sign_up("rosa")
    page.goto("/scans/new/")
    order = sent(page)
    page.route("**/bookimg-uploads/uploads/**", lambda route: route.abort("internetdisconnected"), times=1)
    page.get_by_label("Choose photos").set_input_files(photo)
    again = page.get_by_role("button", name="Try again")
    expect(page.locator(".upload-status")).to_contain_text("There is no connection. The photo is still", timeout=SECONDS * 1000)

    def lose_the_word_after_the_photo(route):
        if "PUT bucket" in order[1:] and order.count("POST /scans/new/") == 2:
            return route.abort("internetdisconnected")
        return route.continue_()

    page.route("**/scans/new/", lose_the_word_after_the_photo)
    again.tap()  # asks first, is told that nothing came, and sends: the photo arrives, the word about it does not
    expect(page.locator(".upload-status")).to_contain_text("There is no connection", timeout=SECONDS * 1000)
    expect(again).to_be_visible()
    again.tap()
    page.wait_for_url(re.compile(r"/scans/job-\d+-[a-z0-9]{9}/$"), timeout=SECONDS * 1000)
    assert order.count("PUT bucket") == 2, "the one that was lost, and the one that arrived"


def test_what_is_no_photo_is_told_beside_its_name_and_the_others_go_on(visitor, photo, tmp_path):
    fake = tmp_path / "poem.jpg"
    fake.write_text("no photo at all")
    page = visitor.sign_up("nora")
    page.goto("/scans/new/")
    page.get_by_label("Choose photos").set_input_files([fake, photo])
    rows = page.locator(".upload-row")
    expect(rows.nth(0)).to_have_attribute("data-state", "refused", timeout=SECONDS * 1000)
    expect(rows.nth(0)).to_contain_text("not a photo that can be opened")
    expect(rows.nth(1)).to_have_attribute("data-state", "taken", timeout=SECONDS * 1000)
    expect(rows.nth(1)).to_contain_text("found.", timeout=SECONDS * 1000)  # followed here, while the page stays
