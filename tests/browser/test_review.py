"""The review of a photo of a hundred books: it opens quickly, and every decision can be taken back where one is."""

import gzip
import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.services.product import ROOT

pytestmark = pytest.mark.browser
people = (f"reviewer{number}" for number in range(1, 100))
BOOKS = 118
FILL = """
import django; django.setup()
from django.contrib.auth.models import User
from catalogs import Record
from tests.factories import CandidateFactory, make_scan
scan = make_scan(User.objects.get(username="{name}"), job_id="job-long", complete=True)
others = [Record(f"Another possibility {{n}}", ("Somebody Else",)) for n in range(4)]
for number in range(1, {books} + 1):
    record = Record(f"Title {{number}}", (f"Author {{number}}",), source="local")
    CandidateFactory(scan=scan, record=record, alternatives=others, band="sure" if number % 10 else "unread", left=3 * number)
"""


def open_review(visitor, product):
    name = next(people)
    page = visitor.sign_up(name)
    fill = [sys.executable, "-c", FILL.format(name=name, books=BOOKS)]
    subprocess.run(fill, cwd=ROOT, env=os.environ | product.environment, check=True, timeout=120)
    answer = page.goto("/scans/job-long/")
    return page, answer


def group(page, name: str):
    return page.locator(f'#rows > [data-group="{name}"]')


def test_a_hundred_books_open_quickly_and_fill_in_as_one_comes_near(desktop, product):
    page, answer = open_review(desktop, product)
    assert page.locator("#rows > .book").count() == BOOKS
    assert len(gzip.compress(answer.body())) < 150_000
    assert page.evaluate("document.querySelectorAll('*').length") <= 2500
    far = page.locator("#book-100")
    assert far.get_attribute("data-brief") is not None
    far.scroll_into_view_if_needed()
    expect(far.get_by_role("button", name="Not this")).to_be_visible()

    # The other editions come when they are wanted; what a search finds is open at once.
    far.get_by_role("link", name="4 other possibilities").click()
    expect(far.locator(".other")).to_have_count(4)


def test_what_one_typed_is_kept_and_all_unread_are_rejected_and_undone_by_a_key(desktop, product):
    page, _ = open_review(desktop, product)
    second = page.locator("#book-2")
    second.get_by_text("Edit", exact=True).click()
    second.get_by_label("Title").fill("In No Catalogue")
    second.get_by_role("button", name="Save as typed").click()
    expect(second.get_by_role("heading", name="In No Catalogue")).to_be_visible()

    unread = BOOKS // 10
    page.get_by_role("button", name=f"Reject all {unread} unread").click()
    expect(group(page, "rejected")).to_have_count(unread)
    expect(page.locator("#spoken")).to_contain_text(f"Rejected {unread} books.")
    page.locator("#viewer").click()
    page.keyboard.press("u")
    expect(group(page, "rejected")).to_have_count(0)
    expect(group(page, "unread")).to_have_count(unread)


def test_on_a_phone_each_decision_can_be_undone_in_place(phone, product):
    page, _ = open_review(phone, product)
    page.locator("#book-3").get_by_role("button", name="Not this").tap()
    snackbar = page.locator(".review-last-fresh")
    expect(snackbar).to_contain_text("Rejected “Title 3”.")
    expect(snackbar).to_be_in_viewport()
    snackbar.get_by_role("button", name="Undo").tap()
    expect(group(page, "rejected")).to_have_count(0)


def test_decisions_without_a_connection_are_made_when_it_is_back(phone, product):
    page, _ = open_review(phone, product)
    expect(page.get_by_role("button", name="Add", exact=True).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    for number, button in ((1, "Add"), (2, "Not this")):
        page.locator(f"#book-{number}").get_by_role("button", name=button, exact=True).click()
        expect(page.locator(".toast").last).to_contain_text(f"Your change of “Title {number}” is kept here")
    page.context.set_offline(False)
    expect(group(page, "accepted")).to_have_count(1, timeout=20_000)
    expect(group(page, "rejected")).to_have_count(1)
    phone.forgive_lost_connection()


def test_without_scripts_a_book_that_is_far_down_can_be_decided_on(browser, product, desktop):
    page, _ = open_review(desktop, product)
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state(), base_url=page.url)
    plain = context.new_page()
    plain.goto("/scans/job-long/")
    plain.locator("#book-90 a").click()
    plain.locator("#book-91").get_by_role("link", name="4 other possibilities").click()
    plain.locator("#book-91").get_by_role("button", name="Another possibility 2").click()
    plain.goto("/scans/job-long/?at=91")
    expect(plain.locator("#book-91")).to_contain_text("Another possibility 2")
    context.close()
