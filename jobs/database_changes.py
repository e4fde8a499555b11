"""Finds out cheaply whether there can be new work, so that idle processes need not query for it twice a second."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

from django.db import connection

LOOK_ANYWAY_SECONDS = 3  # pauses and leases end without anybody writing


class DatabaseChanges:
    """Watches an SQLite database with a connection of its own. Other databases may always have changed."""

    def __init__(self, path: str = "", clock: Callable[[], float] = time.monotonic):
        self.path, self.clock = path or _path_of_database(), clock
        self._watching: sqlite3.Connection | None = None
        self._pid = 0
        self._version: int | None = None
        self._looked = float("-inf")

    def may_have_changed(self) -> bool:
        """Whether anybody has written since the last call, or the last change is a while ago."""
        now, version = self.clock(), self._data_version()
        if version is not None and version == self._version and now - self._looked < LOOK_ANYWAY_SECONDS:
            return False
        self._version, self._looked = version, now
        return True

    def _data_version(self) -> int | None:
        if not self.path:
            return None
        if self._watching is None or self._pid != os.getpid():  # a connection must not be used across a fork
            self._watching, self._pid = sqlite3.connect(self.path), os.getpid()
        with closing(self._watching.execute("PRAGMA data_version")) as answer:
            return answer.fetchone()[0]


def _path_of_database() -> str:
    """Empty unless it is a file."""
    name = str(connection.settings_dict["NAME"])
    return "" if connection.vendor != "sqlite" or ":memory:" in name or "mode=memory" in name else name
