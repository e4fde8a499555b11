"""Cleans large photos in a process of their own: `python -m scanning.large_photos` reads standard input.

Decoding 80 megapixels takes up to a gigabyte, which the web process must not hold. One at a time is cleaned."""

import io
import resource
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from scanning import images

MOST_MEMORY = 4 << 30  # bytes of address space; the libraries alone reserve one
SECONDS = 60
REFUSED = 65  # the exit code behind a sentence; Python's own for a crash is 1
TOO_LARGE = "This photo is too large to be opened. Make it smaller first."
_one_at_a_time = threading.Lock()


def clean_large_photo(file: IO[bytes]) -> bytes:
    """An inspected photo as `images.clean_photo` returns it. Raises PhotoError."""
    file.seek(0)
    command, place = [sys.executable, "-m", "scanning.large_photos"], Path(__file__).parent.parent
    try:
        with _one_at_a_time:
            done = subprocess.run(command, cwd=place, input=file.read(), capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise images.PhotoError(TOO_LARGE) from None
    if done.returncode == 0:
        return done.stdout
    raise images.PhotoError(done.stderr.decode() if done.returncode == REFUSED else TOO_LARGE)


def _main() -> int:
    """0 with the photo, REFUSED with a sentence; anything else is a crash or a lack of memory."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    try:
        sys.stdout.buffer.write(images.clean_photo(io.BytesIO(sys.stdin.buffer.read())))
    except images.PhotoError as error:
        sys.stderr.write(str(error))
        return REFUSED
    except MemoryError:
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(_main())
