"""A Chromium and the product as a new user starts it: the real reader, the built-in catalogue, nothing of the network."""

import re

import pytest
from playwright.sync_api import sync_playwright

from scanning import drawing
from tests.requirements import chromium
from tests.services.product import Product

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
BOOKS = [
    ("The Secret Garden", "Frances Hodgson Burnett"),
    ("Treasure Island", "Robert Louis Stevenson"),
    ("Pride and Prejudice", "Jane Austen"),
    ("The Left Hand of Darkness", "Ursula K. Le Guin"),
    ("Family Recipes", ""),  # in no catalogue
    ("Frankenstein", "Mary Shelley"),
]
SEED = 4
SECONDS = 60  # for a scan, on a machine that has other things to do


@pytest.fixture(scope="session")
def playwright():
    """One a process: a second would not start beside it."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright):
    browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def product(tmp_path_factory, migrated):
    product = Product(tmp_path_factory.mktemp("product"), migrated)
    product.environment |= {"OCR": "local", "PROPOSER": "rules", "CATALOGS": "local", "LEASE_SECONDS": "30"}
    yield product.start()
    assert product.stop() == 0


@pytest.fixture(scope="session")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("photos") / "shelf.jpg"
    drawing.draw_shelf(BOOKS, SEED).save(path, quality=90)
    return path


class Visitor:
    """A person with a browser of their own. What the browser complains about on any of their pages is kept."""

    def __init__(self, browser, address: str, device: dict):
        self.context = browser.new_context(base_url=address, **device)
        self.context.set_default_timeout(10_000)
        self.complaints: list[str] = []

    def page(self):
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: message.type in ("error", "warning") and self.complaints.append(message.text))
        return page

    def forgive_lost_connection(self):
        """The browser complains about every connection that a test cuts."""
        pattern = "htmx:|.*Failed to (load|fetch).*|.*DISCONNECTED|WebSocket connection"
        self.complaints[:] = [text for text in self.complaints if not re.match(pattern, text)]

    def sign_up(self, name: str):
        page = self.page()
        page.goto("/")
        page.get_by_role("link", name="Start your library").click()
        page.get_by_label("Email").fill(f"{name}@example.org")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password", exact=True).fill("shelf-of-" + name)
        page.get_by_role("main").get_by_role("button", name="Sign up").click()
        page.wait_for_url("/", timeout=20_000)
        return page

    def upload(self, page, photo, shelf: str = "Living room"):
        """Through the upload page; ends on the page of the scan."""
        page.goto("/scans/new/")
        page.get_by_label("Which shelf is it?").select_option("new")
        page.get_by_label("Name of the new shelf").fill(shelf)
        page.get_by_label("Choose photos").set_input_files(photo)
        page.wait_for_url(re.compile(r"/scans/job-\d+-[a-z0-9]{9}/$"))


@pytest.fixture
def visit(browser, product):
    """Makes visitors; at the end of the test none of their pages may have complained, nor run into the policy."""
    visitors = []

    def one(device: dict) -> Visitor:
        visitors.append(Visitor(browser, f"http://127.0.0.1:{product.port}", device))
        return visitors[-1]

    yield one
    for visitor in visitors:
        visitor.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


@pytest.fixture
def phone(visit):
    return visit(PHONE)


@pytest.fixture
def desktop(visit):
    return visit(DESKTOP)
