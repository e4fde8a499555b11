"""Ends a process when the one that started it has ended, however that happened."""

import os
import threading
import time

LOOK_SECONDS = 0.5
SUPERVISOR = "SUPERVISOR_PID"  # passed on by the supervisor, because reading the parent's id at our start could be too late


def die_with_parent():
    """From now on, this process ends soon after the supervisor that started it, and its own children soon after it."""
    supervisor = int(os.environ.get(SUPERVISOR, 0))
    watch = _Watch(supervisor)
    if supervisor:
        watch.begin()


class _Watch:
    """Watches the parent by its process id only, which works on every Unix."""

    def __init__(self, parent: int):
        self.parent = parent
        self.me = os.getpid()
        os.register_at_fork(after_in_child=self.begin_in_child)

    def begin_in_child(self):
        self.parent, self.me = self.me, os.getpid()  # not getppid(): the parent may have died during the fork
        self.begin()

    def begin(self):
        threading.Thread(target=self.look, name="orphan", daemon=True).start()

    def look(self):
        while os.getppid() == self.parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)
