"""What the pages of a running BookImg weigh and how long they block, on a slow phone: `python -m tests.browser.measure_pages`.

The address, a username and a password are its arguments. Sizes are kilobytes on the wire without covers and photos, times are
milliseconds with slow 4G and a processor slowed down four times: the middle of three visits with an empty cache."""

import argparse
import re
from statistics import median

from playwright.sync_api import sync_playwright

from tests.requirements import chromium

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
PAGES = (
    "/",
    "/?view=list",
    "/search/",
    "/authors/",
    "/series/",
    "/shelves/",
    "/statistics/",
    "/books/add/isbn/",
    "/scans/",
    "/settings/",
)
PICTURES = ("/covers/", "/thumbnail", "/photo", "/spines/")
WATCH = """() => {
  window.paints = 0; window.blocked = 0; window.shifted = 0;
  new PerformanceObserver((list) => { for (const e of list.getEntries()) window.paints = e.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => { for (const e of list.getEntries()) window.blocked += Math.max(0, e.duration - 50); })
    .observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.shifted += e.value; })
    .observe({ type: "layout-shift", buffered: true });
}"""
FIGURES = """() => [document.getElementsByTagName("*").length, Math.round(window.paints), Math.round(window.blocked),
  Math.round(window.shifted * 1000) / 1000]"""
VISITS = 3


def visit(context, path: str) -> list[float]:
    """Kilobytes, nodes, largest paint, blocking and layout shift of one visit."""
    page = context.new_page()
    page.add_init_script(f"({WATCH})()")
    protocol = context.new_cdp_session(page)
    addresses, sizes = {}, {}
    protocol.on("Network.requestWillBeSent", lambda event: addresses.update({event["requestId"]: event["request"]["url"]}))
    protocol.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    protocol.send("Network.enable")
    protocol.send("Network.setCacheDisabled", {"cacheDisabled": True})
    protocol.send("Network.emulateNetworkConditions", SLOW_4G)
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(path)
    page.wait_for_timeout(1000)
    size = sum(size for key, size in sizes.items() if not any(part in addresses.get(key, "") for part in PICTURES))
    figures = page.evaluate(FIGURES)
    page.close()
    return [size / 1000, *figures]


def sign_in(context, name: str, password: str):
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label(re.compile("Username")).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("/")
    page.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("user")
    parser.add_argument("password")
    parser.add_argument("pages", nargs="*", default=PAGES)
    chosen = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        context = browser.new_context(base_url=chosen.address, **PHONE)
        sign_in(context, chosen.user, chosen.password)
        print("| page | kB | nodes | largest paint | blocked | shift |\n|---|---|---|---|---|---|")
        for path in chosen.pages:
            visits = [visit(context, path) for _ in range(VISITS)]
            size, nodes, *rest = (median(column) for column in zip(*visits, strict=True))
            print(f"| {path} | {size:.0f} | {nodes:.0f} | " + " | ".join(f"{figure:g}" for figure in rest) + " |")
        browser.close()


if __name__ == "__main__":
    main()
