"""The search index of the local catalogue: for each bucket of `terms` the records that have it.

On SQLite an FTS5 table. On PostgreSQL a table of our own, because its GIN index would fetch a row for every record named: a row
for each bucket and each 65,536 records holds their ids as one run of bytes. Neither needs an extension. How many records
each bucket has is kept in one array beside them, so that a search can begin with the rarest.
"""

import uuid

import numpy as np
from django.db import connection

from catalogs.index_terms import BUCKETS
from catalogs.models import CatalogCounts

FTS, POSTINGS = "catalogs_catalogterms", "catalogs_catalogpostings"
PART_BITS = 16  # records of one part: few rows to read, and none that is long to rewrite when books are added
ID = np.dtype(">i4")  # as PostgreSQL's int4send writes them
_in_memory: dict[uuid.UUID, tuple[int, np.ndarray]] = {}  # the newest counts only: some megabytes


def add(entries: list[tuple[int, set[int]]]) -> None:
    """Index these (record id, its buckets); to be called in the transaction that writes the records."""
    row, _ = CatalogCounts.objects.select_for_update().get_or_create(pk=1)  # first, so that two loads wait for each other
    buckets = np.fromiter((bucket for _, buckets in entries for bucket in buckets), dtype=np.int64)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            rows = [(pk, " ".join(f"{bucket:x}" for bucket in buckets)) for pk, buckets in entries]
            cursor.executemany(f"INSERT INTO {FTS}(rowid, terms) VALUES (%s, %s)", rows)
    else:
        _append(buckets, np.repeat([pk for pk, _ in entries], [len(found) for _, found in entries]))
    fresh = np.bincount(buckets, minlength=BUCKETS)
    row.counts = (_array(row.counts) + fresh.astype(np.uint32)).tobytes()
    row.records += len(entries)
    row.stamp = uuid.uuid4()
    row.save()


def _append(buckets: np.ndarray, ids: np.ndarray) -> None:
    """Writes the ids behind those that each bucket has already (PostgreSQL)."""
    parts = ids >> PART_BITS
    order = np.lexsort((ids, parts, buckets))
    buckets, parts, ids = buckets[order], parts[order], ids[order].astype(ID)
    starts = np.flatnonzero(np.r_[True, (np.diff(buckets) != 0) | (np.diff(parts) != 0)])
    runs = [run.tobytes() for run in np.split(ids, starts[1:])]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {POSTINGS} AS known (bucket, part, ids) SELECT * FROM unnest(%s::int[], %s::int[], %s::bytea[]) "
            "ON CONFLICT (bucket, part) DO UPDATE SET ids = known.ids || excluded.ids",
            [buckets[starts].tolist(), parts[starts].tolist(), runs],
        )


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
    found = _from_fts(buckets) if connection.vendor == "sqlite" else _from_postings(buckets)
    return [found.get(bucket, np.empty(0, dtype=np.int64)) for bucket in buckets]


def _from_fts(buckets: list[int]) -> dict[int, np.ndarray]:
    """One statement for all, and each answer as one long text: both cross into Python much faster than many rows do."""
    one = f"SELECT %s, group_concat(rowid) FROM {FTS} WHERE {FTS} MATCH %s"
    values = [value for bucket in buckets for value in (bucket, f'"{bucket:x}"')]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([one] * len(buckets)), values)
        return {bucket: np.fromstring(ids or "", dtype=np.int64, sep=",") for bucket, ids in cursor.fetchall()}


def _from_postings(buckets: list[int]) -> dict[int, np.ndarray]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT bucket, string_agg(ids, ''::bytea) FROM {POSTINGS} WHERE bucket = ANY(%s) GROUP BY bucket", [buckets]
        )
        return {bucket: np.frombuffer(ids, dtype=ID).astype(np.int64) for bucket, ids in cursor.fetchall()}


def _array(blob) -> np.ndarray:
    return np.frombuffer(bytes(blob), dtype=np.uint32) if blob else np.zeros(BUCKETS, dtype=np.uint32)
