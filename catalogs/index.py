"""The search index of the local catalogue: the records in each bucket of terms.

On SQLite it is an FTS5 table. On PostgreSQL it is a table of our own, because a GIN index would fetch a row for every record
found: one row per bucket and 65,536 records holds their ids as bytes. Neither needs an extension. An array next to the
index holds the number of records in each bucket, so that a search can start with the rarest.
"""

import uuid
from itertools import groupby

import numpy as np
from django.db import connection

from catalogs.index_terms import BUCKETS
from catalogs.models import CatalogCounts

FTS, POSTINGS = "catalogs_catalogterms", "catalogs_catalogpostings"
PART_BITS = 16  # records per part: few rows to read, and none takes long to rewrite when books are added
ID = np.dtype(">i4")  # the format of PostgreSQL's int4send
_in_memory: dict[uuid.UUID, tuple[int, np.ndarray]] = {}  # only the latest counts: a few megabytes


def add_to_index(entries: list[tuple[int, set[int]]]) -> None:
    """Indexes records, given as (record id, its buckets). Call it in the transaction that writes the records."""
    row, _ = CatalogCounts.objects.select_for_update().get_or_create(pk=1)  # first, so that concurrent loads wait for each other
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
    """Appends the ids to those already in each bucket (PostgreSQL)."""
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
    """The number of records, and how many of them are in each bucket."""
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
    """The ids of all records in each bucket."""
    if not buckets:
        return []
    found = _from_fts(buckets) if connection.vendor == "sqlite" else _from_postings(buckets)
    return [found.get(bucket, np.empty(0, dtype=np.int64)) for bucket in buckets]


def _from_fts(buckets: list[int]) -> dict[int, np.ndarray]:
    """Uses one statement for all, and returns each result as one long text: both reach Python much faster than many rows."""
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


def copy_index(source, target) -> None:
    """Copies the index from SQLite to PostgreSQL. The arguments are database connections."""
    with source.cursor() as old, target.cursor() as new:
        old.execute(f"CREATE VIRTUAL TABLE temp.catalog_pairs USING fts5vocab(main, {FTS}, instance)")
        old.execute("SELECT term, doc FROM temp.catalog_pairs ORDER BY term, doc")
        runs = groupby(iter(old.fetchone, None), lambda pair: (int(pair[0], 16), pair[1] >> PART_BITS))
        with new.copy(f"COPY {POSTINGS} (bucket, part, ids) FROM STDIN") as rows:
            for (bucket, part), pairs in runs:
                rows.write_row((bucket, part, np.fromiter((pk for _, pk in pairs), dtype=ID).tobytes()))
        old.execute("DROP TABLE temp.catalog_pairs")


def _array(blob) -> np.ndarray:
    return np.frombuffer(bytes(blob), dtype=np.uint32) if blob else np.zeros(BUCKETS, dtype=np.uint32)
