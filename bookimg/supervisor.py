"""Keeps the processes of one machine running: starts them, restarts them when they die, and leaves none behind."""

import logging
import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass

from bookimg import parent_watch

logger = logging.getLogger("bookimg.supervisor")

LOOK_SECONDS = 0.2
DRAIN_SECONDS = 60  # for the current stage; a stage that takes longer is repeated after the next start
STEADY_SECONDS = 3  # a child that ran this long is restarted at once; one that cannot start dies sooner
LONGEST_PAUSE = 15
CANNOT_RUN = 78  # the exit code of a child that would fail again; it has printed the reason
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class _Child:
    """A process and its successors."""

    name: str
    command: list[str]
    process: subprocess.Popen | None = None
    started: float = 0.0
    start_at: float = 0.0
    failures: int = 0

    def start(self):
        # In its own session, so that Ctrl-C only reaches the supervisor, which then decides the order.
        reported = {**os.environ, parent_watch.SUPERVISOR: str(os.getpid())}
        self.process = subprocess.Popen(self.command, start_new_session=True, env=reported)
        self.started = time.monotonic()

    def look_after(self):
        if self.process is None:
            if time.monotonic() >= self.start_at:
                self.start()
        elif self.process.poll() not in (None, CANNOT_RUN):
            self.kill()  # anything it left behind must not run beside its successor
            self.failures = 1 if time.monotonic() - self.started > STEADY_SECONDS else self.failures + 1
            pause = min(2 ** (self.failures - 1) - 1, LONGEST_PAUSE)
            logger.warning("%s ended (%s); restarting it in %s s", self.name, self.process.returncode, pause)
            self.process, self.start_at = None, time.monotonic() + pause

    def cannot_run(self) -> bool:
        return self.process is not None and self.process.poll() == CANNOT_RUN

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self):
        if self.is_running():
            self.process.terminate()

    def kill(self):
        """Kills the process and everything it started."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Runs `commands`."""

    def __init__(self, commands: dict[str, list[str]]):
        self.children = [_Child(name, command) for name, command in commands.items()]
        self.stop_requests = 0  # how many times we were asked to stop

    def run(self) -> bool:
        """Returns after it was asked to stop, or False if a child cannot run."""
        for number in STOPPING:
            if signal.getsignal(number) != signal.SIG_IGN:  # respect nohup
                signal.signal(number, self.stop)
        while not self.stop_requests and not self.cannot_go_on():
            for child in self.children:
                child.look_after()
            time.sleep(LOOK_SECONDS)
        could_run = not self.cannot_go_on()
        self.drain()
        return could_run

    def cannot_go_on(self) -> bool:
        return any(child.cannot_run() for child in self.children)

    def stop(self, *_):
        self.stop_requests += 1

    def drain(self):
        """Waits for the children to finish; a second Ctrl-C, or the time limit, stops them at once."""
        logger.info("Stopping after the current work is finished (press Ctrl-C again to stop now)")
        until = time.monotonic() + DRAIN_SECONDS
        for child in self.children:
            child.ask_to_stop()
        while any(child.is_running() for child in self.children):
            if self.stop_requests > 1 or time.monotonic() > until:
                break
            time.sleep(LOOK_SECONDS)
        for child in self.children:
            child.kill()
