"""Shutting down gracefully: workers finish what they are doing and start nothing new."""

from multiprocessing.sharedctypes import RawValue

# Shared with all forked workers, and without a lock, which a killed worker might never release.
_draining = RawValue("b", 0)


def start_draining():
    """Stops new work from being started. The rest is picked up after the next start."""
    _draining.value = 1


def stop_draining():
    _draining.value = 0


def is_draining() -> bool:
    return bool(_draining.value)
