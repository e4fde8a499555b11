"""Copies all rows from SQLite to an empty PostgreSQL, and proves that each arrived as it was."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model, QuerySet
from psycopg import sql

from backups import BackupError
from backups.snapshots import copy_statement, triggers_disabled

TARGET = "target"
FETCHED = 2000  # rows at a time
HASHED = 1 << 256


@dataclass(frozen=True)
class TableProof:
    """What a table holds. The checksum is the sum of the rows' hashes, so their order does not matter."""

    table: str
    rows: int
    checksum: str


def add_target(config: dict):
    """Makes the other database known under the name `TARGET`. `config` is as in DATABASES."""
    connections.settings[TARGET] = {**connections.settings["default"], "OPTIONS": {}, **config}
    if connections["default"].vendor != "sqlite" or connections[TARGET].vendor != "postgresql":
        raise BackupError("Books move from SQLite to PostgreSQL: DATABASE_URL must be the old database and --to the new one.")
    if connections[TARGET].introspection.table_names():
        raise BackupError("The new database is not empty. Nothing was changed.")
    executor = MigrationExecutor(connections["default"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise BackupError("The old database is not up to date. Run `manage.py prepare` first.")


def create_tables():
    """In the target, as they are in every new database."""
    call_command("migrate", database=TARGET, verbosity=0, interactive=False)
    call_command("createcachetable", database=TARGET, verbosity=0)


def copy_rows() -> list[TableProof]:
    """Copies all rows into the target's tables. Raises BackupError if a table is different afterwards."""
    tables = {model._meta.db_table: model for model in _models()}
    with connections[TARGET].cursor() as cursor, triggers_disabled(cursor, tables):
        cursor.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
        for model in tables.values():
            _copy_table(cursor, model)
        _set_sequences(cursor, tables)
    return [_prove(model) for model in tables.values()]


def _models() -> list[type[Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy]


def _rows(model: type[Model], alias: str) -> Iterator[tuple]:
    columns = [field.attname for field in model._meta.concrete_fields]
    return QuerySet(model, using=alias).order_by().values_list(*columns).iterator(FETCHED)


def _copy_table(cursor, model: type[Model]):
    fields, table, row = model._meta.concrete_fields, model._meta.db_table, None
    try:
        with cursor.copy(copy_statement("COPY {} ({}) FROM STDIN", table, [field.column for field in fields])) as copy:
            for row in _rows(model, "default"):
                copy.write_row([f.get_db_prep_save(v, connections[TARGET]) for f, v in zip(fields, row, strict=True)])
    except connections[TARGET].Database.DataError as error:
        raise BackupError(f"PostgreSQL refuses a row of {table}: {error}. Nothing was moved.") from error


def _set_sequences(cursor, tables: dict[str, type[Model]]):
    """Continues numbering where SQLite would have, so that the number of a deleted row is not used again."""
    with connections["default"].cursor() as old:
        old.execute("SELECT name, seq FROM sqlite_sequence WHERE seq > 0")
        for table, number in old.fetchall():
            if table in tables:
                column = tables[table]._meta.pk.column
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [f'"{table}"', column, number])


def _prove(model: type[Model]) -> TableProof:
    old, new = _measure(model, "default"), _measure(model, TARGET)
    if old != new:
        raise BackupError(f"{old.table} differs: {old.rows:,} rows before, {new.rows:,} after. Nothing was moved.")
    return new


def _measure(model: type[Model], alias: str) -> TableProof:
    count = total = 0
    for row in _rows(model, alias):
        text = json.dumps(row, default=_plain, sort_keys=True)
        total += int.from_bytes(hashlib.sha256(text.encode()).digest())
        count += 1
    return TableProof(model._meta.db_table, count, f"{total % HASHED:064x}")


def _plain(value) -> str:
    """A value that JSON does not know. The same moment, bytes or number are the same text, whichever database they are from."""
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else f"{type(value).__name__} {value}"
