"""Folded columns, derived from text columns of the same row: used for sorting and searching, and copied into the full-text index.

`save`, `bulk_create`, `bulk_update` and `update` all keep the folded columns up to date."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from django.db import models, transaction

from catalogs import folding

LONGEST = 100_000  # characters in a column
CHUNK = 500


@dataclass(frozen=True)
class FoldedColumn:
    """The source columns of a folded column, and the function that computes its text for a row."""

    sources: frozenset[str]
    text: Callable[[models.Model], str]


def words_of(*sources: str) -> FoldedColumn:
    """All words of these columns, some of which may be lists."""
    return FoldedColumn(frozenset(sources), lambda row: folded_words(*(getattr(row, name) for name in sources)))


def folded_words(*values: str | Iterable) -> str:
    parts = [part for value in values for part in ([value] if isinstance(value, str) else value)]
    return folding.fold(" ".join(map(str, parts)))[:LONGEST]


class FoldedQuerySet(models.QuerySet):
    def bulk_create(self, objs, *args, **options):
        objs = list(objs)
        for row in objs:
            row.refold()
        return super().bulk_create(objs, *args, **options)

    def bulk_update(self, objs, fields, batch_size=None):
        objs, folded = tuple(objs), self.model.folded_from(fields)
        for row in objs:
            row.refold(folded)
        return super().bulk_update(objs, [*fields, *(folded - set(fields))], batch_size)

    bulk_update.alters_data = True

    def update(self, **columns):
        folded = self.model.folded_from(columns) - columns.keys()
        if not folded:
            return super().update(**columns)
        with transaction.atomic(using=self.db):
            rows = self.model._default_manager.using(self.db)
            pks = list(self.order_by().values_list("pk", flat=True))
            count = super().update(**columns)
            for start in range(0, len(pks), CHUNK):
                rows.filter(pk__in=pks[start : start + CHUNK]).refold()
        return count

    update.alters_data = True

    def refold(self, write: bool = True) -> int:
        """Corrects outdated folded columns (only counts them if `write` is false) and returns the number of affected rows."""
        found, columns = 0, list(self.model.FOLDED)
        sources = {name for column in self.model.FOLDED.values() for name in column.sources}
        pks = list(self.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(pks), CHUNK):
            rows = self.model._default_manager.using(self.db).filter(pk__in=pks[start : start + CHUNK])
            wrong = [row for row in rows.only(*sources, *columns) if row.refold()]
            found += len(wrong)
            if write:
                super().bulk_update(wrong, columns)
        return found


class FoldedModel(models.Model):
    """A model with folded columns. Its manager must come from a FoldedQuerySet."""

    FOLDED: ClassVar[dict[str, FoldedColumn]] = {}

    class Meta:
        abstract = True

    @classmethod
    def folded_from(cls, columns: Iterable[str]) -> set[str]:
        """The folded columns derived from any of these columns."""
        return {name for name, folded in cls.FOLDED.items() if not folded.sources.isdisjoint(columns)}

    def refold(self, columns: Iterable[str] | None = None) -> bool:
        """Computes the folded columns (or only `columns`) without saving. Returns whether anything changed."""
        texts = {name: self.FOLDED[name].text(self) for name in (self.FOLDED if columns is None else columns)}
        changed = any(getattr(self, name) != text for name, text in texts.items())
        for name, text in texts.items():
            setattr(self, name, text)
        return changed

    def save(self, *args, update_fields=None, **options):
        folded = None if update_fields is None else self.folded_from(update_fields)
        self.refold(folded)
        super().save(*args, update_fields=None if folded is None else {*update_fields, *folded}, **options)
