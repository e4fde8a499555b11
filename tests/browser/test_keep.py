"""What is kept about books, as a person does it: typed in two tabs, tagged, chosen by the dozen, taken back, dragged."""

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
people = (f"keeper{number}" for number in range(1, 100))
TITLES = ("Beloved", "Dracula", "Dune", "Emma", "Kindred", "Walden")


@pytest.fixture
def page(desktop):
    """The library of somebody who has typed in six books."""
    page = desktop.sign_up(next(people))
    page.goto("/books/add/")
    for title in TITLES:
        page.locator("#id_title").fill(title)
        page.get_by_role("button", name="Add, then add another").click()
        expect(page.locator(".toast").last).to_contain_text(title)
    page.goto("/?sort=title")
    yield page
    desktop.forgive_lost_connection()


def saved(page):
    """Waits for the answer to what is done inside."""
    return page.expect_response(lambda answer: answer.request.method == "POST" and "/books/" in answer.url)


def open_book(page, title: str):
    page.goto("/?sort=title")
    page.locator(".book-tile", has_text=title).click()
    page.get_by_role("heading", name=title, level=1).wait_for()
    page.wait_for_load_state()


def test_tags_are_completed(page):
    for title, typed in (("Dune", "science fiction"), ("Kindred", "fic")):
        open_book(page, title)
        page.get_by_role("link", name="Add tags").click()
        page.get_by_role("combobox", name="Tags").fill(typed)
        if typed == "fic":
            page.get_by_role("option", name="science fiction").wait_for()
            page.keyboard.press("ArrowDown")
        with saved(page):
            page.keyboard.press("Enter")
        expect(page.locator(".tag-chip")).to_have_count(1)
    with saved(page):
        page.get_by_role("button", name="Remove science fiction").click()
    page.reload()
    expect(page.get_by_role("link", name="Add tags")).to_be_visible()


def test_a_range_is_chosen_with_shift_removed_and_brought_back(page):
    tiles = page.locator(".book-tile")
    page.get_by_role("button", name="Select").click()
    tiles.nth(1).click()
    tiles.nth(4).click(modifiers=["Shift"])
    expect(page.locator("[data-bulk-count]")).to_have_text("4")
    page.locator("#bulk").get_by_role("button", name="Remove").click()
    expect(tiles).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(tiles).to_have_count(6)


def test_all_that_match_are_changed_at_once(page):
    page.goto("/?q=d&sort=title")
    count = page.locator(".book-tile").count()
    page.get_by_role("button", name="Select").click()
    page.get_by_label(f"All {count} matching").check()
    page.get_by_role("button", name="Change…").click()
    page.get_by_role("combobox", name="Add tags").fill("with a d")
    page.get_by_label("Status").select_option("read")
    page.get_by_role("button", name=f"Change {count} books").click()
    expect(page.locator(".toast")).to_contain_text(f"{count} books are now marked “Read” and tagged “with a d”.")


def test_a_change_without_a_connection_is_made_when_it_is_back(page):
    page.get_by_role("button", name="Select").click()
    page.locator(".book-tile", has_text="Dune").click()
    page.get_by_role("button", name="Change…").click()
    page.get_by_label("Status").select_option("read")
    with without_connection(page):
        page.get_by_role("button", name="Change 1 book").click()
        expect(page.locator(".toast").last).to_contain_text("There is no connection.")
        expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(".toast").last).to_contain_text("Saved what you changed on “1 book”.")
    page.goto("/?status=read")
    expect(page.locator(".book-tile-title")).to_have_text(["Dune"])


@contextmanager
def without_connection(page):
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)


def test_a_shelf_is_dragged_into_another_bookcase(page):
    for name, bookcase in (("Top", "Left"), ("Low", "Left"), ("Desk", "")):
        page.goto("/shelves/")
        form = page.locator("form.card")
        form.get_by_label("Name").fill(name)
        form.get_by_label("Bookcase").fill(bookcase)
        form.get_by_role("button", name="Add shelf").click()
        page.locator(".toast").wait_for()
    rows = page.locator("[data-shelf]")
    with page.expect_navigation():
        rows.nth(2).locator(".grip").drag_to(rows.nth(1).locator(".shelf-name"), target_position={"x": 10, "y": 4})
    expect(rows.locator(".shelf-name a")).to_have_text(["Top", "Desk", "Low"])
