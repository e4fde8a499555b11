"""What the workers are called to do for the library. A task is given a primary key and finds the rest in the database."""

import time
from multiprocessing.sharedctypes import RawValue

from django.core.cache import cache
from django_q.tasks import async_task

from library import chat, sync
from library.importing import run as importing
from library.models import Embedding
from library.search import embedding

EMBEDDING = "vectors-are-being-made"
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


def embed():
    """Makes the vectors that are due, for some seconds; then scans and imports get their turn."""
    cache.delete(EMBEDDING)
    if not draining.value and embedding.attempt(SECONDS / 2):
        order_vectors()


def order_vectors():
    """One such task at a time, also where several processes sweep."""
    if Embedding.objects.due().exists() and cache.add(EMBEDDING, 1, 5 * 60):
        async_task("library.tasks.embed")


def forget_chats():
    chat.forget_old()


def sweep():
    sync.sweep()
    importing.sweep()
    order_vectors()
