"""What the workers are called to do for the library. A task is given a primary key and finds the rest in the database."""

import time

from django.core.cache import cache
from django_q.tasks import async_task

from jobs import draining
from library import metadata_lookup
from library.models import Embedding
from library.search import embedding

EMBEDDING = "vectors-are-being-made"
SECONDS = 20  # of one task; then others get their turn


def fill(user_pk: int):
    """Looks up this person's pending books."""
    until = time.monotonic() + SECONDS
    while not draining.is_draining() and metadata_lookup.work(user_pk):
        if time.monotonic() > until:
            return metadata_lookup.enqueue(user_pk)
    return None


def embed():
    """Makes the vectors that are due, for some seconds; then scans and imports get their turn."""
    cache.delete(EMBEDDING)
    if not draining.is_draining() and embedding.attempt(SECONDS / 2):
        order_vectors()


def order_vectors():
    """One such task at a time, also where several processes sweep."""
    if Embedding.objects.due().exists() and cache.add(EMBEDDING, 1, 5 * 60):
        async_task("library.tasks.embed")


def sweep():
    metadata_lookup.sweep()
    order_vectors()
