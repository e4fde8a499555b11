"""The local catalogue: its records, how often each bucket of its index occurs, and how far its files were loaded."""

import uuid

from django.db import models

from catalogs import Record


class CatalogRecord(models.Model):
    """One row of the local catalogue, filled by `manage.py load_catalog`; its search index lives in catalogs/local.py."""

    isbn13 = models.CharField(max_length=13, blank=True, db_index=True)
    title = models.CharField(max_length=500)
    author = models.CharField(max_length=500, blank=True)  # several joined by "; "
    year = models.CharField(max_length=10, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True)
    # Its ISBN, or a hash of title and author where it has none: no record is there twice.
    key = models.CharField(max_length=40, unique=True, editable=False)

    def __str__(self):
        return f"{self.title} — {self.author}" if self.author else self.title

    def as_record(self) -> Record:
        return Record(
            title=self.title,
            authors=tuple(part.strip() for part in self.author.split(";") if part.strip()),
            isbn=self.isbn13,
            publisher=self.publisher,
            published_date=self.year,
            language=self.language,
            source="local",
            source_id=str(self.pk),
        )


class CatalogCounts(models.Model):
    """One row: how many records of the local catalogue have each bucket of its search index (see catalogs/index.py)."""

    records = models.PositiveIntegerField(default=0)
    counts = models.BinaryField(default=bytes)
    stamp = models.UUIDField(default=uuid.uuid4)  # new with every change, so that a copy in memory knows when it is old

    def __str__(self):
        return f"{self.records} records"


class CatalogFile(models.Model):
    """How far a file was loaded into the local catalogue, so that a stopped load goes on where it was."""

    fingerprint = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    rows = models.PositiveBigIntegerField(default=0)
    added = models.PositiveBigIntegerField(default=0)
    skipped = models.PositiveBigIntegerField(default=0)
    finished = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return self.name
