"""Exports a person's library to a file, as in the browser."""

import sys
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from transfer.exports import goodreads, own_json

FORMATS = {"goodreads": goodreads.table_lines, "json": own_json.document_lines}


class Command(BaseCommand):
    help = "Exports a library as a Goodreads table, which most programs accept, or as JSON, which contains everything."

    def add_arguments(self, parser):
        parser.add_argument("--user", required=True, help="whose library")
        parser.add_argument("--format", required=True, choices=list(FORMATS))
        parser.add_argument("--out", type=Path, help="the file to write (default: standard output)")

    def handle(self, *, user, out, **options):
        owner = get_user_model().objects.filter(username=user).first()
        if owner is None:
            raise CommandError(f"There is no user called {user}.")
        parts = FORMATS[options["format"]](owner)
        try:
            if out is None:
                for part in parts:
                    sys.stdout.write(part)
                return
            with out.open("w", encoding="utf-8", newline="") as file:
                file.writelines(parts)
        except OSError as error:
            raise CommandError(f"Cannot write {out}: {error.strerror}.") from error
        self.stderr.write(f"Written to {out}.")
