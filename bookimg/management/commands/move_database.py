"""`manage.py move_database --to postgres://…`: from SQLite to PostgreSQL, proved row for row."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connections, transaction

from backups import BackupError, moving
from bookimg.environment import env
from catalogs.index import copy_index
from library.search.fulltext.following import rebuild_index


class Command(BaseCommand):
    help = (
        "Copies everything from SQLite to an empty PostgreSQL database and compares every row. The old database stays as it is."
    )

    def add_arguments(self, parser):
        parser.add_argument("--to", required=True, metavar="URL", help="postgres://user:password@host/name, an empty database")

    def handle(self, *, to, **options):
        try:
            tables = _move(to)
        except BackupError as error:
            raise CommandError(str(error)) from error
        for proof in tables:
            self.stdout.write(f"{proof.table:40} {proof.rows:>10,} rows  {proof.checksum[:16]}")
        self.stdout.write(
            "Every row arrived. Set DATABASE_URL to the new database and start BookImg; the files stay where they are."
        )


def _move(url: str) -> list[moving.TableProof]:
    """All or nothing. Nobody can write to the old database meanwhile."""
    try:
        config = env.db_url_config(url)
    except ValueError as error:
        raise BackupError("--to must be an address such as postgres://user:password@host/name.") from error
    moving.add_target(config)
    with transaction.atomic(), transaction.atomic(using=moving.TARGET):
        moving.create_tables()
        tables = moving.copy_rows()
        copy_index(connections["default"], connections[moving.TARGET])
        rebuild_index(connections[moving.TARGET])
    return tables
