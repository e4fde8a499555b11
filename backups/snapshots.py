"""The database as of one moment while others write to it, and putting it into an empty one."""

import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import psycopg
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from backups import BackupError
from backups.streams import CHUNK, open_private

DATABASE = "database/"
COLUMNS = """
    SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns
    JOIN pg_tables ON schemaname = table_schema AND tablename = table_name
    WHERE table_schema = current_schema() AND is_generated = 'NEVER' GROUP BY table_name ORDER BY table_name"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL"


def is_database_empty() -> bool:
    return not connection.introspection.table_names()


def applied_migrations() -> list[list[str]]:
    return sorted(map(list, MigrationLoader(connection).applied_migrations))


def unknown_migrations(applied: list[list[str]]) -> list[list[str]]:
    """Those that this version does not have."""
    known = MigrationLoader(None).disk_migrations
    return [pair for pair in applied if tuple(pair) not in known]


def copy_database(folder: Path) -> dict:
    """Copies the database into files in `folder`, and returns what is needed to restore them."""
    facts = {"database": connection.vendor, "migrations": applied_migrations()}
    return facts | (_copy_sqlite(folder) if connection.vendor == "sqlite" else _copy_postgresql(folder))


@contextmanager
def restored_database(facts: dict) -> Generator[Callable[[str, IO[bytes]], None]]:
    """A function that takes the members of a database. What it took counts once the block ends without an error."""
    if facts["database"] != connection.vendor:
        raise BackupError(
            f"This backup is of a database in {facts['database']}, and DATABASE_URL is one in {connection.vendor}. "
            "Restore it there, and then use move_database."
        )
    restore = _restored_sqlite if connection.vendor == "sqlite" else _restored_postgresql
    with restore(facts) as put:
        yield put


# ── SQLite ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _copy_sqlite(folder: Path) -> dict:
    connection.ensure_connection()
    with closing(sqlite3.connect(folder / "main.sqlite3")) as copy:
        connection.connection.backup(copy)  # all pages in one step, which no writer has to wait for
        (state,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise BackupError(f"The database is damaged ({state}). Earlier backups are untouched; restore one of them.")
    return {}


@contextmanager
def _restored_sqlite(facts: dict) -> Generator[Callable[[str, IO[bytes]], None]]:
    path = Path(connection.settings_dict["NAME"])
    draft = path.with_name(f"{path.name}.restoring")

    def put(name: str, file: IO[bytes]):
        with open_private(draft) as out:
            while chunk := file.read(CHUNK):
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())

    yield put
    connections.close_all()
    for suffix in ("-wal", "-shm"):  # of the empty database
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
    draft.replace(path)


# ── PostgreSQL ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _copy_postgresql(folder: Path) -> dict:
    """One file a table, as COPY writes it, all from one snapshot."""
    snapshot = connection.copy()  # a connection of its own, because of its isolation level
    with closing(snapshot):
        snapshot.ensure_connection()
        database = snapshot.connection
        database.set_autocommit(False)
        database.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        with database.cursor() as cursor:
            tables = dict(cursor.execute(COLUMNS).fetchall())
            sequences = dict(cursor.execute(SEQUENCES).fetchall())
            for table, columns in tables.items():
                with (
                    (folder / table).open("wb") as file,
                    cursor.copy(copy_statement("COPY {} ({}) TO STDOUT", table, columns)) as rows,
                ):
                    file.writelines(rows)
    return {"tables": tables, "sequences": sequences}


def copy_statement(text: str, table: str, columns: list[str]) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)))


@contextmanager
def _restored_postgresql(facts: dict) -> Generator[Callable[[str, IO[bytes]], None]]:
    """Creates the tables as the migrations of the backup made them, and fills them in one transaction."""
    with transaction.atomic():
        MigrationExecutor(connection).migrate(_last_migrations(facts["migrations"]))
        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)  # which creates the search index
        call_command("createcachetable", verbosity=0)
        with connection.cursor() as cursor, triggers_disabled(cursor, facts["tables"]):
            cursor.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, facts["tables"]))))

            def put(name: str, file: IO[bytes]):
                table = name.removeprefix(DATABASE)
                with cursor.copy(copy_statement("COPY {} ({}) FROM STDIN", table, facts["tables"][table])) as rows:
                    while chunk := file.read(CHUNK):
                        rows.write(chunk)

            yield put
            for sequence, value in facts["sequences"].items():
                cursor.execute("SELECT setval(%s::regclass, %s)", [f'"{sequence}"', value])


@contextmanager
def triggers_disabled(cursor, tables) -> Generator[None]:
    """Without our own triggers (PostgreSQL), which would do again what the rows already contain. Foreign keys are checked."""
    _switch_triggers(cursor, "DISABLE", tables)
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # rows may come before those that they refer to
    yield
    _switch_triggers(cursor, "ENABLE", tables)


def _switch_triggers(cursor, change: str, tables):
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks that are still due cannot be altered
    for table in tables:
        cursor.execute(sql.SQL(f"ALTER TABLE {{}} {change} TRIGGER USER").format(sql.Identifier(table)))


def _last_migrations(applied: list[list[str]]) -> list[tuple[str, ...]]:
    """The last one of each app."""
    nodes, wanted = MigrationLoader(None).graph.node_map, {tuple(pair) for pair in applied}
    followed = {parent.key for pair in wanted for parent in nodes[pair].parents if parent.key[0] == pair[0]}
    return sorted(wanted - followed)
