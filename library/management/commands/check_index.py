"""Whether the full-text index and the vectors are those of the books; puts right what is not."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from library.search import choosing, embedding
from library.search.fulltext import following


class Command(BaseCommand):
    help = "Compares the search index with the books: 0 differences is as it should be. --repair brings it in step."

    def add_arguments(self, parser):
        parser.add_argument(
            "--repair",
            action="store_true",
            help="write anew the words and the index where they differ, and order what vectors are missing",
        )
        parser.add_argument(
            "--vectors", action="store_true", help="make the vectors that are due now, instead of in the background"
        )

    def handle(self, *, repair, vectors, **options):
        following.install(using=connection.alias)
        if vectors:
            while made := embedding.work(60):
                self.stdout.write(f"{made:,} vectors made")
        with transaction.atomic(), connection.cursor() as cursor:
            words = len(following.differences(cursor, connection)) + following.refold(write=repair)
            missing = following.missing_vectors(cursor)
            if repair:
                following.repair(cursor, connection)
        old = embedding.wrong(choosing.embedder().name)
        if repair:
            embedding.order(old)
        due = embedding.Embedding.objects.due().count()
        self.stdout.write(
            f"{words:,} differences in the index, {missing + len(old):,} in the vectors; {due:,} vectors are being made"
        )
        if (words or missing or old) and not repair:
            raise CommandError("Run it with --repair.")
