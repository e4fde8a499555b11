"""How the index follows every change at once: triggers of the database, in the transaction of the change itself.

They are put in place after each `migrate`, and taken away before one that changes tables (SQLite makes tables anew for that,
and would lose them without a word). What changed in between is brought into the index when they come back."""

from django.apps import apps
from django.db import connections, transaction

from library.search.fulltext import postgresql, sqlite
from library.search.fulltext.words import SOURCES

NEEDED = {"library_userbook", "library_userbook_tags", "library_tag", "library_shelf", "library_embedding"}


def engine_of(connection):
    return sqlite if connection.vendor == "sqlite" else postgresql


def step_aside(sender=None, plan=(), using="default", **more):
    """Before tables change (`pre_migrate`); those of other apps may change beside it: a million books take minutes to index."""
    if {migration.app_label for migration, _ in plan} & _apps_looked_at():
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            engine_of(connections[using]).remove(cursor)


def _apps_looked_at() -> set[str]:
    return {table.partition("_")[0] for table in NEEDED} | {source.table.partition("_")[0] for source in SOURCES}


def install(sender=None, using="default", **more):
    """After tables have changed, or are there for the first time (`post_migrate`); does nothing where all is in place."""
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
    """The copies whose words in the index are not those of the book, and those that only one of both has."""
    return sorted(engine_of(connection).differences(cursor, connection.introspection.table_names(cursor)))


def refold(write: bool = True) -> int:
    """Puts right folded columns that are not what their texts say, which only a change past the ORM can leave behind; the index
    follows. In how many rows they were wrong."""
    return sum(model.objects.refold(write) for model in apps.get_models() if hasattr(model, "FOLDED"))


def repair(cursor, connection) -> int:
    """Brings index and rows for vectors in step with the books; how many copies were not."""
    wrong = index_differences(cursor, connection)
    engine_of(connection).reindex(cursor, connection.introspection.table_names(cursor), wrong)
    return len(wrong) + _order_missing_vectors(cursor)


# Both are read to their ends before anything is written. PostgreSQL may look through the growing table for each book otherwise.
WITHOUT_VECTOR = (
    "FROM library_userbook c JOIN (SELECT id FROM library_userbook EXCEPT SELECT copy_id FROM library_embedding) n ON n.id = c.id"
)


def missing_vectors(cursor) -> int:
    """Copies for which no vector was ever ordered."""
    cursor.execute(f"SELECT count(*) {WITHOUT_VECTOR}")
    return cursor.fetchone()[0]


def _order_missing_vectors(cursor) -> int:
    cursor.execute(
        "INSERT INTO library_embedding (copy_id, user_id, model, size, vector, digest, stale) "
        f"SELECT c.id, c.user_id, '', 0, %s, '', true {WITHOUT_VECTOR}",
        [b""],
    )
    return cursor.rowcount
