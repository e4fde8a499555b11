"""Every page in both themes: nothing for axe to find, targets for a thumb, no page wider than the smallest phone."""

import os
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visitor
from tests.services.product import ROOT

pytestmark = pytest.mark.browser
SMALL = {"viewport": {"width": 320, "height": 700}, "has_touch": True, "is_mobile": True, "bypass_csp": True}
TARGET = 44  # px
FILL = """
import datetime, django; django.setup()
from django.contrib.auth.models import User
from library.copies import tagging
from tests.factories import LoanFactory, ReadingFactory, make_candidate, make_copy, make_scan, make_shelf
user = User.objects.get(username="ada")
shelf = make_shelf(user, "Top", room="Study", bookcase="Left")
copies = [make_copy(user, t, "Frank Herbert", shelf=shelf, series="Dune") for t in ("Dune", "Dune Messiah", "Children of Dune")]
tagging.set_tags(copies[0], ["signed", "winter"])
LoanFactory(copy=copies[1])
ReadingFactory(copy=copies[2], finished=datetime.date(2024, 5, 1))
scan = make_scan(user, job_id="job-ada", complete=True, shelf=shelf)
for band in ("sure", "check", "unread"):
    make_candidate(scan, band=band)
"""
PAGES = (
    "/", "/?view=list", "/?q=dune", "/books/filters/", "/books/removed/", "/books/add/", "/books/add/isbn/", "/books/add/search/",
    "/books/add/scanner/", "/books/add/camera/", "/books/add/unknown/", "/scans/", "/scans/new/", "/scans/job-ada/", "/shelves/",
    "/loans/", "/tags/", "/authors/", "/series/", "/statistics/", "/statistics/2024/", "/search/",
    "/search/?q=dune", "/chat/", "/import/", "/export/",
    "/settings/", "/settings/tokens/", "/settings/webhooks/", "/settings/feeds/", "/settings/delete/", "/accounts/email/",
    "/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/", "/api/v1/docs", "/nothing/",
)  # fmt: skip
OUTSIDE = ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")
# Links within text are exempt, as in WCAG 2.5.8. A target grows by its label or an invisible ::after.
TOO_SMALL = """least => [...document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden])")]
  .filter((item) => item.checkVisibility({ visibilityProperty: true }) && item.tabIndex >= 0)
  .filter((item) => !item.closest("p, dd, td, blockquote, .visually-hidden, .skip, h1, h2, h3"))
  .filter((item) => {
    const box = (item.closest("label") ?? item).getBoundingClientRect();
    const after = getComputedStyle(item, "::after");
    const more = after.content !== "none" && after.position === "absolute" ? parseFloat(after.height) || 0 : 0;
    return box.height > 0 && Math.max(box.height, more) < least - 0.5;
  })
  .map((item) => item.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def ada(browser, product):
    visitor = Visitor(browser, f"http://127.0.0.1:{product.port}", SMALL)
    page = visitor.sign_up("ada")
    subprocess.run([sys.executable, "-c", FILL], cwd=ROOT, env=os.environ | product.environment, check=True, timeout=120)
    yield page
    visitor.context.close()
    assert [complaint for complaint in visitor.complaints if "404" not in complaint] == []


def findings(page, address: str) -> list[str]:
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.goto(address)
        violations = Axe().run(page).response["violations"]
        found += [f"{theme}: {one['id']}: {node['html'][:120]}" for one in violations for node in one["nodes"]]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found + [f"{wide} px too wide"] * (wide > 0) + page.evaluate(TOO_SMALL, TARGET)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_can_be_used_by_everybody(ada, address):
    assert findings(ada, address) == []


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_page_for_visitors_can_be_used_by_everybody(browser, product, address):
    visitor = Visitor(browser, f"http://127.0.0.1:{product.port}", SMALL)
    assert findings(visitor.page(), address) == []
    visitor.context.close()
    assert visitor.complaints == []


def test_a_password_can_be_shown_and_is_hidden_again(browser, product):
    visitor = Visitor(browser, f"http://127.0.0.1:{product.port}", SMALL)
    page = visitor.page()
    page.goto("/accounts/login/")
    field = page.locator("input[name=password]")
    field.fill("secret")
    button = page.get_by_role("button", name="Show password")
    button.tap()
    assert (field.get_attribute("type"), button.get_attribute("aria-pressed")) == ("text", "true")
    button.tap()
    assert field.get_attribute("type") == "password" and field.input_value() == "secret"
    visitor.context.close()
