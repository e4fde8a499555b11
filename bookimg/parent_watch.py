"""No process outlives the one that started it, whichever way that one ends."""

import os
import threading
import time

LOOK_SECONDS = 0.5
SUPERVISOR = "SUPERVISOR_PID"  # told by the supervisor: asking for the parent's id at our start could come too late


def die_with_parent():
    """From now on all that this process forks ends soon after it, and it ends soon after the supervisor that started it."""
    supervisor = int(os.environ.get(SUPERVISOR, 0))
    watch = Watch(supervisor)
    if supervisor:
        watch.begin()


class Watch:
    """Each process watches the one that started it, by nothing but its id: that works on every Unix."""

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
