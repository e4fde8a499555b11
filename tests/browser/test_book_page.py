"""A book's page on a phone and on a desktop: read first, changed with a tap, and nothing lost without a connection."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def states():
    """Who is signed in on the phone and on the desktop: signing up takes longer than most of these tests."""
    return {}


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def page(visit, states, request):
    """The page of a book that was just typed in."""
    name = request.node.callspec.id
    visitor = visit(request.param | ({"storage_state": states[name]} if name in states else {}))
    page = visitor.page() if name in states else visitor.sign_up(f"r{next(numbers)}")
    states.setdefault(name, visitor.context.storage_state())
    page.goto("/books/add/")
    title = f"Dune {next(numbers)}"
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("heading", name=title, level=1).wait_for()
    page.wait_for_load_state()
    yield page
    visitor.forgive_lost_connection()


def saved(page):
    return expect(page.locator("#saved")).to_have_text("Saved")


def cut(page):
    page.context.set_offline(True)


def mend(page):
    page.context.set_offline(False)


def is_waiting(page) -> bool:
    return page.evaluate("Object.keys(localStorage).some((name) => name.startsWith('change:'))")


def test_no_empty_field_is_shown(page):
    shown = page.get_by_role("main").locator("textarea, select, input:not([type=hidden], [type=radio], [type=checkbox])")
    expect(shown).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"


def test_status_stars_and_heart_take_one_tap(page):
    page.get_by_label("Reading", exact=True).check()
    saved(page)
    expect(page.locator("#readings")).to_contain_text("Since")
    page.locator(".star").nth(7).click()  # the fourth whole star
    expect(page.get_by_label("4 of 5 stars")).to_be_checked()
    page.locator(".star").nth(7).click()
    expect(page.get_by_label("3.5 of 5 stars")).to_be_checked()
    page.locator(".favourite").click()
    expect(page.locator("#initial-id_favourite")).to_have_value("on")
    page.reload()
    expect(page.get_by_label("Reading", exact=True)).to_be_checked()
    expect(page.get_by_label("3.5 of 5 stars")).to_be_checked()
    expect(page.get_by_label("Favourite")).to_be_checked()


def test_the_keyboard_reaches_half_stars_and_every_line(page):
    page.get_by_label("No rating").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("0.5 of 5 stars")).to_be_checked()
    saved(page)
    page.get_by_role("link", name="Write a review").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Review", exact=True)).to_be_focused()
    page.keyboard.type("Sand.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#review")).to_contain_text("Sand.")
    expect(page.get_by_role("link", name="Edit: Review")).to_be_focused()


def test_a_line_opens_as_a_form_and_closes_with_what_was_typed(page):
    page.get_by_role("link", name="Add private notes").click()
    page.get_by_label("Private notes", exact=True).fill("From Ana.")
    saved(page)  # while typing
    page.get_by_label("Private notes", exact=True).fill("From Ana, in Lyon.")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#notes p")).to_have_text("From Ana, in Lyon.")
    page.get_by_role("link", name="Edit: Private notes").click()
    expect(page.get_by_label("Private notes", exact=True)).to_have_value("From Ana, in Lyon.")


def test_tags_are_chips(page):
    page.get_by_role("link", name="Add tags").click()
    page.get_by_role("combobox", name="Tags").fill("desert")
    page.keyboard.press("Enter")
    saved(page)
    page.get_by_role("button", name="Done").click()
    page.locator("#tags").get_by_role("link", name="desert").click()
    expect(page.locator(".book-tile")).not_to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?tag=desert$"))


def test_dates_and_loans_are_recorded_on_the_page(page):
    page.get_by_role("link", name="Add reading dates").click()
    page.get_by_role("button", name="Finished today").click()
    expect(page.locator("#readings")).to_contain_text("Finished")
    page.get_by_role("link", name="Lend this book").click()
    page.get_by_label("Lent to").fill("Ana")
    page.get_by_role("button", name="Lend", exact=True).click()
    expect(page.locator("#loans")).to_contain_text("Ana has had it since")
    page.get_by_role("button", name="Mark as returned").click()
    expect(page.locator("#loans")).not_to_contain_text("has had it")
    expect(page.locator("#loans")).to_contain_text("Ana, ")


def test_what_is_refused_is_explained_where_it_was_typed(page):
    page.get_by_role("link", name="Lend this book").click()
    page.get_by_role("button", name="Lend", exact=True).click()
    expect(page.locator("#loans .field-error")).to_have_text("This field is required.")
    page.get_by_role("link", name="Add purchase and condition").click()
    page.get_by_label("Price").fill("a lot")
    page.get_by_label("Price").blur()
    expect(page.locator("#saved .field-error")).to_have_text("Enter a number.")
    expect(page.get_by_label("Price")).to_have_value("a lot")


def test_everything_else_is_in_one_menu(page):
    page.get_by_role("button", name="More actions").click()
    menu = page.locator("#book-menu")
    for name in ("Edit details", "Where the details come from", "Change the edition", "Split into two books"):
        expect(menu.get_by_role("link", name=name)).to_be_visible()
    menu.get_by_role("link", name="Change the cover").click()
    expect(page.get_by_text("Use a picture of my own")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="More actions").click()
    menu.get_by_role("button", name="Remove from the library").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast").last).to_contain_text("is back in your library")


# ── Without a connection ────────────────────────────────────────────────────────────────────────────────────────────
def test_a_status_chosen_without_a_connection_is_sent_when_it_is_back(page):
    cut(page)
    page.get_by_label("Read", exact=True).check()
    expect(page.locator("#saved")).to_contain_text("there is no connection")
    expect(page.get_by_label("Read", exact=True)).to_be_checked()
    mend(page)
    saved(page)
    assert not is_waiting(page)
    page.reload()
    expect(page.get_by_label("Read", exact=True)).to_be_checked()


def test_notes_typed_without_a_connection_survive_even_closing_the_page(page):
    address = page.url
    page.get_by_role("link", name="Add private notes").click()
    field = page.get_by_label("Private notes", exact=True)
    field.wait_for()
    cut(page)
    field.fill("Typed on a train.")
    expect(page.locator("#saved")).to_contain_text("there is no connection")
    expect(field).to_have_value("Typed on a train.")
    context = page.context
    page.close()
    mend_later = context.new_page()
    context.set_offline(False)
    mend_later.goto("/")
    expect(mend_later.locator(".toast")).to_contain_text("Saved what you changed on “Dune")
    mend_later.goto(address)
    expect(mend_later.locator("#notes p")).to_have_text("Typed on a train.")


def test_a_loan_made_without_a_connection_is_made_once(page):
    page.get_by_role("link", name="Lend this book").click()
    page.get_by_label("Lent to").fill("Ana")
    cut(page)
    page.get_by_role("button", name="Lend", exact=True).click()
    expect(page.locator("#saved")).to_contain_text("there is no connection")
    mend(page)
    expect(page.locator("#loans")).to_contain_text("Ana has had it since")
    assert not is_waiting(page)


def test_a_line_that_cannot_be_opened_says_so(page):
    cut(page)
    page.get_by_role("link", name="Write a review").click()
    expect(page.locator("#saved")).to_contain_text("This cannot be opened now")
    mend(page)
    page.get_by_role("link", name="Write a review").click()
    page.get_by_label("Review", exact=True).wait_for()


def test_what_another_tab_changed_in_the_meantime_is_asked_about_even_after_a_lost_connection(page):
    page.get_by_role("link", name="Add private notes").click()
    page.get_by_label("Private notes", exact=True).wait_for()
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("link", name="Add private notes").click()
    other.get_by_label("Private notes", exact=True).fill("From the desk.")
    other.get_by_role("button", name="Done").click()
    expect(other.locator("#notes p")).to_have_text("From the desk.")
    page.get_by_label("Private notes", exact=True).fill("From the train.")
    expect(page.locator("#clashes-notes")).to_contain_text("The saved version: From the desk.")
    page.reload()  # the question was left open
    expect(page.locator("#clashes-notes")).to_contain_text("Your version: From the train.")
    page.get_by_label("Your version").click()  # the question goes with it
    expect(page.locator("#clashes-notes")).to_have_text("")
    page.reload()
    expect(page.locator("#notes p")).to_have_text("From the train.")


def test_pages_without_scripts_have_a_link_to_every_form(page, browser):
    context = browser.new_context(storage_state=page.context.storage_state(), java_script_enabled=False)
    plain = context.new_page()
    plain.goto(page.url)
    plain.get_by_label("Reading", exact=True).check(force=True)
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator("#readings")).to_contain_text("Since")
    plain.get_by_role("link", name="Add private notes").click()
    assert re.search(r"/books/\d+/part/notes/$", plain.url)
    plain.get_by_label("Private notes", exact=True).fill("Without scripts.")
    plain.get_by_role("button", name="Done").click()
    expect(plain.locator("#notes p")).to_have_text("Without scripts.")
    context.close()
