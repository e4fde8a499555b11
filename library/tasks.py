"""What the workers are called to do for the library. A task is given a primary key and finds the rest in the database."""

import time
from multiprocessing.sharedctypes import RawValue

from library import sync
from library.importing import run as importing

SECONDS = 20  # of one task; then others get their turn

# Shared with all forked workers, and without a lock, which a killed worker might take to its grave.
draining = RawValue("b", 0)


def drain():
    """From now on nothing new is begun; what is left is taken up after the next start."""
    draining.value = 1


def fill(user_pk: int):
    """Looks up this person's pending books."""
    until = time.monotonic() + SECONDS
    while not draining.value and sync.work(user_pk):
        if time.monotonic() > until:
            return sync.enqueue(user_pk)
    return None


def sweep():
    sync.sweep()
    importing.sweep()
