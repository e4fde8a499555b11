from django.core.management import call_command
from django.core.management.base import BaseCommand

from catalogs import loading


class Command(BaseCommand):
    help = "Updates the database and loads the built-in catalogue. `up` does this itself; otherwise run it before web and worker."

    def handle(self, **options):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        loading.ensure_builtin()
