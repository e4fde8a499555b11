"""Computes vectors in the background: for new copies, for those whose text has changed, and for all after a change of model."""

import hashlib
import time
from datetime import timedelta

import numpy as np
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from jobs import draining, runner
from jobs.leases import Lease
from library.models import Embedding, EmbeddingRun, EmbeddingStamp, UserBook
from library.search import choosing
from library.search.embedders import EmbedderError
from library.search.vectors import STORED

BATCH = 32
SLICE_SECONDS = 10  # a task stops after this, so that scans and imports get their turn
PAUSES = (10, 60, 300)  # seconds after an attempt that failed
REST_SECONDS = 900  # after the last of these, before starting over
MOST_QUERIES = 256  # cached vectors of queries, for the next page of results
_query_vectors: dict[tuple[str, str], np.ndarray] = {}
CHECKED_AT_ONCE = 500
LONGEST_DESCRIPTION, LONGEST_NOTES = 1200, 400
TEXT_COLUMNS = ("pk", "user_id", "title", "subtitle", "authors", "series", "categories", "description", "notes")


def _text_of(copy: UserBook) -> str:
    """The text that a copy's vector is computed from."""
    title = f"{copy.title}: {copy.subtitle}" if copy.subtitle else copy.title
    parts = [f"{title} by {copy.author}" if copy.authors else title, copy.series, ", ".join(map(str, copy.categories))]
    parts += [copy.description[:LONGEST_DESCRIPTION], copy.notes[:LONGEST_NOTES]]
    return ". ".join(part for part in parts if part)


def _digest_of(text: str, model: str) -> str:
    return hashlib.blake2b(f"{model}\n{text}".encode(), digest_size=16).hexdigest()


def make_due_vectors(seconds: float = 10, embedder=None) -> int:
    """Computes due vectors for at most this time and returns their number."""
    embedder = embedder or choosing.embedder()
    until, made = time.monotonic() + seconds, 0
    _outdated(embedder.name)
    while time.monotonic() < until and (some := batch(embedder)):
        made += some
    return made


def _outdated(model: str):
    """Marks vectors of other models as due. Searches do not use them in the meantime."""
    others = Embedding.objects.filter(stale=False).exclude(model=model)
    if others.exists():
        others.update(stale=True)


def batch(embedder, due=None) -> int:
    """Computes one batch. Copies whose text has changed by the time the vectors are saved stay due."""
    due = list((Embedding.objects.due() if due is None else due).order_by("copy_id").values_list("copy_id", flat=True)[:BATCH])
    if not due:
        return 0
    copies = list(UserBook.objects.filter(pk__in=due).only(*TEXT_COLUMNS))
    texts = {copy.pk: _text_of(copy) for copy in copies}
    digests = {pk: _digest_of(text, embedder.name) for pk, text in texts.items()}
    vectors = _same_text(set(digests.values()))
    missing = {digests[pk]: text for pk, text in texts.items() if digests[pk] not in vectors}
    if missing:
        rows = embedder.embed(list(missing.values())).vectors
        vectors |= {digest: row.astype(STORED).tobytes() for digest, row in zip(missing, rows, strict=True)}
    return _write_vectors(copies, digests, vectors, embedder.name)


def _same_text(digests: set[str]) -> dict[str, bytes]:
    """Existing vectors for the same text, from other people's copies of an edition or from before a change was undone."""
    known = Embedding.objects.filter(digest__in=digests).exclude(digest="").values_list("digest", "vector")
    return {digest: bytes(vector) for digest, vector in known if vector}


def _write_vectors(copies: list[UserBook], digests: dict[int, str], vectors: dict[str, bytes], model: str) -> int:
    with transaction.atomic():
        now = UserBook.objects.select_for_update(of=("self",)).filter(pk__in=digests).only(*TEXT_COLUMNS)
        same = {copy.pk for copy in now if _digest_of(_text_of(copy), model) == digests[copy.pk]}
        rows = [
            Embedding(
                copy_id=copy.pk, user_id=copy.user_id, model=model, stale=False, digest=digests[copy.pk],
                vector=vectors[digests[copy.pk]], size=len(vectors[digests[copy.pk]]) // STORED.itemsize,
            )
            for copy in copies if copy.pk in same
        ]  # fmt: skip
        columns = ["model", "size", "vector", "digest", "stale"]
        Embedding.objects.bulk_create(rows, update_conflicts=True, unique_fields=["copy"], update_fields=columns)
        for user in sorted({row.user_id for row in rows}):
            EmbeddingStamp.objects.get_or_create(user_id=user)
            EmbeddingStamp.objects.filter(user_id=user).update(count=F("count") + 1)
    return len(digests)


def compute_all_vectors(user, embedder=None) -> int:
    """Computes all due vectors of one person, for commands and tests."""
    embedder, made = embedder or choosing.embedder(), 0
    while some := batch(embedder, Embedding.objects.due().filter(user=user)):
        made += some
    return made


def _discover():
    """Creates the row for the work. Triggers in the database mark vectors as due, so no code enqueues them."""
    if Embedding.objects.due().exists():
        EmbeddingRun.objects.get_or_create(pk=1)


def _work(lease: Lease):
    embedder, until = choosing.embedder(), time.monotonic() + SLICE_SECONDS
    _outdated(embedder.name)
    while batch(embedder):
        lease.progress()
        if draining.is_draining() or time.monotonic() > until or runner.next_urgent(VECTORS):
            break
    with transaction.atomic():
        lease.release(attempts=0, deaths=0)
        if Embedding.objects.due().exists():
            runner.enqueue_work(VECTORS, lease.row.pk)


def _rest(run: EmbeddingRun, reason: str, permanent: bool):
    """Pauses for a while instead of giving up, because an outage or a missing key will be fixed one day."""
    until = timezone.now() + timedelta(seconds=REST_SECONDS)
    EmbeddingRun.objects.filter(pk=run.pk).update(attempts=0, deaths=0, lease_until=until, due=until)


VECTORS = runner.WorkKind(
    name="vectors",
    model=EmbeddingRun,
    work=_work,
    pauses=PAUSES,
    sentence="Something went wrong on our side.",
    give_up=_rest,
    errors=(EmbedderError,),
    discover=_discover,
    rank=3,
)


def vector_of(text: str, embedder=None) -> np.ndarray:
    """The vector of a query. Some embedders treat queries differently from texts."""
    embedder = embedder or choosing.embedder()
    asking = getattr(embedder, "asking", embedder.embed)
    key = (embedder.name, text)
    if (found := _query_vectors.get(key)) is None:
        found = _query_vectors[key] = asking([text]).vectors[0]
        while len(_query_vectors) > MOST_QUERIES:
            _query_vectors.pop(next(iter(_query_vectors)), None)
    return found


def forget_query_vectors():
    _query_vectors.clear()


def mismatched_vectors(model: str) -> list[int]:
    """Copies whose vector is marked as up to date but belongs to another text. There should be none."""
    found = []
    rows = Embedding.objects.filter(stale=False, model=model).values_list("copy_id", "digest").order_by("copy_id")
    for start in range(0, rows.count(), CHECKED_AT_ONCE):
        digests = dict(rows[start : start + CHECKED_AT_ONCE])
        copies = UserBook.objects.filter(pk__in=digests).only(*TEXT_COLUMNS)
        found += [copy.pk for copy in copies if _digest_of(_text_of(copy), model) != digests[copy.pk]]
    return found


def mark_vectors_due(copies: list[int]):
    """Marks the vectors of these copies as due."""
    for start in range(0, len(copies), CHECKED_AT_ONCE):
        Embedding.objects.filter(pk__in=copies[start : start + CHECKED_AT_ONCE]).update(stale=True)
