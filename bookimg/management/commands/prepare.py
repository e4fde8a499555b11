import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from catalogs import loading

LOOK_SECONDS = 0.3
EARLIER = (
    "{place} was created by an earlier version of BookImg and has not been changed. Start that version again and export every "
    "library as JSON (Export). Then start this version with an empty data folder (DATA_DIR) or database and import those files."
)


class Command(BaseCommand):
    help = "Updates the database and loads the built-in catalogue. `up` does this itself; otherwise run it before web and worker."

    def handle(self, **options):
        _refuse_earlier_database()
        call_command("createcachetable", verbosity=0)
        call_command("migrate", verbosity=0, interactive=False)
        loading.ensure_builtin()


def wait_until_prepared():
    """Returns once there is no migration left to apply."""
    while True:
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return
        time.sleep(LOOK_SECONDS)


def _refuse_earlier_database():
    """The migrations were reset before the first release, so a database with earlier ones cannot be migrated."""
    loader = MigrationLoader(connection)
    ours = {app for app in settings.INSTALLED_APPS if "." not in app}
    unknown = {(app, name) for app, name in loader.applied_migrations if app in ours} - set(loader.disk_migrations)
    if unknown:
        place = f"The data folder {settings.DATA_DIR}" if connection.vendor == "sqlite" else "The database in DATABASE_URL"
        raise CommandError(EARLIER.format(place=place))
