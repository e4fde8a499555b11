"""The local catalogue: its records, the sizes of its index buckets, and the progress of its files."""

import uuid

from django.db import models

from catalogs import Record


class CatalogRecord(models.Model):
    """A record of the local catalogue, loaded by `manage.py load_catalog`; see catalogs/index.py for its search index."""

    isbn13 = models.CharField(max_length=13, blank=True, db_index=True)
    title = models.CharField(max_length=500)
    author = models.CharField(max_length=500, blank=True)  # several are joined by "; "
    year = models.CharField(max_length=10, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True)
    # Its ISBN, or a hash of title and author if it has none, so that no record exists twice.
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
    """A single row: how many records are in each bucket of the search index (see catalogs/index.py)."""

    records = models.PositiveIntegerField(default=0)
    counts = models.BinaryField(default=bytes)
    stamp = models.UUIDField(default=uuid.uuid4)  # changes with every update, so that a cached copy knows when it is outdated

    def __str__(self):
        return f"{self.records} records"


class CatalogFile(models.Model):
    """The progress of loading a file, so that an interrupted load continues where it stopped."""

    fingerprint = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    rows = models.PositiveBigIntegerField(default=0)
    added = models.PositiveBigIntegerField(default=0)
    skipped = models.PositiveBigIntegerField(default=0)
    finished = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return self.name
