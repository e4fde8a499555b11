"""Checks whether the full-text index and the vectors match the books, and repairs them."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from library.search import choosing, embedding
from library.search.fulltext import following


class Command(BaseCommand):
    help = "Compares the search index with the books. There should be 0 differences; --repair corrects any."

    def add_arguments(self, parser):
        parser.add_argument(
            "--repair", action="store_true", help="correct words and index where they differ, enqueue missing vectors"
        )
        parser.add_argument("--vectors", action="store_true", help="compute due vectors now instead of in the background")

    def handle(self, *, repair, vectors, **options):
        following.install_triggers(using=connection.alias)
        if vectors:
            while made := embedding.make_due_vectors(60):
                self.stdout.write(f"{made:,} vectors computed")
        with transaction.atomic(), connection.cursor() as cursor:
            words = len(following.index_differences(cursor, connection)) + following.refold(write=repair)
            missing = following.missing_vectors(cursor)
            if repair:
                following.repair(cursor, connection)
        old = embedding.mismatched_vectors(choosing.embedder().name)
        if repair:
            embedding.mark_vectors_due(old)
        due = embedding.Embedding.objects.due().count()
        self.stdout.write(f"{words:,} differences in the index, {missing + len(old):,} in the vectors; {due:,} vectors are due")
        if (words or missing or old) and not repair:
            raise CommandError("To correct them, run it with --repair.")
