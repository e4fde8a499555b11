"""What the health check of a container runs. Pages can be asked whether they live; a worker lives while it runs."""

import sys
import urllib.request
from pathlib import Path

PAGES = "http://127.0.0.1:8000/healthz"


def main(started: bytes, address: str = PAGES) -> int:
    """`started`: how the first process of the container was called."""
    if b"web" not in started.split(b"\0"):
        return 0
    try:
        with urllib.request.urlopen(address, timeout=4) as answer:
            return int(answer.status != 200)
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main(Path("/proc/1/cmdline").read_bytes()))
