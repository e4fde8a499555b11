"""`manage.py seed_library --user olive --others 999 --entries 1000000`: synthetic books for trying out and measuring."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from bookimg import seeding


class Command(BaseCommand):
    help = "Fills one person's library, and optionally those of others, with synthetic books."

    def add_arguments(self, parser):
        parser.add_argument("--user", required=True, metavar="NAME", help="the account, created if it does not exist")
        parser.add_argument("--books", type=int, default=10_000, metavar="N", help="books for this person (10000)")
        parser.add_argument("--others", type=int, default=0, metavar="N", help="other people, who cannot sign in (0)")
        parser.add_argument("--entries", type=int, default=0, metavar="N", help="copies in total, including this person's")
        parser.add_argument("--seed", type=int, default=1, metavar="N", help="another number creates different books (1)")

    def handle(self, *, user, books, others, entries, seed, **options):
        if books < 1 or others < 0 or seed < 1:
            raise CommandError("--books and --seed must be at least 1, --others at least 0.")
        if others and entries < books + others:
            raise CommandError("--entries must be at least --books plus --others.")
        people = get_user_model()
        owner, made = people.objects.get_or_create(username=user, defaults={"email": f"{user}@example.org"})
        if made:
            owner.set_unusable_password()
            owner.save()
        editions = seeding.furnish(owner, books, seed)
        with tqdm(total=entries if others else 0, initial=books, unit="book", disable=None if others else True) as progress:
            for stored in seeding.neighbours(others, entries - books, editions, seed) if others else ():
                progress.update(stored)
        seeding.update_sequences()
        self.stdout.write(self.style.SUCCESS(f"{user} has {owner.books.count():,} books."))
        if made:
            self.stdout.write(f"The account is new. To set its password, run `manage.py changepassword {user}`.")
