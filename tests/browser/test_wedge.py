"""Hundreds of barcodes in a row from a scanner that types, on a line that breaks: all there, in order, none lost, none double."""

import itertools
import time

import pytest
from playwright.sync_api import expect
from stdnum import ean

from tests.browser.conftest import DESKTOP, PHONE
from tests.requirements import THOROUGH
from tests.services.product import Product, until

pytestmark = pytest.mark.browser
BOOKS = 500 if THOROUGH else 200
UNKNOWN = BOOKS // 100
A_SECOND = 5 if THOROUGH else 20  # 5 is what a person does; 20 makes the test short
CUT, BACK, RELOAD = (BOOKS * part // 10 for part in (3, 6, 8))
people = itertools.count(1)
HAVE = "SELECT isbn13 FROM library_userbook WHERE removed IS NULL ORDER BY added, id"


def number(place: int, prefix: str = "9780") -> str:
    digits = f"{prefix}{place:0{12 - len(prefix)}}"
    return digits + ean.calc_check_digit(digits)


NUMBERS = [number(place, "9799" if place % 100 == 99 else "9780") for place in range(BOOKS)]  # some that nobody knows


@pytest.fixture(scope="module")
def product(tmp_path_factory, migrated):
    product = Product(tmp_path_factory.mktemp("wedge"), migrated)
    product.environment |= {"CATALOGS": "tests.fakes.Numbers"}
    yield product.start()
    assert product.stop() == 0


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def page(visit, request):
    visitor = visit(request.param)
    page = visitor.sign_up(f"olive{next(people)}")
    page.goto("/books/add/isbn/")
    yield page
    # The browser complains about the connection that the test cut.
    visitor.complaints[:] = [text for text in visitor.complaints if "ERR_INTERNET_DISCONNECTED" not in text]


def scan(page, text: str):
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def rows(page):
    return page.locator("#entries > .entry")


# How long the page itself takes for an Enter: a scanner that is quicker would wait for it.
MEASURE = """
  window.took = JSON.parse(sessionStorage.took || "[]");
  addEventListener("submit", () => (window.began = performance.now()), true);
  addEventListener("submit", () => {
    window.took.push(performance.now() - window.began);
    sessionStorage.took = JSON.stringify(window.took);
  });
"""


@pytest.mark.parametrize("page", [DESKTOP], indirect=True, ids=["desktop"])
def test_hundreds_in_a_row_with_the_line_cut_in_the_middle(page, product):
    page.add_init_script(MEASURE)
    page.reload()
    started = time.monotonic()
    for place, text in enumerate(NUMBERS):
        if place == CUT:
            page.context.set_offline(True)
        if place == BACK:
            expect(page.locator("#entry-offline")).to_contain_text("There is no connection")
            page.context.set_offline(False)
        if place == RELOAD:
            page.context.set_offline(True)
        if place == RELOAD + 20:  # twenty that were never sent, and a page that is loaded anew
            page.context.set_offline(False)
            page.reload()
        page.keyboard.insert_text(text)
        page.keyboard.press("Enter")
        time.sleep(max(0, started + (place + 1) / A_SECOND - time.monotonic()))
    pace = BOOKS / (time.monotonic() - started)
    until(lambda: len(product.ask(HAVE)) >= BOOKS, 30, "the last of the queue")
    expect(page.locator("#entry-counts")).not_to_contain_text("waiting")
    assert [isbn13 for (isbn13,) in product.ask(HAVE)] == NUMBERS
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('entry:')).length") == 0
    took = sorted(page.evaluate("window.took"))
    print(f"{pace:.1f} books a second; the page took {took[len(took) // 2]:.1f} ms each, {took[-1]:.0f} at most")
    assert len(took) == BOOKS

    # Titles come by themselves, and what nobody knows is collected.
    state = "SELECT count(*) FROM library_userbook WHERE sync_status = ?"
    until(lambda: product.ask(state, "synced") == [(BOOKS - UNKNOWN,)], 60, "the titles")
    until(lambda: product.ask(state, "failed") == [(UNKNOWN,)], 60, "the numbers that nobody knows")
    expect(rows(page).first.locator(".title-serif")).to_contain_text("The Book of" if BOOKS % 100 else "ISBN")
    expect(page.locator('.entry[data-sync="pending"]')).to_have_count(0)
    page.goto("/books/add/unknown/")
    expect(page.locator(".entry")).to_have_count(UNKNOWN)


def test_a_book_appears_with_its_title_is_undone_and_the_field_keeps_the_focus(page):
    field = page.get_by_label("ISBN or barcode")
    expect(field).to_be_focused()
    scan(page, number(1000))
    expect(rows(page).first).to_contain_text("The Book of 000010000"[:15])
    expect(rows(page).first).to_contain_text("In your library")
    expect(field).to_be_focused()
    rows(page).first.get_by_role("button", name="Undo").click()
    expect(rows(page).first).to_contain_text("Removed")
    scan(page, number(1001))  # though nobody clicked into the field
    expect(rows(page)).to_have_count(2)
    expect(field).to_have_value("")


def test_a_wrong_digit_and_a_second_copy_interrupt_nothing(page):
    good = number(2000)
    scan(page, good[:-1] + str((int(good[-1]) + 1) % 10))
    scan(page, good)
    scan(page, good)
    expect(page.locator("#entries-look")).to_contain_text("check digit does not match")
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first).to_contain_text("You already have this")
    page.reload()
    expect(page.locator("#entries-look .entry")).to_have_count(1)  # it is still there to be looked at
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator("#entry-look")).to_be_hidden()
    scan(page, good)
    rows(page).first.get_by_role("button", name="Add another copy").click()
    expect(page.locator('#entries > .entry:not([data-outcome="owned"])')).to_have_count(2)


def test_a_pasted_list_is_as_many_books_and_an_unknown_one_gets_its_title(page):
    unknown = number(3000, "9799")
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData("text", text);
          const paste = new ClipboardEvent("paste", { clipboardData: data, cancelable: true });
          document.getElementById("id_text").dispatchEvent(paste);
        }""",
        f"{number(3001)}\n{number(3002)}\n{unknown}",
    )
    expect(rows(page)).to_have_count(3)
    row = rows(page).first
    expect(row).to_contain_text("No catalogue has this ISBN.")
    row.get_by_label("Title").fill("Family Recipes")
    row.get_by_role("button", name="Save").click()
    expect(rows(page).first).to_contain_text("Family Recipes")
    expect(rows(page).first).to_contain_text("In your library")


def test_a_pasted_list_is_undone_at_once(page):
    page.get_by_label("ISBN or barcode").fill(f"From my sister: {number(5001)}, {number(5002)}\nand {number(5003)[:-1]}")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Undo all 2").click()
    expect(page.locator(".entry-list-head")).to_contain_text("2 books")
    expect(rows(page)).to_have_count(0)
    page.reload()
    expect(rows(page)).to_have_count(0)


def test_what_is_no_number_can_be_searched_for(page):
    scan(page, "The Book of Sand")
    page.locator("#entries-look").get_by_role("link", name="Search by title").click()
    expect(page.get_by_role("searchbox", name="Title, author or ISBN")).to_have_value("The Book of Sand")


def test_without_a_connection_what_is_added_waits_and_is_sent_once(page):
    page.context.set_offline(True)
    scan(page, number(6000))
    page.get_by_label("ISBN or barcode").fill(f"{number(6001)}\n{number(6002)}")
    page.keyboard.press("Enter")
    expect(page.locator("#entry-offline")).to_contain_text("There is no connection")
    expect(rows(page)).to_have_count(2)  # a number and a list
    page.context.set_offline(False)
    expect(page.locator("#entries > .entry[data-pk]")).to_have_count(3)
    expect(page.locator("#entry-offline")).to_be_hidden()


def test_a_typed_number_takes_two_taps_and_enter(page):
    page.goto("/")
    page.get_by_role("button", name="Add books").click()
    page.get_by_role("link", name="Type ISBN").click()
    page.wait_for_load_state()
    scan(page, number(7000))
    expect(rows(page).first).to_contain_text("In your library")


def test_without_scripts_a_list_is_one_form(page, browser):
    context = browser.new_context(storage_state=page.context.storage_state(), java_script_enabled=False)
    plain = context.new_page()
    plain.goto(page.url)
    plain.get_by_label("ISBN or barcode").fill(f"{number(8000)}\n{number(8001)}\n{number(8002)[:-1]}x")
    plain.get_by_role("button", name="Add", exact=True).click()
    expect(plain.get_by_role("heading", name="2 books added")).to_be_visible()
    expect(rows(plain)).to_have_count(2)
    context.close()


def test_the_settings_of_the_batch_are_there_the_next_time(page):
    page.locator("#entry-batch summary").click()
    page.get_by_label("Status").select_option("read")
    scan_field = page.get_by_label("ISBN or barcode")
    scan_field.focus()
    scan(page, number(4000))
    expect(rows(page).first).to_contain_text("In your library")
    page.reload()
    expect(page.locator("#batch-summary")).to_contain_text("Read")
