"""Finding and asking, as a person does it: results as they type, by keys, on the photo; an answer seen while it is written."""

import json
import os
import re
import subprocess
import sys
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, SECONDS, Visitor
from tests.chat.servers import World, serve
from tests.services.product import ROOT, Product

pytestmark = pytest.mark.browser
people = (f"finder{number}" for number in range(1, 100))
FILL = """
import django; django.setup()
from django.contrib.auth.models import User
from library.search import embedding
from tests.factories import CandidateFactory, make_copy, make_scan, make_shelf
user = User.objects.get(username="{name}")
shelf = make_shelf(user, "Study")
books = [
    ("Dune", "Frank Herbert", "A desert planet and its worms."), ("Dune Messiah", "Frank Herbert", "The desert emperor."),
    ("Emma", "Jane Austen", "A matchmaker in an English village."), ("Persuasion", "Jane Austen", "An English love story."),
    ("The Garden Party", "Katherine Mansfield", "Stories."),
]
copies = [make_copy(user, title, author, description=about, shelf=shelf) for title, author, about in books]
CandidateFactory(scan=make_scan(user, shelf=shelf, complete=True), copy=copies[0], shelf_row=2, position=14)
embedding.compute_all_vectors(user)
"""


def slow_model(turns):
    """Looks a title up, then says what was found; the server sends it in pieces."""
    if turns[-1][0] != "tool":
        return "", [("find_title", {"title": "Dune"})]
    found = json.loads(turns[-1][1])["books"]
    return f"You have {found[0]['title']} [{found[0]['id']}], the one with the worms, and it waits to be read.", []


@pytest.fixture(scope="module")
def asking(tmp_path_factory, migrated):
    """The product with a model behind it, in whose answers half a second lies."""
    world = World(model=slow_model, pause=0.05)
    server = serve(world)
    product = Product(tmp_path_factory.mktemp("asking"), migrated)
    address = f"http://127.0.0.1:{server.server_port}/v1"
    product.environment |= {"CATALOGS": "local", "EMBEDDER": "hash", "CHAT_MODEL": "openai:some-model", "CHAT_URL": address}
    yield product.start()
    assert product.stop() == 0
    server.shutdown()
    server.server_close()
    assert world.problems == []


def moved_in(browser, product, name: str, device: dict):
    visitor = Visitor(browser, f"http://127.0.0.1:{product.port}", device)
    visitor.context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page = visitor.sign_up(name)
    fill = [sys.executable, "-c", FILL.format(name=name)]
    subprocess.run(fill, cwd=ROOT, env=os.environ | product.environment, check=True, timeout=120)
    return visitor, page


@pytest.fixture
def page(browser, asking, request):
    visitor, page = moved_in(browser, asking, next(people), getattr(request, "param", DESKTOP))
    yield page
    visitor.context.close()
    assert visitor.complaints == []


def test_results_come_as_one_types_and_keys_go_through_them(page):
    page.goto("/chat/")
    page.locator("h1").click()
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search your books")
    expect(box).to_be_focused()
    page.keyboard.type("dun")
    expect(page.get_by_role("option")).to_have_count(3)
    expect(page.locator("#searchbox-found mark").first).to_have_text("Dune")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox", name="Found books")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dune")


def test_the_library_has_one_box_that_filters_it(page):
    page.goto("/?sort=title")
    expect(page.locator("input[name=q]")).to_have_count(1)
    page.keyboard.press("/")
    page.keyboard.type("austin")
    expect(page.locator(".book-tile")).to_have_count(2)
    expect(page.locator("#results")).to_contain_text("Searched for austen")
    expect(page).to_have_url(re.compile(r"sort=title.*q=austin|q=austin.*sort=title"))
    page.get_by_role("link", name="Search by meaning, or ask").click()
    expect(page.get_by_role("searchbox", name="Search your books")).to_have_value("austin")
    expect(page.locator(".hit")).to_have_count(2)


def test_a_result_opens_its_photo_with_the_spine_marked(page):
    page.goto("/search/?q=worms")
    expect(page.locator(".hit").first.locator("mark").first).to_have_text("worms")
    page.get_by_role("link", name=re.compile("Second shelf, 14th from the left")).click()
    expect(page).to_have_url(re.compile(r"/scans/job-.*\?spine=1#book-1"))
    expect(page.locator(".box[aria-current]")).to_have_count(1)


def test_a_book_shows_others_like_it(page):
    page.goto("/?q=persuasion")
    page.locator(".book-tile").first.click()
    page.locator("[hx-get$='more-like-this/'], #more-like").first.scroll_into_view_if_needed()
    expect(page.get_by_role("heading", name="More like this")).to_be_visible()
    expect(page.locator("#more-like .book-tile").first).to_contain_text("Emma")


@pytest.mark.parametrize("page", [PHONE, DESKTOP], indirect=True, ids=["phone", "desktop"])
def test_an_answer_is_seen_as_it_is_written_and_stays(page):
    page.goto("/chat/")
    watched = """() => {
      window.seen = [];
      new MutationObserver(() => {
        const text = document.querySelector("[data-text]")?.textContent;
        if (text && text !== window.seen.at(-1)) window.seen.push(text);
        if (document.querySelector("[data-steps] li")) window.steps = document.querySelector("[data-steps]").textContent;
      }).observe(document.getElementById("turns"), { childList: true, subtree: true, characterData: true });
    }"""
    page.evaluate(watched)
    page.get_by_label("Your question").fill("Do I have that book with the worms?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator('.turn[data-state="done"] .turn-text')).to_contain_text("You have Dune")
    seen = page.evaluate("window.seen")
    assert len(seen) > 3 and all(later.startswith(before) for before, later in pairwise(seen))
    assert not any("[" in text for text in seen), "no numbers of books"
    assert "Looked up Dune" in page.evaluate("window.steps")
    expect(page.locator(".source")).to_have_count(1)
    expect(page.get_by_role("link", name=re.compile("in its photo"))).to_be_visible()
    page.reload()
    expect(page.locator(".turn-text")).to_contain_text("You have Dune")
    page.get_by_text("How I searched").click()
    expect(page.locator(".steps li").first).to_contain_text("Dune")
    expect(page.locator(".chat-list").get_by_role("link", name=re.compile("that book with the worms"))).to_be_visible()
    page.locator(".source").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dune")
