"""A library brought along, as a person does it: the file is shown first, brought in, a row of it put right."""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SECONDS
from tests.transfer.importing import FILE

pytestmark = pytest.mark.browser
people = (f"mover{number}" for number in range(1, 100))
MORE = "".join(f"{n},Volume {n},Writer {n % 40},,,{n % 6},,tag{n % 5},read,\n" for n in range(10, 310))


@pytest.fixture
def page(phone, tmp_path):
    """The first look at a file of 304 rows, of which one has nothing to go by."""
    page = phone.sign_up(next(people))
    file = tmp_path / "goodreads_library_export.csv"
    file.write_text(FILE + MORE)
    page.goto("/imports/new/")
    page.get_by_label("File").set_input_files(file)
    with page.expect_navigation():
        page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(file.name)
    page.get_by_role("button", name="Import", exact=True).wait_for(timeout=SECONDS * 1000)
    return page


def bring_in(page):
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("303 books were added to your library", timeout=SECONDS * 1000)


def count(page, kind: str) -> str:
    return page.locator(f".import-count-{kind} dd").inner_text()


def test_a_file_is_shown_brought_in_and_a_row_of_it_put_right(page):
    expect(page.locator("main")).to_contain_text("Goodreads, 304 rows. Nothing has been added yet.")
    assert (count(page, "new"), count(page, "bad")) == ("303", "1")
    page.get_by_role("group", name=re.compile("already|second|have")).get_by_role("radio").first.check()
    page.get_by_label("Tags").fill("from goodreads")
    bring_in(page)
    expect(page.locator(".notice")).to_contain_text("1 row needs attention")
    page.locator(".chips").get_by_role("link", name=re.compile("attention|[Ff]ailed")).click()
    page.get_by_text("Change and try again").click()
    page.get_by_label("Title (optional)").fill("The Missing Title")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("link", name="The Missing Title")).to_be_visible()
    page.goto("/?tag=from+goodreads&sort=title")
    expect(page.locator("main")).to_contain_text("304")


def test_its_failures_come_as_a_table_and_the_same_file_again_adds_nothing(page, tmp_path):
    bring_in(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Failed rows as CSV").click()
    [row] = csv.DictReader(download.value.path().read_text(encoding="utf-8-sig").splitlines())
    assert row["Private Notes"] == "a note alone"
    page.goto("/imports/new/")
    page.get_by_label("File").set_input_files(tmp_path / "goodreads_library_export.csv")
    with page.expect_navigation():
        page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Import", exact=True).wait_for(timeout=SECONDS * 1000)
    assert count(page, "owned") == "303"
    expect(page.locator(".import-count-new")).to_have_count(0)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("There were no new books in this file", timeout=SECONDS * 1000)
