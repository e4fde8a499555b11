"""Tests that need more than Python: run where it is there, skipped with one visible line where it is not.

`@pytest.mark.needs("postgresql")` names what a test needs; `browser` means Chromium. With REQUIRE_SERVICES=1
a missing one is a failure. With THOROUGH=1 the heaviest tests run in their full size."""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """Where the system's Chromium is, or ""."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), "")


def nginx() -> str:
    """Where nginx is, or ""."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin") or ""


def caddy() -> str:
    """Where Caddy is, or ""."""
    return shutil.which("caddy") or ""


def postgresql() -> str:
    """The address of a server where databases may be made and dropped, or ""."""
    return os.environ.get("TEST_DATABASE_URL", "")


def terraform() -> str:
    """Where Terraform is, or ""."""
    return shutil.which("terraform") or ""


def promtool() -> str:
    """Where Prometheus's checker is, or ""."""
    return shutil.which("promtool") or ""


def terraform_providers() -> str:
    """A folder with Amazon's provider, as `terraform providers mirror` makes it; nothing is fetched for tests."""
    usual = ("~/.terraform.d/plugins", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins")
    places = [
        Path(os.environ.get("TERRAFORM_PROVIDERS") or "-"),
        *(Path(name).expanduser() for name in usual),
        *Path("/opt").glob("*"),
    ]
    return next((str(place) for place in places if (place / "registry.terraform.io/hashicorp/aws").is_dir()), "")


FINDERS = {
    "chromium": (chromium, "no Chromium on the PATH"),
    "nginx": (nginx, "no nginx on the PATH"),
    "caddy": (caddy, "no Caddy on the PATH"),
    "postgresql": (postgresql, "TEST_DATABASE_URL is not set"),
    "promtool": (promtool, "no promtool on the PATH (Debian's package prometheus has it)"),
    "terraform": (terraform, "no Terraform on the PATH"),
    "terraform_providers": (terraform_providers, "TERRAFORM_PROVIDERS names no folder with Amazon's provider"),
}
NEVER_REQUIRED = ("promtool", "terraform", "terraform_providers")  # too large for .ci/run, or in no list of packages
missing = Counter()
THOROUGH = os.environ.get("THOROUGH") == "1"


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(*names): what must be there: " + ", ".join(FINDERS))


def pytest_runtest_setup(item):
    names = [name for mark in item.iter_markers("needs") for name in mark.args]
    if item.get_closest_marker("browser"):
        names.append("chromium")
    for name in names:
        find, reason = FINDERS[name]
        if not find():
            missing[f"{name}: {reason}"] += 1
            if os.environ.get("REQUIRE_SERVICES") == "1" and name not in NEVER_REQUIRED:
                pytest.fail(f"{name} is required here, but {reason}", pytrace=False)
            pytest.skip(reason)


def pytest_terminal_summary(terminalreporter):
    for what, tests in missing.items():
        terminalreporter.write_line(f"MISSING {what} ({tests} test{'' if tests == 1 else 's'})", yellow=True)
