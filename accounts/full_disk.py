"""A full disk: reading goes on, and whatever cannot be stored is answered with a sentence."""

import errno
import logging
import sqlite3
from contextlib import contextmanager

from django.db import DatabaseError
from django.shortcuts import render

logger = logging.getLogger("accounts.full_disk")

STATUS = 507  # Insufficient Storage
SENTENCE = "There is no space left on the server, so nothing could be saved. Try again later."
ERRNOS = (errno.ENOSPC, errno.EDQUOT)
POSTGRESQL_DISK_FULL = "53100"


def is_full_disk(error: BaseException | None) -> bool:
    """Whether a file system or the database ran out of space. Django wraps the errors of its databases."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in ERRNOS:
            return True
        if (
            getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
            or getattr(error, "sqlstate", None) == POSTGRESQL_DISK_FULL
        ):
            return True
        error = error.__cause__
    return False


@contextmanager
def saved_if_possible():
    """For notes that a request can do without."""
    try:
        yield
    except (OSError, DatabaseError) as error:
        if not is_full_disk(error):
            raise
        logger.error("no space left on the server")


class FullDiskMiddleware:
    """Answers pages that could not save; the API has the same in its own form."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not is_full_disk(exception):
            return None
        logger.error("%s %s: no space left on the server", request.method, request.path)
        return render(request, "507.html", {"sentence": SENTENCE}, status=STATUS)
