"""`manage.py restore`: a backup into an empty installation, or only a check of it."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backups import BackupError, encryption
from backups.places import place_of
from backups.restoring import check_backup, restore_backup


class Command(BaseCommand):
    help = "Restores a backup into an empty installation. With --check it only reads the backup and compares every hash."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("name", nargs="?", help="the name of the backup (default: the newest)")
        parser.add_argument(
            "--from", dest="place", default=settings.BACKUP_TO, metavar="PLACE", help="a folder or s3://bucket/folder (BACKUP_TO)"
        )
        parser.add_argument("--key-file", type=Path, metavar="FILE", help="the secret key of an encrypted backup")
        parser.add_argument("--check", action="store_true", help="change nothing")

    def handle(self, *, name, place, key_file, check, **options):
        act = check_backup if check else restore_backup
        try:
            key = encryption.read_secret_key(key_file) if key_file else None
            place = place_of(place)
            name = _find(place, name)
            checked = act(place, name, key)
        except BackupError as error:
            raise CommandError(str(error)) from error
        members = checked.members
        text = f"{name} is complete: {members.count_files():,} files and the database, {members.total_size():,} bytes."
        return text if check else f"{text} It has been restored. Start BookImg with `manage.py up`."


def _find(place, name: str | None) -> str:
    names = place.names()
    if not names:
        raise BackupError("There are no backups there.")
    if name and name not in names:
        raise BackupError(f"There is no backup called {name}. The newest is {names[-1]}.")
    return name or names[-1]
