from django.core.management import call_command
from django.core.management.base import BaseCommand

from catalogs import loading


class Command(BaseCommand):
    help = "Brings the database up to date. `up` does it by itself; where web and worker run alone, it is run before them."

    def handle(self, **options):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        loading.ensure_builtin()
