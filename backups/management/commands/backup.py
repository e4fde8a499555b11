"""`manage.py backup`: a copy of everything, to a folder or to S3, while BookImg runs."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backups import BackupError, encryption
from backups.backing_up import make_backup
from backups.places import place_of
from backups.retention import delete_expired

NEW_KEY = """# The secret key. Keep it away from the server: without it, no backup can be restored.
# Set BACKUP_KEY={1} on the server.
{0}"""


class Command(BaseCommand):
    help = "Backs up the database and all files while BookImg runs, and deletes backups that are no longer needed."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--to", default=settings.BACKUP_TO, metavar="PLACE", help="a folder or s3://bucket/folder (BACKUP_TO)"
        )
        parser.add_argument("--new-key", action="store_true", help="print a new pair of keys for encryption, and do nothing else")

    def handle(self, *, to, new_key, **options):
        if new_key:
            return NEW_KEY.format(*encryption.new_key())
        try:
            place = place_of(to)
            name = make_backup(place, timezone.now(), settings.BACKUP_KEY)
            expired = delete_expired(place, settings.BACKUP_KEEP_DAILY, settings.BACKUP_KEEP_WEEKLY)
        except BackupError as error:
            raise CommandError(str(error)) from error
        return "\n".join([f"Made {name}.", *(f"Deleted {old}." for old in expired)])
