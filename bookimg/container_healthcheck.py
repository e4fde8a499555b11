"""The health check of a container: a request to the web process; a worker is healthy while it runs."""

import sys
import urllib.request
from pathlib import Path

PAGES = "http://127.0.0.1:8000/healthz"


def check_health(started: bytes, address: str = PAGES) -> int:
    """`started` is the command line of the container's first process."""
    if b"web" not in started.split(b"\0"):
        return 0
    try:
        with urllib.request.urlopen(address, timeout=4) as answer:
            return int(answer.status != 200)
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(check_health(Path("/proc/1/cmdline").read_bytes()))
