"""A first evening with the product, seen from the browser: photo, books that appear by themselves, review, library."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import BOOKS, SECONDS

pytestmark = pytest.mark.browser
ACTIVE = '#status[data-active="yes"]'
DONE = '#status[data-active="no"]'
WATCH_ROWS = """() => {
  window.counts = [0];
  window.shares = [];
  setInterval(() => {
    const bar = document.querySelector("[data-progress]");
    if (bar && bar.value !== window.shares.at(-1)) window.shares.push(bar.value);
  }, 50);
  new MutationObserver(() => {
    const count = document.querySelectorAll("#rows > .book").length;
    if (count !== window.counts.at(-1)) window.counts.push(count);
  }).observe(document.body, { childList: true, subtree: true });
}"""
HOLD_FIRST_ANSWER = """
  const ask = window.fetch;
  let answers = 0;
  window.fetch = async (...what) => {
    const answer = await ask(...what);
    if (!String(what[0]).endsWith("/review")) return answer;
    const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    if (++answers > 1) return answer;
    while (!document.querySelector('#status[data-active="no"]')) await wait(0.1);
    window.heldBack = true;
    return answer;
  };
"""


def wait_until_done(page):
    page.wait_for_selector(DONE, state="attached", timeout=SECONDS * 1000)


def hang_up(socket):
    """As some proxies do: the socket opens, and is closed at the first word."""
    socket.on_message(lambda message: socket.close())


def keep_active(route):
    """The page of a scan looks as if it were still at work."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace('data-active="no"', 'data-active="yes"'))


def titles(page, group: str = "") -> list[str]:
    """Of the books on the page of a scan, in their order."""
    rows = f'#rows > .book[data-group="{group}"]' if group else "#rows > .book"
    return page.locator(f"{rows} :is(h2, .title-serif)").all_inner_texts()


def test_from_sign_up_to_the_library_on_a_phone(phone, photo):
    page = phone.sign_up("olive")
    sockets = []  # what each was told: that of the upload page, then that of the scan

    def keep(socket):
        sockets.append([])
        socket.on("framereceived", lambda text, told=sockets[-1]: told.append(json.loads(text)))

    page.on("websocket", keep)
    phone.upload(page, photo)

    # The photo is there at once, long before it is read.
    page.wait_for_function("document.querySelector('.viewer-photo').naturalWidth > 0", timeout=3000)
    assert page.locator(ACTIVE).count() == 1
    assert page.locator("#rows > .book").count() == 0
    page.evaluate(WATCH_ROWS)

    # The books come by themselves: told over the websocket, gapless, without a reload.
    wait_until_done(page)
    expect(page.locator('#rows > .book[data-group="sure"]')).not_to_have_count(0)
    seen = page.evaluate("window.counts")
    assert seen[0] == 0 and seen[-1] >= len(BOOKS) - 1
    shares = page.evaluate("window.shares")
    assert len(shares) > 4 and shares == sorted(shares), "the bar fell"
    expect(page.locator("#spoken")).to_contain_text(re.compile(r"\d+ books to review: \d+ sure"))
    told = [event for event in sockets[-1] if event["type"] != "pong"]
    assert [event["seq"] for event in told] == list(range(told[0]["seq"], told[0]["seq"] + len(told)))
    assert {"progress", "candidate", "processingComplete"} <= {event["type"] for event in told}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the phone"

    # All sure ones with one tap; what nobody knows stays what was read.
    sure = titles(page, "sure")
    assert len(sure) >= 3 and set(sure) <= {title for title, _ in BOOKS}
    page.get_by_role("button", name=f"Add all {len(sure)} marked sure").tap()
    expect(page.locator('#rows > .book[data-group="accepted"]')).to_have_count(len(sure))
    page.get_by_role("link", name=re.compile(f"See the {len(sure)} books in your library|See them on the shelf")).tap()

    page.wait_for_url(re.compile(r"/\?shelf=\d+"))
    assert sorted(page.locator(".book-tile-title").all_inner_texts()) == sorted(sure)


def test_a_reload_a_second_tab_and_a_line_without_websockets_end_the_same(phone, photo):
    first = phone.sign_up("rosa")
    phone.upload(first, photo)
    second, without_socket = phone.page(), phone.page()
    without_socket.route_web_socket(re.compile("/ws/"), hang_up)
    asked = []
    without_socket.on("request", lambda request: "/events?" in request.url and asked.append(request.url))
    late = phone.page()
    late.add_init_script(HOLD_FIRST_ANSWER)
    first.wait_for_selector(ACTIVE)
    first.reload()
    for page in (late, second, without_socket):
        page.goto(first.url)
    late.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # asks at once, and hears of it much later
    still_at_work = first.locator(ACTIVE).count() == 1
    for page in (first, second, without_socket, late):
        wait_until_done(page)
    assert still_at_work, "the scan was over before anything could be seen of it"
    assert asked, "without a websocket the page has to ask"
    assert len(titles(first)) >= len(BOOKS) - 1
    assert titles(first) == titles(second) == titles(without_socket)
    late.wait_for_function("window.heldBack")
    late.wait_for_timeout(500)
    assert (titles(late), late.locator(DONE).count()) == (titles(first), 1), "an old answer stands over a newer one"

    # A page that reaches nobody says so, and that it is back.
    lost = phone.page()
    lost.route_web_socket(re.compile("/ws/"), hang_up)
    lost.route(first.url, keep_active)
    lost.route("**/events?*", lambda route: route.abort())
    lost.goto(first.url)
    expect(lost.get_by_text("Connection lost. Trying again…")).to_be_visible()
    lost.unroute("**/events?*")
    expect(lost.get_by_text("Connection lost. Trying again…")).to_be_hidden()
    phone.complaints[:] = [complaint for complaint in phone.complaints if "ERR_FAILED" not in complaint]

    # What is decided in one tab shows in the other when it is looked at.
    first.locator('#rows > .book[data-group="sure"]').first.get_by_role("button", name="Add", exact=True).tap()
    expect(first.locator('#rows > .book[data-group="accepted"]')).to_have_count(1)
    second.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(second.locator('#rows > .book[data-group="accepted"]')).to_have_count(1)


def test_a_review_by_keys(desktop, photo):
    page = desktop.sign_up("karl")
    desktop.upload(page, photo)
    wait_until_done(page)
    rows = page.locator("#rows > .book")
    expect(rows).not_to_have_count(0)
    current = page.locator('#rows > .book[aria-current="true"]')

    page.keyboard.press("j")
    expect(current).to_have_id(rows.first.get_attribute("id"))
    page.keyboard.press("j")
    expect(current).to_have_id(rows.nth(1).get_attribute("id"))
    page.keyboard.press("k")
    expect(current).to_have_id(rows.first.get_attribute("id"))

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()

    page.keyboard.press("a")
    expect(rows.first).to_have_attribute("data-group", "accepted")
    expect(current).to_have_id(rows.nth(1).get_attribute("id"))  # the next one comes up by itself
    page.keyboard.press("x")
    expect(rows.nth(1)).to_have_attribute("data-group", "rejected")
    page.keyboard.press("k")
    page.keyboard.press("u")
    expect(rows.nth(1)).not_to_have_attribute("data-group", "rejected")

    page.reload()
    expect(rows.first).to_have_attribute("data-group", "accepted")
    expect(page.locator('#rows > .book[data-group="rejected"]')).to_have_count(0)
    page.goto("/")
    expect(page.locator(".book-tile")).to_have_count(1)
