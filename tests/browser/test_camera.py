"""The camera as a scanner, in a Chromium whose camera shows drawn barcodes: from the open camera to books in the list."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.requirements import chromium
from tests.scanning.barcode_pictures import back_cover, some_isbn

pytestmark = pytest.mark.browser
FIRST, SECOND, NO_BOOK = some_isbn(21), some_isbn(22), "4006381333931"
FRAMES = 40  # of each picture; the camera shows about twenty a second, over and over
SEEN_MS = 40_000  # a film's length, many times over, for a machine that has other things to do


def frame(number: str) -> bytes:
    """One picture of the film: the back of a book in a dim room, as a JPEG."""
    out = io.BytesIO()
    Image.fromarray(back_cover((number,), size=(640, 480))).save(out, "JPEG", quality=85)
    return out.getvalue()


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A book, the same book again, something that is no book, another book; from the beginning."""
    path = tmp_path_factory.mktemp("films") / "shelf.mjpeg"
    path.write_bytes(b"".join(frame(number) * FRAMES for number in (FIRST, FIRST, NO_BOOK, SECOND)))
    return path


@pytest.fixture(scope="module")
def camera_browser(playwright, film):
    fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", *fake])
    yield browser
    browser.close()


@pytest.fixture
def visit_with_camera(camera_browser, product):
    visitors = []

    def one(device: dict) -> Visitor:
        visitors.append(Visitor(camera_browser, f"http://127.0.0.1:{product.port}", device))
        return visitors[-1]

    yield one
    for visitor in visitors:
        visitor.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


def start(page):
    """Two taps, and the camera runs."""
    page.goto("/")
    page.get_by_role("button", name="Add books").click()
    page.get_by_role("link", name="Scan barcodes").click()
    expect(page.locator("#camera")).to_have_attribute("data-state", "looking", timeout=SEEN_MS)


def numbers(page) -> list[str]:
    return [re.sub(r"\D", "", text) for text in page.locator("#entries .entry-isbn").all_inner_texts()]


def test_from_the_open_camera_to_the_books_in_the_list_on_a_phone(visit_with_camera):
    visitor = visit_with_camera(PHONE)
    page = visitor.sign_up("camilla")
    start(page)
    expect(page.locator("#entries > .entry[data-pk]")).to_have_count(2, timeout=SEEN_MS)
    assert set(numbers(page)) == {FIRST, SECOND}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the phone"
    # The camera is still on: nothing closed by itself.
    expect(page.locator("#camera")).to_have_attribute("data-state", "looking")
    expect(page.get_by_role("button", name="Close the camera")).to_be_visible()

    # What was added is in the library, each once.
    library = visitor.page()
    library.goto("/")
    expect(library.locator(".book-tile")).to_have_count(2)


def test_a_book_can_be_taken_back_beside_the_camera_which_stays_on(visit_with_camera):
    page = visit_with_camera(DESKTOP).sign_up("carol")
    start(page)
    expect(page.locator("#entries > .entry[data-pk]")).to_have_count(2, timeout=SEEN_MS)
    page.get_by_role("button", name="Close the camera").click()
    expect(page.locator("#camera")).to_be_hidden()
    page.locator("#entries > .entry").first.get_by_role("button", name=re.compile("Undo")).click()
    expect(page.locator("#entries > .entry-removed")).to_have_count(1)
    page.get_by_role("button", name="Scan with the camera").click()
    expect(page.locator("#camera")).to_have_attribute("data-state", "looking")


def test_what_the_camera_saw_without_a_connection_is_sent_when_it_is_back(visit_with_camera):
    visitor = visit_with_camera(PHONE)
    page = visitor.sign_up("cecil")
    page.route("**/books/add/send/", lambda route: route.abort())
    start(page)
    expect(page.locator("#entries > .entry:not([data-pk])")).not_to_have_count(0, timeout=SEEN_MS)
    page.unroute("**/books/add/send/")
    expect(page.locator("#entries > .entry[data-pk]")).to_have_count(2, timeout=SEEN_MS)
    visitor.complaints.clear()  # a refused connection is told on the console too
