"""Prints a link for signing up, if SIGN_UP is `invitation`."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts.sign_up import DAYS, make_invitation


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("name", help="who the link is for, as a note")

    def handle(self, *, name, **options):
        if settings.SIGN_UP != "invitation":
            raise CommandError(f"SIGN_UP is {settings.SIGN_UP}. Set it to invitation first.")
        self.stdout.write(f"{settings.PUBLIC_ORIGIN}{reverse('account_signup')}?invitation={make_invitation(name)}")
        self.stdout.write(f"The link is valid for {DAYS} days.")
