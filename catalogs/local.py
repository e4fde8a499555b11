"""The local catalogue: the records loaded with `manage.py load_catalog`, found by the text on a spine."""

import hashlib
from collections.abc import Iterable

import numpy as np
from django.db import transaction

from catalogs import Record, folding, index, ranking
from catalogs.index_terms import buckets_of, record_buckets
from catalogs.models import CatalogRecord

MOST_POSTINGS = 30_000  # postings read for one spine: the rarest terms first, so that more books do not make a search slower
CANDIDATES = 80  # records compared closely for one spine


class LocalCatalog:
    name = "local"
    title = "the local catalogue"

    def by_isbn(self, isbn13: str) -> Record | None:
        row = CatalogRecord.objects.filter(isbn13=isbn13).first() if isbn13 else None
        return row.as_record() if row else None

    def search(self, text: str, limit: int = 10) -> list[Record]:
        return self.search_many([text], limit)[0]

    def search_many(self, texts: list[str], limit: int = 10) -> list[list[Record]]:
        """The records that each text may refer to, most likely first."""
        total, counts = index.counts()
        if not total:
            return [[] for _ in texts]
        postings: dict[int, np.ndarray] = {}  # neighbours on a shelf share words
        candidates = [_candidates(text, total, counts, postings) for text in texts]
        wanted = set().union(*candidates)
        records = {pk: row.as_record() for pk, row in CatalogRecord.objects.in_bulk(wanted).items()}
        return [
            ranking.best(text, [records[pk] for pk in found if pk in records], limit)
            for text, found in zip(texts, candidates, strict=True)
        ]


def _candidates(text: str, total: int, counts: np.ndarray, postings: dict[int, np.ndarray]) -> list[int]:
    """The ids of the records that share the most distinctive terms with `text`."""
    known = sorted((int(counts[bucket]), bucket) for bucket in buckets_of(text) if counts[bucket])
    read = np.cumsum([count for count, _ in known])
    known = known[: max(1, int(np.searchsorted(read, MOST_POSTINGS)))]
    if not known:
        return []
    fresh = [bucket for _, bucket in known if bucket not in postings]
    postings.update(zip(fresh, index.postings(fresh), strict=True))
    ids = [postings[bucket] for _, bucket in known]
    weights = np.repeat([np.log1p(total / count) for count, _ in known], [len(found) for found in ids])
    unique, place = np.unique(np.concatenate(ids), return_inverse=True)
    points = np.bincount(place, weights=weights)
    if len(unique) > CANDIDATES:
        best = np.argpartition(-points, CANDIDATES)[:CANDIDATES]
        unique, points = unique[best], points[best]
    return unique[np.argsort(-points, kind="stable")].tolist()


def add_records(records: Iterable[Record]) -> int:
    """Saves records with their index entries in one transaction. Returns how many were added; existing ones stay."""
    by_key = {_key(record): record for record in records if record.title}
    with transaction.atomic():
        there = set(CatalogRecord.objects.filter(key__in=by_key).values_list("key", flat=True))
        rows = CatalogRecord.objects.bulk_create(
            CatalogRecord(
                key=key,
                isbn13=record.isbn,
                title=record.title[:500],
                author="; ".join(record.authors)[:500],
                year=record.published_date[:10],
                publisher=record.publisher[:200],
                language=record.language[:8],
            )
            for key, record in by_key.items()
            if key not in there
        )
        if rows:
            index.add_to_index([(row.pk, record_buckets(row.title, by_key[row.key].authors)) for row in rows])
    return len(rows)


def _key(record: Record) -> str:
    if record.isbn:
        return record.isbn
    text = "|".join([folding.fold(record.title), *sorted(folding.fold(author) for author in record.authors)])
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
