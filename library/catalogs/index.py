"""The search index of the local catalogue: for each bucket of `terms` the records that have it.

On SQLite an FTS5 table, on PostgreSQL an integer array under a GIN index; both were made by migration 0002 and need no
extension. How many records each bucket has is kept in one array beside them, so that a search can begin with the rarest.
"""

import uuid

import numpy as np
from django.db import connection

from library.catalogs.terms import BUCKETS
from library.models import CatalogCounts

TABLE = "library_catalogterms"
_in_memory: dict[uuid.UUID, tuple[int, np.ndarray]] = {}  # the newest counts only: some megabytes


def add(entries: list[tuple[int, set[int]]]) -> None:
    """Index these (record id, its buckets); to be called in the transaction that writes the records."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            rows = [(pk, " ".join(f"{bucket:x}" for bucket in buckets)) for pk, buckets in entries]
            cursor.executemany(f"INSERT INTO {TABLE}(rowid, terms) VALUES (%s, %s)", rows)
        else:
            rows = [(pk, list(buckets)) for pk, buckets in entries]
            cursor.executemany(f"INSERT INTO {TABLE}(record_id, terms) VALUES (%s, %s) ON CONFLICT DO NOTHING", rows)
    fresh = np.bincount(np.fromiter((bucket for _, buckets in entries for bucket in buckets), dtype=np.int64), minlength=BUCKETS)
    row, _ = CatalogCounts.objects.select_for_update().get_or_create(pk=1)
    row.counts = (_array(row.counts) + fresh.astype(np.uint32)).tobytes()
    row.records += len(entries)
    row.stamp = uuid.uuid4()
    row.save()


def counts() -> tuple[int, np.ndarray]:
    """How many records there are, and how many of them have each bucket."""
    stamp = CatalogCounts.objects.filter(pk=1).values_list("stamp", flat=True).first()
    if stamp is None:
        return 0, _array(b"")
    known = _in_memory.get(stamp)
    if known is None:
        row = CatalogCounts.objects.get(pk=1)
        known = row.records, _array(row.counts)
        _in_memory.clear()
        _in_memory[row.stamp] = known
    return known


def postings(buckets: list[int]) -> list[np.ndarray]:
    """For each bucket the ids of all records that have it."""
    if not buckets:
        return []
    if connection.vendor == "sqlite":
        one = f"SELECT %s, group_concat(rowid) FROM {TABLE} WHERE {TABLE} MATCH %s"
        values = [value for bucket in buckets for value in (bucket, f'"{bucket:x}"')]
    else:
        one = f"SELECT %s::int, string_agg(record_id::text, ',') FROM {TABLE} WHERE terms @> ARRAY[%s::int]"
        values = [value for bucket in buckets for value in (bucket, bucket)]
    with connection.cursor() as cursor:
        # One statement for all, and each answer as one long text: both cross into Python much faster than many rows do.
        cursor.execute(" UNION ALL ".join([one] * len(buckets)), values)
        ids = dict(cursor.fetchall())
    return [np.fromstring(ids[bucket] or "", dtype=np.int64, sep=",") for bucket in buckets]


def _array(blob) -> np.ndarray:
    return np.frombuffer(bytes(blob), dtype=np.uint32) if blob else np.zeros(BUCKETS, dtype=np.uint32)
