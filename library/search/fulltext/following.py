"""Keeps the full-text index up to date with database triggers, which run in the transaction of every change.

They are installed after `migrate`, and removed before a migration that changes tables, because SQLite recreates tables for that
and would silently lose them. Changes made in between are indexed when they are installed again."""

from django.apps import apps
from django.db import connections, transaction

from library.search.fulltext import postgresql, sqlite
from library.search.fulltext.words import SOURCES

NEEDED = {"library_userbook", "library_userbook_tags", "library_tag", "library_shelf", "library_embedding"}


def engine_of(connection):
    return sqlite if connection.vendor == "sqlite" else postgresql


def remove_triggers(sender=None, plan=(), using="default", **more):
    """Removes the triggers before their tables change (`pre_migrate`), and only then: indexing a million books takes minutes."""
    if {migration.app_label for migration, _ in plan} & _apps_looked_at():
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            engine_of(connections[using]).remove(cursor)


def _apps_looked_at() -> set[str]:
    return {table.partition("_")[0] for table in NEEDED} | {source.table.partition("_")[0] for source in SOURCES}


def install_triggers(sender=None, using="default", **more):
    """Installs the triggers after migrations (`post_migrate`), unless they are in place."""
    connection = connections[using]
    chosen = engine_of(connection)
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if not tables >= NEEDED or chosen.in_place(cursor, tables):
            return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        chosen.remove(cursor)
        if chosen.put(cursor, tables):
            _order_missing_vectors(cursor)
        else:
            repair(cursor, connection)


def index_differences(cursor, connection) -> list[int]:
    """Copies whose words in the index differ from the book's, or that exist in only one of the two."""
    return sorted(engine_of(connection).differences(cursor, connection.introspection.table_names(cursor)))


def refold(write: bool = True) -> int:
    """Corrects outdated folded columns, which only changes outside the ORM can cause, and thereby the index. Returns the number
    of rows affected."""
    return sum(model.objects.refold(write) for model in apps.get_models() if hasattr(model, "FOLDED"))


def repair(cursor, connection) -> int:
    """Corrects the index and the rows for vectors. Returns the number of copies affected."""
    wrong = index_differences(cursor, connection)
    engine_of(connection).reindex(cursor, connection.introspection.table_names(cursor), wrong)
    return len(wrong) + _order_missing_vectors(cursor)


def rebuild_index(connection):
    """Fills the index again as a whole (PostgreSQL), after rows were written without the triggers."""
    with connection.cursor() as cursor:
        postgresql.fill_index(cursor)


# EXCEPT reads both tables before anything is written; otherwise PostgreSQL may scan the growing table for every book.
WITHOUT_VECTOR = (
    "FROM library_userbook c JOIN (SELECT id FROM library_userbook EXCEPT SELECT copy_id FROM library_embedding) n ON n.id = c.id"
)


def missing_vectors(cursor) -> int:
    """The number of copies without a row for their vector."""
    cursor.execute(f"SELECT count(*) {WITHOUT_VECTOR}")
    return cursor.fetchone()[0]


def _order_missing_vectors(cursor) -> int:
    cursor.execute(
        "INSERT INTO library_embedding (copy_id, user_id, model, size, vector, digest, stale) "
        f"SELECT c.id, c.user_id, '', 0, %s, '', true {WITHOUT_VECTOR}",
        [b""],
    )
    return cursor.rowcount
