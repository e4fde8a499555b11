"""Data on its way through several steps (packing, encrypting, uploading) without ever being in memory as a whole."""

import io
import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.db import connections

CHUNK = 1 << 20


def open_private(path: Path) -> IO[bytes]:
    """A new or emptied file that only this system user may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode=0o600), "wb")


class _Produced(io.RawIOBase):
    """The reading end. Where the data ends because its producer failed, reading raises the producer's error, so that
    nobody takes the beginning for the whole."""

    def __init__(self, produce: Callable[[IO[bytes]], object]):
        reading, writing = os.pipe()
        self.pipe, self.error = os.fdopen(reading, "rb", buffering=0), None
        self.producer = threading.Thread(target=self._run, args=(produce, writing), name="stream", daemon=True)
        self.producer.start()

    def _run(self, produce, writing: int):
        try:
            with open(writing, "wb", buffering=CHUNK) as out:
                try:
                    produce(out)
                except BaseException as error:
                    self.error = error  # before the pipe is closed, which is when the reader looks
        except BrokenPipeError:
            pass  # the reader stopped earlier
        finally:
            connections.close_all()  # this thread's

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        size = self.pipe.readinto(buffer)
        if not size and self.error:
            raise self.error
        return size or 0

    def close(self):
        if not self.closed:
            self.pipe.close()
            self.producer.join()
        super().close()


@contextmanager
def produced_by(produce: Callable[[IO[bytes]], object]) -> Generator[IO[bytes]]:
    """What `produce` writes, to be read meanwhile; it runs in a thread of its own."""
    with io.BufferedReader(_Produced(produce), CHUNK) as stream:
        yield stream
