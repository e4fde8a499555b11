"""Shutting down: workers finish what they have begun and start nothing new."""

from multiprocessing.sharedctypes import RawValue

# Shared with all forked workers, and without a lock, which a killed worker might never release.
_draining = RawValue("b", 0)


def start_draining():
    """From now on no new work is started; what is left is picked up after the next start."""
    _draining.value = 1


def stop_draining():
    _draining.value = 0


def is_draining() -> bool:
    return bool(_draining.value)
